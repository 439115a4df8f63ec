import { join } from 'node:path';
import type { Erasable } from '#ports/removal.ts';
import type { ObjectId } from '#ports/objects.ts';
import type { EraseGround } from '#git/erase/ground.ts';
import { isRealFile, listNames } from '#git/erase/store/real-files.ts';
import { readRemake } from '#git/erase/journal.ts';
import { keepStored } from '#git/erase/reach/reachable.ts';
import { runRecorded } from '#git/erase/recorded-child.ts';
import { dropScratch, prepareScratch } from '#git/erase/scratch.ts';
import { readIdTable } from '#git/erase/ids/id-table.ts';
import { IdNumbers } from '#git/erase/ids/id-numbers.ts';
import { inPortions } from '#git/erase/ids/portions.ts';
import { takeInventory } from '#git/erase/store/inventory.ts';
import { removeIfThere } from '#git/private-file.ts';

/** A file that git derives from objects and packs. */
export interface DerivedFile {
  readonly path: string;
  /** Below the common directory. */
  readonly where: string;
}

/**
 * Makes what git derives from objects anew where it names one that is gone: commit graphs, the multi-pack index, the
 * lists for dumb transports. Ends the eviction: what it had written down goes.
 */
export async function eraseDerived(ground: EraseGround, _target: Erasable): Promise<readonly string[]> {
  await prepareScratch(ground);
  const done = [
    ...(await remakeGraphs(ground)),
    ...(await remakeMultiPack(ground)),
    ...(await remakeLists(ground)),
  ];
  dropScratch(ground);
  return done;
}

/** The commit graphs and multi-pack indexes that name objects which are not stored. */
export async function findStale(ground: EraseGround): Promise<readonly DerivedFile[]> {
  const tables = [...graphFiles(ground), multiPackFile(ground)].flatMap((file) => {
    const table = readIdTable(file.path, ground.idBytes);
    return table === undefined ? [] : [{ file, ids: table.ids }];
  });
  if (tables.length === 0) return [];
  const stored = new IdNumbers([takeInventory(ground.objectsDir, ground.idBytes)]);
  const stale: DerivedFile[] = [];
  for (const { file, ids } of tables) {
    if (await areSomeGone(ground, notStored(ids, stored))) stale.push(file);
  }
  return stale;
}

/** What is not stored here may be borrowed. */
async function areSomeGone({ runner }: EraseGround, unknown: Iterable<ObjectId>): Promise<boolean> {
  for (const ids of inPortions(unknown)) if ((await keepStored(runner, ids)).length < ids.length) return true;
  return false;
}

function* notStored(ids: Iterable<ObjectId>, stored: IdNumbers): Generator<ObjectId> {
  for (const id of ids) if (stored.find(id) === undefined) yield id;
}

/** The files of commit graphs, single and in a chain. */
function graphFiles({ objectsDir }: EraseGround): readonly DerivedFile[] {
  const single = isRealFile(join(objectsDir, 'info', 'commit-graph')) ? ['info/commit-graph'] : [];
  const chain = listNames(join(objectsDir, 'info', 'commit-graphs'))
    .filter((name) => name.endsWith('.graph'))
    .map((name) => `info/commit-graphs/${name}`);
  return [...single, ...chain].map((name) => ({ path: join(objectsDir, name), where: `objects/${name}` }));
}

function multiPackFile({ objectsDir }: EraseGround): DerivedFile {
  return { path: join(objectsDir, 'pack', 'multi-pack-index'), where: 'objects/pack/multi-pack-index' };
}

async function remakeGraphs(ground: EraseGround): Promise<readonly string[]> {
  const files = graphFiles(ground);
  const stale = new Set((await findStale(ground)).map(({ path }) => path));
  if (!files.some(({ path }) => stale.has(path))) return [];
  const chunks = new Set(files.flatMap(({ path }) => [...(readIdTable(path, ground.idBytes)?.chunks ?? [])]));
  const split = files.some(({ where }) => where.includes('commit-graphs/'));
  if (split) removeIfThere(join(ground.objectsDir, 'info', 'commit-graphs', 'commit-graph-chain'));
  for (const { path } of files) removeIfThere(path);
  const made = await runRecorded(ground, [
    'commit-graph',
    'write',
    '--reachable',
    '--no-progress',
    ...(split ? ['--split=replace'] : []),
    ...(chunks.has('BIDX') ? ['--changed-paths'] : []),
  ]);
  return [`the commit graph${made ? ', made anew' : ''}`];
}

async function remakeMultiPack(ground: EraseGround): Promise<readonly string[]> {
  const { path } = multiPackFile(ground);
  const stale = (await findStale(ground)).some((file) => file.path === path);
  const wanted = new Set(readRemake(ground));
  const names = listNames(join(ground.objectsDir, 'pack')).filter((name) =>
    name.startsWith('multi-pack-index'),
  );
  if (stale) {
    if (names.some((name) => name.endsWith('.bitmap'))) wanted.add('bitmap');
    wanted.add('multi-pack-index');
    for (const name of names) removeIfThere(join(ground.objectsDir, 'pack', name));
  }
  if (!wanted.has('multi-pack-index') || isRealFile(path)) return [];
  const write = ['multi-pack-index', 'write', '--no-progress'] as const;
  const done = wanted.has('bitmap') && (await runRecorded(ground, [...write, '--bitmap']));
  // Where git makes none, reading is slower until it does: no reason to fail.
  const made = done || (await runRecorded(ground, write));
  return [`the multi-pack index${made ? ', made anew' : ''}`];
}

/** `objects/info/packs` and `info/refs` are there only where somebody serves the repository as plain files. */
async function remakeLists(ground: EraseGround): Promise<readonly string[]> {
  const lists = [join(ground.objectsDir, 'info', 'packs'), join(ground.places.commonDir, 'info', 'refs')];
  if (!lists.some((path) => isRealFile(path))) return [];
  await ground.runner.run({ args: ['update-server-info'] });
  return [];
}
