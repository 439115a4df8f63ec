import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { decodeCanonical, encodeCanonical, type Json } from '#domain/encoding/canonical-json.ts';
import { JsonReader } from '#domain/encoding/json-reader.ts';
import { HeddleError } from '#domain/error.ts';
import { parseId, type OperationId } from '#domain/id.ts';
import { parseInstant } from '#domain/time.ts';
import type { ReplicaIdentity } from '#ports/keys.ts';
import type { ProcessMark } from '#ports/processes.ts';
import type { RunNote, RunNotes } from '#ports/runs.ts';
import {
  assertRealDirectories,
  DurableFiles,
  guardIo,
  readBounded,
  removeDurably,
  unlessMissing,
} from './durable-file.ts';

/*
 * <common dir>/heddle/runs/<run id>.json, canonical JSON:
 *   {"child","deadline","run","seal","supervisor","type":"run","v":1}
 * `child` and `supervisor` are {"boot","pid","place","started"}. `seal` is keyed with the clone's secret, over the
 * record without it: what came with a repository ends no process and removes no file.
 */

const LARGEST = 16 * 1024;
const SUFFIX = '.json';

/** Opens the notes of a clone's runs; nothing is created by opening. */
export function openRunNotes({
  commonDir,
  identity,
}: {
  readonly commonDir: string;
  readonly identity: () => Promise<ReplicaIdentity | undefined>;
}): RunNotes {
  const directory = join(commonDir, 'heddle', 'runs');
  const files = new DurableFiles(join(commonDir, 'heddle', 'tmp'));
  const pathOf = (run: OperationId): string => join(directory, run + SUFFIX);
  const sealOf = async (fields: NoteFields): Promise<string | undefined> =>
    (await identity())?.keyed('run', encodeCanonical(fields));
  return {
    async list() {
      const names = guardIo(directory, () => unlessMissing(() => readdirSync(directory))) ?? [];
      return names.flatMap((name) => parseName(name) ?? []).toSorted();
    },
    async read(run) {
      assertRealDirectories([directory]);
      const bytes = readBounded(pathOf(run), LARGEST);
      const found = bytes === undefined ? undefined : decodeNote(bytes);
      if (found === undefined || found.note.run !== run) return undefined;
      return found.seal === (await sealOf(fieldsOf(found.note))) ? found.note : undefined;
    },
    async write(note) {
      assertRealDirectories([directory]);
      const fields = fieldsOf(note);
      const seal = await sealOf(fields);
      if (seal === undefined)
        throw new HeddleError('NOT_INITIALISED', 'this home has no secret for the clone');
      files.replace(pathOf(note.run), encodeCanonical({ ...fields, seal }));
    },
    async remove(run) {
      assertRealDirectories([directory]);
      removeDurably(pathOf(run));
    },
  };
}

type NoteFields = { readonly [name: string]: Json };

function fieldsOf({ run, supervisor, child, deadline }: RunNote): NoteFields {
  return {
    type: 'run',
    v: 1,
    run,
    supervisor: { ...supervisor },
    child: child === null ? null : { ...child },
    deadline,
  };
}

function parseName(name: string): OperationId | undefined {
  return name.endsWith(SUFFIX) ? attempt(() => parseId('ho', name.slice(0, -SUFFIX.length))) : undefined;
}

function decodeNote(bytes: Uint8Array): { readonly note: RunNote; readonly seal: string } | undefined {
  return attempt(() => {
    const reader = new JsonReader(decodeCanonical(bytes, 'run', LARGEST), 'run');
    reader.version('run', 1);
    const child = reader.nullableObject('child');
    const note: RunNote = {
      run: parseId('ho', reader.string('run')),
      supervisor: readMark(reader.object('supervisor')),
      child: child === null ? null : readMark(child),
      deadline: reader.nullable('deadline', () => parseInstant(reader.string('deadline'))),
    };
    const seal = reader.string('seal', 100);
    reader.end();
    return { note, seal };
  });
}

function readMark(reader: JsonReader): ProcessMark {
  const mark = {
    boot: reader.string('boot', 200),
    place: reader.string('place', 400),
    pid: reader.integer('pid'),
    started: reader.string('started', 200),
  };
  reader.end();
  return mark;
}

/** Undefined where the text is none of ours: that is for nobody to act on. */
function attempt<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof HeddleError) return undefined;
    throw error;
  }
}
