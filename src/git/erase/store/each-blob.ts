import type { ObjectId } from '#ports/objects.ts';
import type { GitRunner } from '#git/run.ts';
import { eachLine } from './each-line.ts';

const BLOB = ' blob';

/** Shows every blob's id as git lists what is stored, however much that is. */
export async function eachBlob(runner: GitRunner, look: (blob: ObjectId) => void): Promise<void> {
  const args = [
    'cat-file',
    '--batch-all-objects',
    '--unordered',
    '--batch-check=%(objectname) %(objecttype)',
  ] as const;
  await eachLine(runner, { args }, (line) => {
    if (line.endsWith(BLOB)) look(line.slice(0, -BLOB.length));
  });
}
