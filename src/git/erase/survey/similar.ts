import { escapePath } from '#domain/encoding/percent-escape.ts';
import type { Residue } from '#domain/results/removal-results.ts';
import type { EraseGround } from '#git/erase/ground.ts';
import { eachLine } from '#git/erase/store/each-line.ts';
import type { IdCollection } from '#git/erase/ids/object-ids.ts';

/** More would be a list of everything; what they are is for people to look at. */
const MOST = 20;

/** Near copies, by a path at which one stands in some history. */
export async function surveySimilar(
  { runner }: EraseGround,
  wanted: IdCollection,
): Promise<readonly Residue[]> {
  if (wanted.size === 0) return [];
  const paths = new Set<string>();
  const args = ['rev-list', '--objects', '--all', '--reflog', '--indexed-objects'] as const;
  await eachLine(runner, { args }, (line) => {
    const [id = line] = line.split(' ', 1);
    if (paths.size === MOST || !wanted.has(id)) return;
    const path = line.slice(id.length + 1);
    paths.add(path === '' ? 'objects' : escapePath(Buffer.from(path, 'latin1')));
  });
  if (paths.size === 0) paths.add('objects');
  const note = 'has most of its longer lines';
  return [...paths].map((where) => ({ place: 'similar', where, owner: 'user', note }));
}
