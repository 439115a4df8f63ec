import type { ObjectId } from '#ports/objects.ts';
import { LONG_DEADLINE_MS, type GitRunner } from '#git/run.ts';

const BLOB = ' blob';

/** Shows every blob's id as git lists what is stored, however much that is. */
export async function eachBlob(runner: GitRunner, look: (blob: ObjectId) => void): Promise<void> {
  let rest = '';
  await runner.stream(
    {
      args: ['cat-file', '--batch-all-objects', '--unordered', '--batch-check=%(objectname) %(objecttype)'],
      deadlineMs: LONG_DEADLINE_MS,
    },
    (piece) => {
      const lines = (rest + Buffer.from(piece).toString('latin1')).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) if (line.endsWith(BLOB)) look(line.slice(0, -BLOB.length));
    },
  );
}
