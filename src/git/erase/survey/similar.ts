import { escapePath } from '#domain/encoding/percent-escape.ts';
import type { Residue } from '#domain/results/removal-results.ts';
import type { ObjectId } from '#ports/objects.ts';
import type { EraseGround } from '#git/erase/ground.ts';
import { LARGE_OUTPUT_BYTES, LONG_DEADLINE_MS } from '#git/run.ts';

/** More would be a list of everything; what they are is for people to look at. */
const MOST = 20;

/** Near copies, by a path at which one stands in some history. */
export async function surveySimilar(
  { runner }: EraseGround,
  similar: readonly ObjectId[],
): Promise<readonly Residue[]> {
  if (similar.length === 0) return [];
  const { stdout } = await runner.run({
    args: ['rev-list', '--objects', '--all', '--reflog', '--indexed-objects'],
    maxOutputBytes: LARGE_OUTPUT_BYTES,
    deadlineMs: LONG_DEADLINE_MS,
  });
  const wanted = new Set(similar);
  const paths = new Set<string>();
  for (const { id, path } of namedObjects(stdout)) {
    if (wanted.has(id)) paths.add(path.length === 0 ? 'objects' : escapePath(path));
    if (paths.size === MOST) break;
  }
  if (paths.size === 0) paths.add('objects');
  const note = 'has most of its longer lines';
  return [...paths].map((where) => ({ place: 'similar', where, owner: 'user', note }));
}

function* namedObjects(output: Buffer): Generator<{ readonly id: ObjectId; readonly path: Buffer }> {
  for (let start = 0; start < output.length;) {
    const newline = output.indexOf(0x0a, start);
    const end = newline === -1 ? output.length : newline;
    const space = output.indexOf(0x20, start);
    const idEnd = space === -1 || space > end ? end : space;
    yield {
      id: output.toString('latin1', start, idEnd),
      path: output.subarray(Math.min(idEnd + 1, end), end),
    };
    start = end + 1;
  }
}
