import type { ObjectId } from '#ports/objects.ts';
import { unexpectedAnswer } from '#git/failure.ts';

/** One line of `--raw -z` without renames. */
export interface RawChange {
  readonly oldMode: string;
  readonly newMode: string;
  readonly oldId: ObjectId;
  readonly newId: ObjectId;
  readonly status: string;
  readonly path: Uint8Array;
}

const LINE = /^:([0-7]{6}) ([0-7]{6}) ([0-9a-f]{40}) ([0-9a-f]{40}) ([A-Z])$/;

/** Parses `--raw -z --no-abbrev`: header, NUL, path, NUL. */
export function parseRawDiff(records: readonly Buffer[], command: string): readonly RawChange[] {
  const changes: RawChange[] = [];
  for (let index = 0; index < records.length; index += 2) {
    const path = records[index + 1];
    const match = LINE.exec(records[index]?.toString('latin1') ?? '');
    if (match === null || path === undefined || path.length === 0) throw unexpectedAnswer(command);
    const [, oldMode = '', newMode = '', oldId = '', newId = '', status = ''] = match;
    changes.push({ oldMode, newMode, oldId, newId, status, path: new Uint8Array(path) });
  }
  return changes;
}
