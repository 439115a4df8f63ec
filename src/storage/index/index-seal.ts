import { decodeCanonical, encodeCanonical, type Json } from '#domain/encoding/canonical-json.ts';
import { JsonReader } from '#domain/encoding/json-reader.ts';
import { parseDigest, parseId, type Digest } from '#domain/id.ts';
import type { IndexCoverage } from '#ports/local-index.ts';
import type { LogMark } from '#ports/log.ts';

/*
 * `<replica>/seal.json` beside `<replica>/level/`, canonical JSON:
 *
 *   {"entries","files":["<name> <digest>",…],"operations":["<replica> <seq> <id>",…],"seal",
 *    "states":["<carrier>",…],"type":"local-index","v":1}
 *
 * `states` and `operations` are left out where the table was not made. `files` are those that LevelDB reads, each with its hash of kind "index"; `seal` is the hash of the other fields
 * in canonical form, keyed with the clone's secret. The file is written after the database was closed, and not
 * fsynced: whatever a crash, a flipped bit or another hand did to the database, the seal no longer fits. That is
 * found before LevelDB reads a byte, which answers damage with wrong or missing entries, or ends the process.
 */

/** A longer one is not written: so many heads are scanned. */
export const LARGEST_SEAL = 4 * 1024 * 1024;
const MOST_FILES = 128;
const MOST_MARKS = 50_000;

/** What stands in a closed database. */
export interface IndexSeal {
  readonly coverage: IndexCoverage;
  readonly entries: number;
  /** `<name> <digest>`, by name. */
  readonly files: readonly string[];
}

/** Digest of bytes, keyed with the clone's secret. */
export type KeyedDigest = (bytes: Uint8Array) => Digest;

/** Encodes what stands in a database, sealed. */
export function encodeSeal(seal: IndexSeal, keyed: KeyedDigest): Uint8Array {
  const fields = sealedFields(seal);
  return encodeCanonical({ ...fields, seal: keyed(encodeCanonical(fields)) });
}

/** Decodes a seal; throws `FORMAT_INVALID`, for one that another secret made too. */
export function decodeSeal(bytes: Uint8Array, keyed: KeyedDigest): IndexSeal {
  const reader = new JsonReader(decodeCanonical(bytes, 'seal', LARGEST_SEAL), 'seal');
  reader.version('local-index', 1);
  const seal: IndexSeal = {
    entries: reader.integer('entries'),
    files: reader.strings('files', MOST_FILES),
    coverage: {
      states: reader.has('states') ? reader.strings('states', MOST_MARKS) : null,
      operations: reader.has('operations')
        ? reader.strings('operations', MOST_MARKS).map((mark) => parseMark(reader, mark))
        : null,
    },
  };
  const sealed = parseDigest(reader.string('seal'));
  reader.end();
  if (keyed(encodeCanonical(sealedFields(seal))) !== sealed) throw reader.invalid('was not made here');
  return seal;
}

function sealedFields({ coverage, entries, files }: IndexSeal): { readonly [key: string]: Json } {
  const { states, operations } = coverage;
  return {
    type: 'local-index',
    v: 1,
    entries,
    files,
    ...(states === null ? {} : { states }),
    ...(operations === null
      ? {}
      : { operations: operations.map(({ replica, seq, id }) => `${replica} ${seq} ${id}`) }),
  };
}

function parseMark(reader: JsonReader, text: string): LogMark {
  const [replica = '', seq = '', id = '', ...more] = text.split(' ');
  if (more.length > 0 || !/^(?:0|[1-9]\d{0,14})$/.test(seq)) throw reader.invalid('has an odd mark');
  return { replica: parseDigest(replica), seq: Number(seq), id: parseId('ho', id) };
}
