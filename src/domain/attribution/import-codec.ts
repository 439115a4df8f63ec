import { decodeCanonical, encodeCanonical, type Json } from '#domain/encoding/canonical-json.ts';
import { JsonReader } from '#domain/encoding/json-reader.ts';
import { readSignedFields, signedFieldsJson, type SignedFields } from '#domain/record/signed-fields.ts';
import type { Hasher } from '#domain/hash.ts';
import { formatDigest, parseDigest, type Digest } from '#domain/id.ts';
import { readSalt } from '#domain/state/texts.ts';
import {
  ATTRIBUTION_FORMATS,
  CONTRIBUTORS,
  type AttributionFormat,
  type Claim,
  type ClaimedCommit,
  type ClaimedFile,
} from './claim.ts';
import { LONGEST_WORD, readForeignPath, steersTerminals } from './foreign-text.ts';
import { isSpan, joinSpans, type LineSpan } from './line-spans.ts';

/*
 * An import says that somebody took over what another tool's records claim. Canonical JSON:
 *
 *   {"actor","at","chain","holder","policy","repo","source","texts","type":"import","v":1}
 *
 * Its digest is the hash of kind "import" of these bytes, which is also what its attestation signs. Its sidecar holds
 * the claims, since paths and Git ids never enter a signed hash in the clear:
 *
 *   {"commits":[{"commit","files":[{"claims":[{"by","lines":[[1,3]],"model","tool"}],"path"}],"record"}],
 *    "salt","type":"import-texts","v":1}
 *
 * `record` is the hash of kind "foreign" of the record as it was read. Nothing else of it is kept: no prompt, no
 * message, no link, and nobody's name.
 */

/** A signed import. */
export interface ImportRecord extends SignedFields {
  readonly source: AttributionFormat;
}

/** What one record of another tool claims. */
export interface ImportedCommit extends ClaimedCommit {
  /** Of the record as it was read. */
  readonly record: Digest;
}

/** What was imported at once. */
export interface ImportTexts {
  readonly salt: string;
  readonly commits: readonly ImportedCommit[];
}

const LARGEST_IMPORT = 64 * 1024;
export const LARGEST_IMPORT_TEXTS = 4 * 1024 * 1024;
/** Records that one import takes. */
export const MOST_IMPORTED = 1000;
const MOST_FILES = 10_000;
const MOST_CLAIMS = 10_000;
const MOST_SPANS = 100_000;
const TEXTS = 'import texts';

/** Encodes an import. */
export function encodeImport(record: ImportRecord): Uint8Array {
  return encodeCanonical({ type: 'import', v: 1, source: record.source, ...signedFieldsJson(record) });
}

/** The digest of an import, from its canonical bytes. */
export function importDigest(hasher: Hasher, bytes: Uint8Array): Digest {
  return formatDigest(hasher.hash('import', bytes));
}

/** Decodes an import strictly; throws `FORMAT_INVALID` or `FORMAT_UNKNOWN`. Verifies no signature. */
export function decodeImport(bytes: Uint8Array): ImportRecord {
  const reader = new JsonReader(decodeCanonical(bytes, 'import', LARGEST_IMPORT), 'import');
  reader.version('import', 1);
  const record: ImportRecord = {
    ...readSignedFields(reader),
    source: reader.oneOf('source', ATTRIBUTION_FORMATS),
  };
  reader.end();
  return record;
}

/** Encodes the sidecar. */
export function encodeImportTexts({ salt, commits }: ImportTexts): Uint8Array {
  return encodeCanonical({
    type: 'import-texts',
    v: 1,
    salt,
    commits: commits.map(({ commit, record, files }) => ({ commit, record, files: files.map(fileJson) })),
  });
}

function fileJson({ path, claims }: ClaimedFile): Json {
  return {
    path,
    claims: claims.map(({ lines, by, tool, model }) => ({
      lines: lines.map(({ first, last }) => [first, last]),
      by,
      tool,
      model,
    })),
  };
}

/** Decodes the sidecar strictly; throws `FORMAT_INVALID` or `FORMAT_UNKNOWN`. */
export function decodeImportTexts(bytes: Uint8Array): ImportTexts {
  const reader = new JsonReader(decodeCanonical(bytes, TEXTS, LARGEST_IMPORT_TEXTS), TEXTS);
  reader.version('import-texts', 1);
  const salt = readSalt(reader);
  const commits = reader.list('commits', readCommit, MOST_IMPORTED);
  reader.end();
  return { salt, commits };
}

function readCommit(item: Json): ImportedCommit {
  const reader = new JsonReader(item, TEXTS);
  const commit = reader.string('commit', 40);
  if (!/^[0-9a-f]{40}$/.test(commit)) throw reader.invalid('has no proper commit');
  const record = parseDigest(reader.string('record'));
  const files = reader.list('files', readFile, MOST_FILES);
  reader.end();
  return { commit, record, files };
}

function readFile(item: Json): ClaimedFile {
  const reader = new JsonReader(item, TEXTS);
  const path = readForeignPath(reader.string('path', 4096), TEXTS);
  const claims = reader.list('claims', readClaim, MOST_CLAIMS);
  reader.end();
  return { path, claims };
}

function readClaim(item: Json): Claim {
  const reader = new JsonReader(item, TEXTS);
  const lines = reader.list('lines', (span) => readSpan(reader, span), MOST_SPANS);
  const joined = joinSpans(lines);
  if (lines.length === 0 || JSON.stringify(joined) !== JSON.stringify(lines))
    throw reader.invalid('has no proper lines');
  const claim = {
    lines,
    by: reader.oneOf('by', CONTRIBUTORS),
    tool: readWord(reader, 'tool'),
    model: readWord(reader, 'model'),
  };
  reader.end();
  return claim;
}

function readSpan(reader: JsonReader, item: Json): LineSpan {
  const numbers = Array.isArray(item) ? item.filter((one: Json) => typeof one === 'number') : [];
  const [first, last] = numbers;
  const isPair = Array.isArray(item) && item.length === 2 && numbers.length === 2;
  if (!isPair || first === undefined || last === undefined || !isSpan(first, last)) {
    throw reader.invalid('has no proper lines');
  }
  return { first, last };
}

function readWord(reader: JsonReader, name: string): string | null {
  const word = reader.nullableString(name, LONGEST_WORD);
  if (word !== null && (word === '' || steersTerminals(word))) throw reader.invalid(`has no proper ${name}`);
  return word;
}
