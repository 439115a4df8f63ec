import { escapePath } from '#domain/encoding/percent-escape.ts';
import { HeddleError } from '#domain/error.ts';
import type { TreeChange } from '#ports/objects.ts';

/** Throws `FILE_NAME_REFUSED` at the first change whose path has a problem. */
export function refuseNames(
  changes: readonly TreeChange[],
  problemOf: (path: Uint8Array) => string | undefined,
): void {
  for (const { path } of changes) {
    const problem = problemOf(path);
    if (problem === undefined) continue;
    throw new HeddleError('FILE_NAME_REFUSED', 'a file has a name that heddle does not keep', {
      facts: { path: escapePath(path), reason: `it ${problem}` },
      preserved: 'nothing was captured',
    });
  }
}
