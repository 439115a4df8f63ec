import type { OperationLine, OperationTexts } from '#domain/operation/operation.ts';
import type { OperationLog } from '#ports/log.ts';

/** A line of a landing with its sidecar. */
export type LandLine = { readonly line: OperationLine; readonly texts: OperationTexts };

const known = new WeakMap<
  OperationLog,
  { readonly ends: string; readonly lines: Promise<readonly LandLine[]> }
>();

/**
 * Landings of this clone's logs that were let through, as far as their sidecars are there; newest first. While the logs
 * end where they did they are read once: `verify` asks about each landing.
 */
export async function landLines(log: OperationLog): Promise<readonly LandLine[]> {
  const ends = (await log.tails()).map(({ id }) => id).join();
  const before = known.get(log);
  if (before?.ends === ends) return before.lines;
  const lines = readLandLines(log);
  known.set(log, { ends, lines });
  return lines;
}

async function readLandLines(log: OperationLog): Promise<readonly LandLine[]> {
  const lines: LandLine[] = [];
  for await (const { line, texts } of log.newest()) {
    if (line.op === 'land' && line.verdict.verdict === 'allow' && texts !== 'redacted')
      lines.push({ line, texts });
  }
  return lines;
}
