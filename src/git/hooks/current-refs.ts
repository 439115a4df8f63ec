import { unexpectedAnswer } from '#git/failure.ts';
import { isObjectId } from '#git/objects/hash.ts';
import { readLooseRef } from '#git/refs/loose-ref.ts';
import { LARGE_OUTPUT_BYTES, type GitRunner } from '#git/run.ts';
import type { ObjectId } from '#ports/objects.ts';

/** So many names go to one git. */
const AT_ONCE = 1000;

/** What refs are now, by name; without those that are not there. Names are git's own. */
export async function currentRefs(
  { runner, commonDir }: { readonly runner: GitRunner; readonly commonDir: string },
  names: readonly string[],
): Promise<ReadonlyMap<string, ObjectId>> {
  const found = new Map<string, ObjectId>();
  const unknown: string[] = [];
  for (const name of names) {
    const loose = readLooseRef(commonDir, name);
    if (loose === undefined) unknown.push(name);
    else found.set(name, loose);
  }
  for (let at = 0; at < unknown.length; at += AT_ONCE) {
    const some = unknown.slice(at, at + AT_ONCE);
    const { stdout } = await runner.run({
      args: ['for-each-ref', '--format=%(objectname) %(refname)', '--', ...some],
      maxOutputBytes: LARGE_OUTPUT_BYTES,
    });
    for (const line of stdout.toString('utf8').split('\n').filter(Boolean)) {
      const [id = '', name = ''] = line.split(' ');
      if (!isObjectId(id)) throw unexpectedAnswer('for-each-ref');
      if (some.includes(name)) found.set(name, id);
    }
  }
  return found;
}
