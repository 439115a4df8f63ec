import { LONG_DEADLINE_MS, type GitRunner } from '#git/run.ts';

type Call = Parameters<GitRunner['stream']>[0];

/**
 * Shows each line that git prints, in latin1 and without its newline, as it comes. Memory is bounded by the longest
 * line; there is an hour for all of them.
 */
export async function eachLine(runner: GitRunner, call: Call, look: (line: string) => void): Promise<void> {
  let rest = '';
  await runner.stream({ deadlineMs: LONG_DEADLINE_MS, ...call }, (piece) => {
    const text = rest + Buffer.from(piece.buffer, piece.byteOffset, piece.length).toString('latin1');
    let start = 0;
    for (let end = text.indexOf('\n'); end !== -1; end = text.indexOf('\n', start)) {
      look(text.slice(start, end));
      start = end + 1;
    }
    rest = text.slice(start);
  });
  if (rest !== '') look(rest);
}
