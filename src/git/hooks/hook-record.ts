import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { decodeCanonical, encodeCanonical } from '#domain/encoding/canonical-json.ts';
import { JsonReader } from '#domain/encoding/json-reader.ts';
import { readSmallFile, replaceFile } from '#git/private-file.ts';
import { RECORD_NAME, type StubProgram } from './stub.ts';

/*
 * <git common dir>/heddle/hooks.json, canonical JSON:
 *   {"directories":[…],"node","script","type":"hooks","v":1}
 * It is there while this clone's hooks count: without it each of them leaves at once. Worktrees may have hooks paths of
 * their own, and whoever sets another path takes nothing away: every directory stays until all are taken away.
 */

/** Where a clone's hooks were put, the last one last, and what they start. */
export interface HookRecord extends StubProgram {
  readonly directories: readonly string[];
}

const LARGEST_RECORD = 65_536;
const WHAT = 'record of hooks';

/** Undefined where none were put. Throws `FORMAT_INVALID`, `FORMAT_UNKNOWN`. */
export function readHookRecord(commonDir: string): HookRecord | undefined {
  const bytes = readSmallFile(join(commonDir, RECORD_NAME), LARGEST_RECORD);
  if (bytes === undefined) return undefined;
  const reader = new JsonReader(decodeCanonical(bytes, WHAT, LARGEST_RECORD), WHAT);
  reader.version('hooks', 1);
  const record = {
    directories: reader.strings('directories'),
    node: reader.string('node'),
    script: reader.string('script'),
  };
  reader.end();
  return record;
}

/** In one step, durable. */
export function writeHookRecord(commonDir: string, record: HookRecord): void {
  mkdirSync(join(commonDir, 'heddle'), { recursive: true, mode: 0o700 });
  replaceFile(join(commonDir, RECORD_NAME), encodeCanonical({ type: 'hooks', v: 1, ...record }));
}
