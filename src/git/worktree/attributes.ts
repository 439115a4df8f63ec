import { unexpectedAnswer } from '#git/failure.ts';
import type { Setting } from '#git/environment.ts';
import { LARGE_OUTPUT_BYTES, LONG_DEADLINE_MS, type GitRunner } from '#git/run.ts';
import { joinRecords, splitRecords } from './records.ts';

export interface AttributeQuestion {
  readonly indexFile: string;
  readonly settings: readonly Setting[];
  readonly names: readonly string[];
}

/**
 * Attributes of paths, in the order given: name to value, `set`, `unset` or `unspecified` where Git says so.
 */
export async function readAttributes(
  runner: GitRunner,
  paths: readonly Uint8Array[],
  question: AttributeQuestion,
): Promise<readonly ReadonlyMap<string, string>[]> {
  if (paths.length === 0) return [];
  const { stdout } = await runner.run({
    args: ['check-attr', '-z', '--stdin', ...question.names],
    stdin: joinRecords(paths),
    indexFile: question.indexFile,
    settings: question.settings,
    maxOutputBytes: LARGE_OUTPUT_BYTES,
    deadlineMs: LONG_DEADLINE_MS,
  });
  const fields = splitRecords(stdout);
  if (fields.length !== paths.length * question.names.length * FIELDS) throw unexpectedAnswer('check-attr');
  const step = question.names.length * FIELDS;
  return paths.map((_path, index) => {
    const attributes = new Map<string, string>();
    for (let at = index * step; at < (index + 1) * step; at += FIELDS) {
      attributes.set(fields[at + 1]?.toString('utf8') ?? '', fields[at + 2]?.toString('utf8') ?? '');
    }
    return attributes;
  });
}

/** Path, attribute, value. */
const FIELDS = 3;
