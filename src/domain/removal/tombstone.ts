import { decodeCanonical, encodeCanonical, type Json } from '#domain/encoding/canonical-json.ts';
import { HeddleError } from '#domain/error.ts';
import type { Hasher } from '#domain/hash.ts';
import { formatId, parseDigest, parseId, type Digest, type TombstoneId } from '#domain/id.ts';
import { JsonReader } from '#domain/encoding/json-reader.ts';
import { readSignedFields, signedFieldsJson, type SignedFields } from '#domain/record/signed-fields.ts';
import { readSalt } from '#domain/state/texts.ts';
import { parseInstant, type Instant } from '#domain/time.ts';
import { parseCoveredRecord, type CoveredRecord } from './covered-record.ts';
import { readRedactedTexts } from './redacted-texts.ts';
import { marksJson, readMarks, type TravellingMark } from './travelling-mark.ts';

/*
 * The declaration of a tombstone, canonical JSON:
 *
 *   {"actor","at","chain","covers":{"files":[],"names":[],"texts":[]},"holder","policy","reasonCode","repo",
 *    "rotatedAt","spans":[{"file","kept","marks":[]}…],"template","texts","type":"tombstone","v":1}
 *
 * Version 2 has "shun", too, where a policy asks for it: at least one mark, see `travelling-mark.ts`, of contents that
 * it covers, at most as many as `covers.files`. In version 3 at least one span has "by", too,
 * and "shun" is there or not.
 *
 * Its id is the hash of kind "tombstone" of these bytes. It tells no length and, but for those marks, no unsalted hash of
 * what it removes. Its sidecar, canonical JSON too, is one of
 *
 *   {"paths","reason","salt","type":"tombstone-texts","v":1}
 *   {"tombstone","type":"redacted-texts","v":1}            see `redacted-texts.ts`
 */

/** Why something was removed; closed and append-only. */
export const REASON_CODES = ['credential', 'pii', 'licence', 'other'] as const;
export type ReasonCode = (typeof REASON_CODES)[number];

/** What a tombstone covers. Each list is in order, without duplicates; they are not all empty. */
export interface TombstoneCovers {
  /** Contents, by the manifest's content id. */
  readonly files: readonly Digest[];
  /** Names, by `nameId`. */
  readonly names: readonly Digest[];
  /** Records whose sidecar is replaced. */
  readonly texts: readonly CoveredRecord[];
}

/** A covered file of which only parts go. Without one the whole content goes. */
export interface TombstoneSpans {
  readonly file: Digest;
  /**
   * Byte offsets **into what is kept** at which something was cut out, rising: they tell where, not how much.
   */
  readonly marks: readonly number[];
  /** Content id of the kept bytes under the sidecar's salt: what a reader checks a replacement against. */
  readonly kept: Digest;
  /**
   * Whose masks stand there, where this one cuts no more out of the file: it took away the sidecar under whose salt the
   * rest was known, and vouches for that. Not there for its own.
   */
  readonly by?: TombstoneId;
}

/** A signed statement that something was removed, by whom, when and why. It never changes. */
export interface TombstoneDeclaration extends SignedFields {
  readonly covers: TombstoneCovers;
  /** In order of `file`; each file is covered. */
  readonly spans: readonly TombstoneSpans[];
  readonly reasonCode: ReasonCode;
  /** Version of the rule that makes a replacement from declaration and id. */
  readonly template: 1;
  /** When a leaked credential was rotated; null where nobody said so. */
  readonly rotatedAt: Instant | null;
  /** By what every clone refuses what is covered, in order; empty where only clones that held it do. */
  readonly shun: readonly TravellingMark[];
}

/** The sidecar of a declaration. */
export interface TombstoneTexts {
  readonly salt: string;
  /** Percent-escaped. */
  readonly paths: readonly string[];
  readonly reason: string;
}

const LARGEST_DECLARATION = 8 * 1024 * 1024;
const LARGEST_TEXTS = 32 * 1024 * 1024;
const MOST_COVERED = 50_000;
const MOST_PATHS = 100_000;
const LONGEST_PATH = 16_384;
const LONGEST_REASON = 64 * 1024;

/** Encodes a declaration. The lists must be in order; {@link decodeTombstone} refuses others. */
export function encodeTombstone(declaration: TombstoneDeclaration): Uint8Array {
  return encodeCanonical({
    type: 'tombstone',
    v: versionOf(declaration),
    ...signedFieldsJson(declaration),
    covers: {
      files: declaration.covers.files,
      names: declaration.covers.names,
      texts: declaration.covers.texts,
    },
    spans: declaration.spans.map(({ file, marks, kept, by }) => ({
      file,
      marks,
      kept,
      ...(by === undefined ? {} : { by }),
    })),
    reasonCode: declaration.reasonCode,
    template: declaration.template,
    rotatedAt: declaration.rotatedAt,
    ...(declaration.shun.length === 0 ? {} : { shun: marksJson(declaration.shun) }),
  });
}

/** Each has the smallest that can say it. */
function versionOf({ spans, shun }: TombstoneDeclaration): 1 | 2 | 3 {
  if (spans.some(({ by }) => by !== undefined)) return 3;
  return shun.length === 0 ? 1 : 2;
}

/** The id of a tombstone from its declaration's canonical bytes. */
export function tombstoneId(hasher: Hasher, bytes: Uint8Array): TombstoneId {
  return formatId('hr', hasher.hash('tombstone', bytes));
}

/** Decodes a declaration strictly; throws `FORMAT_INVALID` or `FORMAT_UNKNOWN`. Verifies no signature. */
export function decodeTombstone(bytes: Uint8Array): TombstoneDeclaration {
  const reader = new JsonReader(decodeCanonical(bytes, 'tombstone', LARGEST_DECLARATION), 'tombstone');
  const version = reader.oneOfVersions('tombstone', [1, 2, 3]);
  const covers = readCovers(reader.object('covers'));
  const rotatedAt = reader.nullableString('rotatedAt');
  const declaration: TombstoneDeclaration = {
    ...readSignedFields(reader),
    covers,
    spans: readSpans(reader, { covers, version }),
    reasonCode: reader.oneOf('reasonCode', REASON_CODES),
    template: readTemplate(reader),
    rotatedAt: rotatedAt === null ? null : parseInstant(rotatedAt),
    shun:
      version === 2 || (version === 3 && reader.has('shun')) ? readMarks(reader, covers.files.length) : [],
  };
  reader.end();
  if (version !== versionOf(declaration)) throw reader.invalid('has another version than it needs');
  return declaration;
}

function readCovers(reader: JsonReader): TombstoneCovers {
  const covers: TombstoneCovers = {
    files: reader.strings('files', MOST_COVERED, 64).map(parseDigest),
    names: reader.strings('names', MOST_COVERED, 64).map(parseDigest),
    texts: reader.strings('texts', MOST_COVERED, 64).map((id) => parseCoveredRecord(reader, id)),
  };
  reader.end();
  const { files, names, texts } = covers;
  if (![files, names, texts].every(isRising)) throw reader.invalid('is not in order');
  if (files.length + names.length + texts.length === 0) throw reader.invalid('is empty');
  return covers;
}

function readSpans(
  reader: JsonReader,
  { covers, version }: { readonly covers: TombstoneCovers; readonly version: number },
): readonly TombstoneSpans[] {
  const spans = reader.list('spans', (item) => readFileSpans(item, version), MOST_COVERED);
  const files = spans.map((span) => span.file);
  const covered = new Set(covers.files);
  if (!isRising(files)) throw reader.invalid('has spans that are not in order');
  if (!files.every((file) => covered.has(file)))
    throw reader.invalid('has spans of a file that it does not cover');
  return spans;
}

function readFileSpans(item: Json, version: number): TombstoneSpans {
  const reader = new JsonReader(item, 'tombstone.spans');
  const marks = reader.list('marks', (mark) => readMark(reader, mark), MOST_COVERED);
  const spans: TombstoneSpans = {
    file: parseDigest(reader.string('file')),
    marks,
    kept: parseDigest(reader.string('kept')),
    ...(version === 3 && reader.has('by') ? { by: parseId('hr', reader.string('by')) } : {}),
  };
  reader.end();
  if (marks.length === 0 || !isRising(marks)) throw reader.invalid('has no proper marks');
  return spans;
}

function readMark(reader: JsonReader, mark: Json): number {
  if (typeof mark !== 'number' || !Number.isSafeInteger(mark) || mark < 0) {
    throw reader.invalid('has no proper marks');
  }
  return mark;
}

function readTemplate(reader: JsonReader): 1 {
  const template = reader.integer('template');
  if (template === 1) return 1;
  // A reader that does not know the rule cannot tell a replacement from planted content.
  throw new HeddleError('FORMAT_UNKNOWN', `tombstone has the unknown template ${template}`, {
    facts: { record: 'tombstone', expected: 1 },
  });
}

function isRising(items: readonly (string | number)[]): boolean {
  return items.every((item, index) => {
    const before = items[index - 1];
    return before === undefined || before < item;
  });
}

/** Encodes the sidecar. */
export function encodeTombstoneTexts(texts: TombstoneTexts): Uint8Array {
  return encodeCanonical({
    type: 'tombstone-texts',
    v: 1,
    salt: texts.salt,
    paths: [...texts.paths],
    reason: texts.reason,
  });
}

/** Decodes a sidecar strictly, or tells that it was redacted; throws `FORMAT_INVALID` or `FORMAT_UNKNOWN`. */
export function decodeTombstoneTexts(bytes: Uint8Array): TombstoneTexts | 'redacted' {
  const value = decodeCanonical(bytes, 'tombstone texts', LARGEST_TEXTS);
  const reader = new JsonReader(value, 'tombstone texts');
  if (readRedactedTexts(reader) !== undefined) return 'redacted';
  reader.version('tombstone-texts', 1);
  const texts: TombstoneTexts = {
    salt: readSalt(reader),
    paths: reader.strings('paths', MOST_PATHS, LONGEST_PATH),
    reason: reader.string('reason', LONGEST_REASON),
  };
  reader.end();
  return texts;
}
