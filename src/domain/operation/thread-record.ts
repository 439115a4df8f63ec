import { parseId, type StateId } from '#domain/id.ts';
import type { JsonReader } from '#domain/encoding/json-reader.ts';
import { parseInstant, type Instant } from '#domain/time.ts';

const LONGEST_THREAD = 200;
const LONGEST_TASK = 1024 * 1024;
const LONGEST_PRINCIPAL = 320;
const GIT_ID = /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/;

/** What a clone knows of a thread beside its states. */
export interface ThreadRecord {
  readonly thread: string;
  readonly task: string | null;
  /** Git commit it started from, or null. */
  readonly base: string | null;
  /** State it was forked from, or null. */
  readonly from: StateId | null;
  readonly by: string;
  readonly startedAt: Instant;
}

/** The JSON form of a thread's record: one for the log's effects and for the record's own file. */
export function threadRecordJson(record: ThreadRecord): {
  readonly [Field in keyof ThreadRecord]: ThreadRecord[Field];
} {
  return {
    thread: record.thread,
    task: record.task,
    base: record.base,
    from: record.from,
    by: record.by,
    startedAt: record.startedAt,
  };
}

/** Reads a thread's record strictly; throws `FORMAT_INVALID`. The caller ends the reader. */
export function readThreadRecord(reader: JsonReader): ThreadRecord {
  const base = reader.nullableString('base', 64);
  if (base !== null && !GIT_ID.test(base)) throw reader.invalid('has no proper base');
  const from = reader.nullableString('from');
  return {
    thread: readThreadName(reader, 'thread'),
    task: reader.nullableString('task', LONGEST_TASK),
    base,
    from: from === null ? null : parseId('hs', from),
    by: reader.string('by', LONGEST_PRINCIPAL),
    startedAt: parseInstant(reader.string('startedAt')),
  };
}

/** A thread's name as records hold it: not empty, at most 200 characters. The grammar is asked elsewhere. */
export function readThreadName(reader: JsonReader, field: string): string {
  const thread = reader.string(field, LONGEST_THREAD);
  if (thread === '') throw reader.invalid(`has no proper ${field}`);
  return thread;
}
