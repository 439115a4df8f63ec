import { readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { DIVERGED_REFS, DROPPED_REFS, HEDDLE_REFS, THREAD_REFS } from '#domain/refs.ts';
import type { Residue } from '#domain/results/removal-results.ts';
import type { Erasable } from '#ports/removal.ts';
import type { ObjectId } from '#ports/objects.ts';
import { listGitDirs, type EraseGround } from '#git/erase/ground.ts';
import { isRealFile } from '#git/erase/store/real-files.ts';
import { blobIds } from '#git/erase/needles.ts';
import { findOperations } from '#git/erase/reach/operations.ts';
import { listOperations, listWorktreeRefs, type NamingFile } from '#git/erase/reach/pseudo-refs.ts';
import { findBelow } from '#git/erase/reach/reachable.ts';
import type { IdCollection } from '#git/erase/ids/object-ids.ts';
import { readIndex } from '#git/erase/steps/index-edit.ts';
import { entriesWith } from '#git/erase/steps/index-entries.ts';
import { findHolding, readStashes } from '#git/erase/steps/stash.ts';
import { isObjectId } from '#git/objects/hash.ts';
import { guardFiles } from '#git/private-file.ts';
import { LARGE_OUTPUT_BYTES, LONG_DEADLINE_MS } from '#git/run.ts';

const STASH = 'refs/stash';
/** Ids in one command line. */
const CHUNK = 200;

/** Refs, HEADs, stashes and operations in progress that reach one of these objects. */
export async function surveyHolders(
  ground: EraseGround,
  target: Erasable,
  reached: readonly ObjectId[],
): Promise<readonly Residue[]> {
  if (reached.length === 0) return [];
  const wanted = new Set(reached);
  const reaches = async (ids: readonly ObjectId[]): Promise<boolean> =>
    ids.length > 0 && intersects(await findBelow(ground, ids), wanted);
  const residue: Residue[] = [];
  const blobs = blobIds(target);
  const copying = new Set(
    await findRefs(
      ground,
      [...wanted].filter((id) => blobs.has(id)),
    ),
  );
  for (const name of await findRefs(ground, reached)) residue.push(ofRef(name, copying));
  for (const head of detachedHeads(ground)) {
    if (await reaches(head.ids)) residue.push({ place: 'ref', where: head.where, owner: 'git', note: null });
  }
  for (const file of listWorktreeRefs(ground)) {
    if (await reaches(file.ids)) residue.push({ place: 'ref', where: file.where, owner: 'git', note: null });
  }
  for (const file of listOperations(ground, await findOperations(ground))) {
    const note = 'an operation in progress needs it';
    if (await reaches(file.ids)) residue.push({ place: 'operation', where: file.where, owner: 'git', note });
  }
  return [
    ...residue,
    ...(await surveyQuotes(ground, target, wanted)),
    ...(await surveyStashes(ground, target, reaches)),
  ];
}

/** Staged files that are not the content itself but hold it: there is nothing to put in their place. */
async function surveyQuotes(
  ground: EraseGround,
  target: Erasable,
  wanted: ReadonlySet<ObjectId>,
): Promise<readonly Residue[]> {
  const blobs = blobIds(target);
  const quoting = new Set([...wanted].filter((id) => !blobs.has(id)));
  const residue: Residue[] = [];
  for (const gitDir of listGitDirs(ground)) {
    const path = join(gitDir, 'index');
    if (!isRealFile(path) || (await entriesWith(readIndex(ground, gitDir), quoting)).length === 0) continue;
    const where = relative(ground.places.commonDir, path);
    residue.push({ place: 'index', where, owner: 'git', note: 'stages a file that holds it' });
  }
  return residue;
}

async function surveyStashes(
  ground: EraseGround,
  target: Erasable,
  reaches: (ids: readonly ObjectId[]) => Promise<boolean>,
): Promise<readonly Residue[]> {
  const { ids } = readStashes(ground);
  if (!(await reaches(ids))) return [];
  const holding = await findHolding(ground, target, ids);
  const residue: Residue[] = [];
  if (holding.size > 0) {
    residue.push({ place: 'stash', where: STASH, owner: 'heddle', note: `${holding.size} stash entries` });
  }
  const others = ids.filter((id) => !holding.has(id));
  if (await reaches(others)) {
    residue.push({
      place: 'ref',
      where: STASH,
      owner: 'git',
      note: 'by the commit that a stash was made on',
    });
  }
  return residue;
}

function ofRef(name: string, copying: ReadonlySet<string>): Residue {
  // Its carriers were rebuilt before anything can be destroyed: what they begin at is left, and edited copies.
  if ([THREAD_REFS, DROPPED_REFS, DIVERGED_REFS].some((prefix) => name.startsWith(prefix))) {
    const note = copying.has(name)
      ? 'by the commit of Git that it began from'
      : 'by a file or a text that has it too: see `heddle redact --find -`';
    return { place: 'ref', where: name, owner: 'git', note };
  }
  const owner = name.startsWith(HEDDLE_REFS) ? 'heddle' : 'git';
  return { place: 'ref', where: name, owner, note: null };
}

/** Refs whose history holds one of the objects, the list of stashes aside. */
async function findRefs(ground: EraseGround, reached: readonly ObjectId[]): Promise<readonly string[]> {
  if (reached.length === 0) return [];
  const wanted = new Set(reached);
  const names = new Set<string>();
  const commits = await findCommits(ground, reached);
  for (let from = 0; from < commits.length; from += CHUNK) {
    const contains = commits.slice(from, from + CHUNK).map((id) => `--contains=${id}`);
    const { stdout } = await ground.runner.run({
      args: ['for-each-ref', '--format=%(refname)', ...contains],
      maxOutputBytes: LARGE_OUTPUT_BYTES,
      deadlineMs: LONG_DEADLINE_MS,
    });
    for (const name of stdout.toString('utf8').split('\n')) names.add(name);
  }
  for (const { name, ids } of await oddRefs(ground)) {
    if (!names.has(name) && intersects(await findBelow(ground, ids), wanted)) names.add(name);
  }
  return [...names].filter((name) => name !== '' && name !== STASH).toSorted();
}

/** Commits that are among the objects, and those that brought one in or took it out. */
async function findCommits(
  { runner }: EraseGround,
  reached: readonly ObjectId[],
): Promise<readonly ObjectId[]> {
  const commits = new Set(reached);
  for (let from = 0; from < reached.length; from += CHUNK) {
    const objects = reached.slice(from, from + CHUNK).map((id) => `--find-object=${id}`);
    const { stdout } = await runner.run({
      // Of submodules the ids count, not their settings: a .gitmodules that says nothing sensible must not end it.
      args: [
        'log',
        '--all',
        '-m',
        '--no-renames',
        '--ignore-submodules=none',
        '--format=%H',
        '-s',
        ...objects,
      ],
      maxOutputBytes: LARGE_OUTPUT_BYTES,
      deadlineMs: LONG_DEADLINE_MS,
    });
    for (const id of stdout.toString('latin1').split('\n')) if (isObjectId(id)) commits.add(id);
  }
  const { stdout } = await runner.run({
    args: ['cat-file', '--batch-check=%(objectname) %(objecttype)'],
    stdin: Buffer.from([...commits].map((id) => `${id}\n`).join('')),
    maxOutputBytes: LARGE_OUTPUT_BYTES,
  });
  return stdout
    .toString('latin1')
    .split('\n')
    .flatMap((line) => (line.endsWith(' commit') ? [line.slice(0, -' commit'.length)] : []));
}

/** Refs that name something else than a commit: tags with a text of their own, trees, blobs. */
async function oddRefs({
  runner,
}: EraseGround): Promise<readonly { readonly name: string; readonly ids: readonly ObjectId[] }[]> {
  const { stdout } = await runner.run({
    args: ['for-each-ref', '--format=%(objecttype) %(objectname) %(refname)'],
    maxOutputBytes: LARGE_OUTPUT_BYTES,
  });
  return stdout
    .toString('utf8')
    .split('\n')
    .flatMap((line) => {
      const [kind = 'commit', id = '', name = ''] = line.split(' ');
      return kind === 'commit' || name === '' ? [] : [{ name, ids: [id] }];
    });
}

function detachedHeads(ground: EraseGround): readonly Pick<NamingFile, 'where' | 'ids'>[] {
  return listGitDirs(ground).flatMap((gitDir) => {
    const path = join(gitDir, 'HEAD');
    const id = isRealFile(path) ? guardFiles(path, () => readFileSync(path, 'latin1')).trim() : '';
    return isObjectId(id) ? [{ where: relative(ground.places.commonDir, path), ids: [id] }] : [];
  });
}

function intersects(a: IdCollection, b: IdCollection): boolean {
  for (const id of b) if (a.has(id)) return true;
  return false;
}
