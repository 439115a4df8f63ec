import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { FoundObjects, SeenInHistory, StagedAt } from '#ports/removal.ts';
import type { ObjectId } from '#ports/objects.ts';
import type { EraseGround } from '#git/erase/ground.ts';
import { numbersOf } from '#git/erase/reach/reachable.ts';
import { takeInventory } from '#git/erase/store/inventory.ts';
import { eachLine } from '#git/erase/store/each-line.ts';
import { readObjects } from '#git/erase/store/read-objects.ts';
import { LARGE_OUTPUT_BYTES } from '#git/run.ts';
import { findInHistory } from './find-history.ts';
import { findStaged } from './find-staged.ts';
import type { SecretProbe, Sighting } from './secret-probe.ts';

type Found = FoundObjects['objects'][number];
type Hit = Pick<Found, 'id' | 'kind' | 'forms'>;

/** Looks through every object of this clone's own stores, once each, and finds out what reaches those that hold it. */
export async function findInObjects(ground: EraseGround, probe: SecretProbe): Promise<FoundObjects> {
  const { runner, objectsDir, idBytes, tell } = ground;
  const hits = new Map<ObjectId, Hit>();
  let searched = 0;
  const source = {
    runner,
    objectsDir,
    inventory: takeInventory(objectsDir, idBytes),
    numbers: numbersOf(ground),
    tell,
  };
  await readObjects<Sighting>(source, () => true, {
    needles: probe,
    see: ({ id, kind, hits: forms }) => {
      searched += 1;
      if (forms.size > 0) hits.set(id, { id, kind, forms: [...forms] });
    },
  });
  const reached = await reachedNames(ground, probe, hits);
  const seen = await findInHistory(runner, [...hits.values()]);
  const unseen = [...hits.values()].filter(({ id, kind }) => kind === 'blob' && !seen.has(id));
  const staged = await findStaged(ground, new Set(unseen.map(({ id }) => id)));
  return {
    searched,
    objects: [...hits.values()].map((hit) => ({
      ...hit,
      seen: seen.get(hit.id) ?? NOWHERE,
      staged: staged.get(hit.id) ?? NOT_STAGED,
      unreachable: !reached.ids.has(hit.id),
    })),
    names: reached.names,
    refs: await findRefs(ground, probe),
    notSearched: existsSync(join(objectsDir, 'info', 'alternates'))
      ? ['objects that this repository borrows from another one: run it there too']
      : [],
  };
}

const NOWHERE: readonly SeenInHistory[] = [];
const NOT_STAGED: readonly StagedAt[] = [];

/** Everything that refs, reflogs and the indexes of all worktrees reach, with the paths that git tells. */
async function reachedNames(
  { runner }: EraseGround,
  probe: SecretProbe,
  hits: ReadonlyMap<ObjectId, Hit>,
): Promise<{ readonly ids: ReadonlySet<ObjectId>; readonly names: FoundObjects['names'] }> {
  const args = ['rev-list', '--objects', '--all', '--reflog', '--indexed-objects'] as const;
  const ids = new Set<ObjectId>();
  const names = new Map<string, FoundObjects['names'][number]>();
  await eachLine(runner, { args }, (line) => {
    const [id = line] = line.split(' ', 1);
    if (hits.has(id)) ids.add(id);
    const name = Buffer.from(line.slice(id.length + 1), 'latin1');
    const forms = name.length === 0 ? new Set<never>() : probe.search(name);
    if (forms.size > 0) names.set(name.toString('latin1'), { name, forms: [...forms] });
  });
  return { ids, names: [...names.values()] };
}

async function findRefs({ runner }: EraseGround, probe: SecretProbe): Promise<FoundObjects['refs']> {
  const { stdout } = await runner.run({
    args: ['for-each-ref', '--format=%(refname)'],
    maxOutputBytes: LARGE_OUTPUT_BYTES,
  });
  return [...linesOf(stdout)].flatMap((line) => {
    const forms = [...probe.search(line)];
    return forms.length === 0 ? [] : [{ name: line.toString('utf8'), forms }];
  });
}

function* linesOf(output: Buffer): Generator<Buffer> {
  for (let start = 0; start < output.length;) {
    const newline = output.indexOf(0x0a, start);
    const end = newline === -1 ? output.length : newline;
    yield output.subarray(start, end);
    start = end + 1;
  }
}
