import { concatBytes } from '#domain/encoding/bytes.ts';
import { decodeCanonical, encodeCanonical, type Json } from '#domain/encoding/canonical-json.ts';
import { JsonReader } from '#domain/encoding/json-reader.ts';
import { HeddleError } from '#domain/error.ts';
import { parseDigest } from '#domain/id.ts';
import { rawName, saltBytes } from '#domain/manifest/hashes.ts';
import { parseCoveredRecord } from '#domain/removal/covered-record.ts';
import { areSoundCuts, type Cut } from '#domain/removal/spans/cuts.ts';
import type { QuarantinedContent, RemovedContent, RemovedSidecar, RemovedTexts } from '#ports/removal.ts';
import type { RemovedName } from '#ports/removal/names.ts';

/*
 * What is sealed, before it is:
 *
 *   offset 0  length of the list, 4 bytes, big-endian
 *          4  the list, canonical JSON:
 *               {"contents":[{"blob","entries":[{"file","salt"}…],"kind","size"}…],"type":"quarantine","v":1}
 *             a content of which only parts went has "cuts":[[start,end]…] too, and one in which masks of earlier
 *             tombstones stand "masks", alike;
 *             and, where sidecars were removed, "texts":{"sidecars":[{"blob","record","size"}…],"words":[]}
 *             and, where names were, "names":[{"blob","file","name","nameId","paths":[],"salt"}…]
 *             a salt is one of 16 bytes, base64url, or a key, 32 bytes, in the alphabet of ids
 *          …  the contents, then the sidecars, raw, one after the other in the lists' order, `size` bytes each
 */

/** Most bytes of contents that one tombstone keeps: 1 GiB. */
const LARGEST_QUARANTINE = 1024 ** 3;
/** Longest plaintext: contents, list, length. */
export const LARGEST_PLAINTEXT = LARGEST_QUARANTINE + 32 * 1024 * 1024;

const LENGTH_BYTES = 4;
const LARGEST_LIST = 31 * 1024 * 1024;
const MOST_ITEMS = 100_000;
/** Sidecars of states are the longest. */
const LONGEST_WORD = 1024 * 1024;
const GIT_ID = /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/;
const WHAT = 'quarantine';

/** Encodes as pieces, the contents as they are. Throws `FILE_TOO_LARGE` for more than 1 GiB of them. */
export function encodeQuarantine({ contents, texts, names }: QuarantinedContent): readonly Uint8Array[] {
  const raw = [...contents, ...(texts?.sidecars ?? [])].map(({ bytes }) => bytes);
  const size = raw.reduce((sum, { length }) => sum + length, 0);
  const written = {
    ...(texts === undefined ? {} : { texts: textsJson(texts) }),
    ...(names === undefined ? {} : { names: names.map((name) => ({ ...name })) }),
  };
  const list = encodeCanonical({ type: WHAT, v: 1, contents: contents.map(contentJson), ...written });
  if (size > LARGEST_QUARANTINE || list.length > LARGEST_LIST) {
    throw new HeddleError('FILE_TOO_LARGE', 'there is more to remove than a quarantine can hold', {
      facts: { size, limit: LARGEST_QUARANTINE },
      preserved: 'nothing was changed',
    });
  }
  const length = new Uint8Array(LENGTH_BYTES);
  new DataView(length.buffer).setUint32(0, list.length);
  return [concatBytes(length, list), ...raw];
}

/** Decodes strictly; throws `FORMAT_INVALID` or `FORMAT_UNKNOWN`. The contents are views of what was given. */
export function decodeQuarantine(plaintext: Uint8Array): QuarantinedContent {
  if (plaintext.length < LENGTH_BYTES) throw invalid('is too short');
  const view = new DataView(plaintext.buffer, plaintext.byteOffset, plaintext.byteLength);
  const start = LENGTH_BYTES + view.getUint32(0);
  if (start > plaintext.length) throw invalid('is too short');
  const list = decodeCanonical(plaintext.subarray(LENGTH_BYTES, start), WHAT, LARGEST_LIST);
  const reader = new JsonReader(list, WHAT);
  reader.version(WHAT, 1);
  const items = reader.list('contents', readContent, MOST_ITEMS);
  const written = reader.has('texts') ? readTexts(reader.object('texts')) : undefined;
  const names = reader.has('names') ? { names: reader.list('names', readName, MOST_ITEMS) } : {};
  reader.end();
  let at = start;
  const take = (size: number): Uint8Array => {
    if (size > plaintext.length - at) throw invalid('is too short');
    at += size;
    return new Uint8Array(plaintext.buffer, plaintext.byteOffset + at - size, size);
  };
  const contents = items.map(({ size, ...item }): RemovedContent => ({ ...item, bytes: take(size) }));
  const sidecars = written?.sidecars.map(({ size, ...item }) => ({ ...item, bytes: take(size) }));
  if (at !== plaintext.length) throw invalid('is too long');
  if (written === undefined || sidecars === undefined) return { contents, ...names };
  return { contents, texts: { sidecars, words: written.words }, ...names };
}

function textsJson({ sidecars, words }: RemovedTexts): Json {
  const items = sidecars.map(({ blob, record, bytes }) => ({ blob, record, size: bytes.length }));
  return { sidecars: items, words };
}

type Sized<T> = Omit<T, 'bytes'> & { readonly size: number };

function readTexts(reader: JsonReader): {
  readonly sidecars: readonly Sized<RemovedSidecar>[];
  readonly words: readonly string[];
} {
  const sidecars = reader.list('sidecars', readSidecar, MOST_ITEMS);
  const words = reader.strings('words', MOST_ITEMS, LONGEST_WORD);
  reader.end();
  return { sidecars, words };
}

function readSidecar(item: Json): Sized<RemovedSidecar> {
  const reader = new JsonReader(item, 'quarantine.texts.sidecars');
  const sidecar = {
    blob: reader.string('blob', 64),
    record: parseCoveredRecord(reader, reader.string('record', 64)),
    size: reader.integer('size'),
  };
  reader.end();
  if (!GIT_ID.test(sidecar.blob)) throw reader.invalid('has no proper blob');
  return sidecar;
}

function contentJson({ blob, entries, kind, bytes, cuts, masks }: RemovedContent): Json {
  const told = { blob, kind, size: bytes.length, entries: entries.map(({ file, salt }) => ({ file, salt })) };
  return {
    ...told,
    ...(cuts === undefined ? {} : { cuts: cutsJson(cuts) }),
    ...(masks === undefined ? {} : { masks: cutsJson(masks) }),
  };
}

function cutsJson(cuts: readonly Cut[]): Json {
  return cuts.map(({ start, end }) => [start, end]);
}

function readContent(item: Json): Sized<RemovedContent> {
  const reader = new JsonReader(item, 'quarantine.contents');
  const content = {
    blob: reader.string('blob', 64),
    kind: reader.oneOf('kind', ['file', 'symlink'] as const),
    size: reader.integer('size'),
    entries: reader.list('entries', readEntry, MOST_ITEMS),
  };
  const cuts = readCuts(reader, 'cuts', content.size);
  const masks = readCuts(reader, 'masks', content.size);
  reader.end();
  if (!GIT_ID.test(content.blob)) throw reader.invalid('has no proper blob');
  return {
    ...content,
    ...(cuts === undefined ? {} : { cuts }),
    ...(masks === undefined ? {} : { masks }),
  };
}

function readCuts(reader: JsonReader, field: 'cuts' | 'masks', size: number): readonly Cut[] | undefined {
  if (!reader.has(field)) return undefined;
  const cuts = reader.list(field, readCut, MOST_ITEMS);
  if (cuts.length === 0 || !areSoundCuts(cuts, size)) throw reader.invalid(`has no proper ${field}`);
  return cuts;
}

function readCut(item: Json): Cut {
  const ends: readonly Json[] = Array.isArray(item) ? item : [];
  const [start, end] = ends;
  if (ends.length !== 2 || typeof start !== 'number' || typeof end !== 'number') {
    throw invalid('has no proper cuts');
  }
  return { start, end };
}

function readEntry(item: Json): RemovedContent['entries'][number] {
  const reader = new JsonReader(item, 'quarantine.contents.entries');
  const entry = { file: parseDigest(reader.string('file')), salt: readSaltOrKey(reader) };
  reader.end();
  return entry;
}

function readSaltOrKey(reader: JsonReader): string {
  const salt = reader.string('salt', 52);
  if (salt.length === 52) return parseDigest(salt);
  saltBytes(salt);
  return salt;
}

function readName(item: Json): RemovedName {
  const reader = new JsonReader(item, 'quarantine.names');
  const name: RemovedName = {
    nameId: parseDigest(reader.string('nameId')),
    name: reader.string('name', 16_384),
    salt: readSaltOrKey(reader),
    file: parseDigest(reader.string('file')),
    blob: reader.string('blob', 64),
    paths: reader.strings('paths', MOST_ITEMS, 16_384),
  };
  reader.end();
  rawName(name.name);
  if (!GIT_ID.test(name.blob)) throw reader.invalid('has no proper blob');
  return name;
}

function invalid(why: string): HeddleError {
  return new HeddleError('FORMAT_INVALID', `${WHAT} ${why}`, { facts: { record: WHAT } });
}
