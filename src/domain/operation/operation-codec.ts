import { encodeActor, readActor } from '#domain/actor/actor-codec.ts';
import { parseBase64Url } from '#domain/encoding/base64url.ts';
import { decodeCanonical, encodeCanonical, type Json } from '#domain/encoding/canonical-json.ts';
import { changesJson, readChanges } from './changes-codec.ts';
import { GATES } from '#domain/decision/gate.ts';
import type { Hasher } from '#domain/hash.ts';
import { formatId, parseDigest, parseId, type OperationId } from '#domain/id.ts';
import { JsonReader } from '#domain/encoding/json-reader.ts';
import { readPublicKey } from '#domain/token/public-key.ts';
import { readSalt } from '#domain/state/texts.ts';
import { readRedactedTexts } from '#domain/removal/redacted-texts.ts';
import { OPERATION_KINDS, type OperationLine, type OperationTexts, type Verdict } from './operation.ts';
import { parseInstant } from '#domain/time.ts';

/*
 * A line of a replica's log, canonical JSON:
 *
 *   {"actor","at","chain","holder","lamport","op","policy","prev","replica","repo","seq","sig","states",
 *    "texts","type":"operation","v":1,"verdict":{"code","stage","verdict"}}
 *
 * Its id is the hash of kind "operation" of all of it; `sig` signs the hash of the same kind of the line
 * without the field `sig`. Its sidecar, canonical JSON too, is one of
 *
 *   {"args","effects","inverse","paths","refs","resource","result","salt","type":"operation-texts","v":1}
 *   {"tombstone","type":"redacted-texts","v":1}            see `redacted-texts.ts`
 */

/** Bytes that a line may have at most. */
export const LARGEST_LINE = 256 * 1024;
/** Bytes that a sidecar may have at most. */
export const LARGEST_TEXTS = 32 * 1024 * 1024;
const MOST_STATES = 1000;
const MOST_PATHS = 1_000_000;
const LONGEST_PATH = 16_384;
const CODE = /^[A-Z][A-Z_]{0,63}$/;
const SIGNATURE_BYTES = 64;

/** Encodes a whole line, `sig` included. */
export function encodeOperation(line: OperationLine): Uint8Array {
  return encodeCanonical({ ...unsignedFields(line), sig: line.sig });
}

/** Decodes a line strictly; throws `FORMAT_INVALID` or `FORMAT_UNKNOWN`. Verifies no signature. */
export function decodeOperation(bytes: Uint8Array): OperationLine {
  const reader = new JsonReader(decodeCanonical(bytes, 'operation', LARGEST_LINE), 'operation');
  reader.version('operation', 1);
  const line: OperationLine = {
    repo: parseId('hg', reader.string('repo')),
    replica: parseDigest(reader.string('replica')),
    seq: reader.integer('seq'),
    prev: readNullable(reader, 'prev', (text) => parseId('ho', text)),
    lamport: reader.integer('lamport'),
    at: parseInstant(reader.string('at')),
    actor: readActor(reader.object('actor')),
    holder: readPublicKey(reader, 'holder'),
    chain: readNullable(reader, 'chain', parseDigest),
    op: reader.oneOf('op', OPERATION_KINDS),
    verdict: readVerdict(reader.object('verdict')),
    states: reader.strings('states', MOST_STATES, 64).map((state) => parseId('hs', state)),
    policy: readNullable(reader, 'policy', (text) => parseId('hg', text)),
    texts: parseDigest(reader.string('texts')),
    sig: readSignature(reader),
  };
  reader.end();
  if ((line.seq === 0) !== (line.prev === null)) throw reader.invalid('has no proper prev');
  return line;
}

/** The id of a line from its canonical bytes, as they stand in a log. */
export function hashOperation(hasher: Hasher, bytes: Uint8Array): OperationId {
  return formatId('ho', hasher.hash('operation', bytes));
}

/** The id of a line. */
export function operationId(hasher: Hasher, line: OperationLine): OperationId {
  return hashOperation(hasher, encodeOperation(line));
}

/** The hash that `sig` signs: of the line without it. */
export function operationSigningHash(hasher: Hasher, line: Omit<OperationLine, 'sig'>): Uint8Array {
  return hasher.hash('operation', encodeCanonical(unsignedFields(line)));
}

function unsignedFields(line: Omit<OperationLine, 'sig'>): { readonly [key: string]: Json } {
  return {
    type: 'operation',
    v: 1,
    repo: line.repo,
    replica: line.replica,
    seq: line.seq,
    prev: line.prev,
    lamport: line.lamport,
    at: line.at,
    actor: encodeActor(line.actor),
    holder: line.holder,
    chain: line.chain,
    op: line.op,
    verdict: { verdict: line.verdict.verdict, stage: line.verdict.stage, code: line.verdict.code },
    states: [...line.states],
    policy: line.policy,
    texts: line.texts,
  };
}

function readVerdict(reader: JsonReader): Verdict {
  const verdict = reader.oneOf('verdict', ['allow', 'deny'] as const);
  const stage = readNullable(reader, 'stage', (text) => {
    const gate = GATES.find((candidate) => candidate === text);
    if (gate === undefined) throw reader.invalid('has an unknown stage');
    return gate;
  });
  const code = readNullable(reader, 'code', (text) => {
    if (!CODE.test(text)) throw reader.invalid('has no proper code');
    return text;
  });
  reader.end();
  // A denial says where and why; an allowance has neither.
  if ((verdict === 'deny') !== (stage !== null) || (stage === null) !== (code === null)) {
    throw reader.invalid('contradicts itself');
  }
  return { verdict, stage, code };
}

function readSignature(reader: JsonReader): string {
  const sig = reader.string('sig', 86);
  if (parseBase64Url(sig)?.length !== SIGNATURE_BYTES) throw reader.invalid('has no proper sig');
  return sig;
}

function readNullable<T>(reader: JsonReader, name: string, parse: (text: string) => T): T | null {
  const text = reader.nullableString(name);
  return text === null ? null : parse(text);
}

/** Encodes a sidecar. */
export function encodeOperationTexts(texts: OperationTexts): Uint8Array {
  return encodeCanonical({
    type: 'operation-texts',
    v: 1,
    salt: texts.salt,
    resource: texts.resource,
    paths: [...texts.paths],
    args: texts.args,
    ...changesJson(texts),
    inverse: texts.inverse === null ? null : changesJson(texts.inverse),
    result: texts.result,
  });
}

/** Decodes a sidecar strictly, or tells that it was redacted; throws `FORMAT_INVALID` or `FORMAT_UNKNOWN`. */
export function decodeOperationTexts(bytes: Uint8Array): OperationTexts | 'redacted' {
  const value = decodeCanonical(bytes, 'operation texts', LARGEST_TEXTS);
  const reader = new JsonReader(value, 'operation texts');
  if (readRedactedTexts(reader) !== undefined) return 'redacted';
  reader.version('operation-texts', 1);
  const inverse = reader.nullableObject('inverse');
  const texts: OperationTexts = {
    salt: readSalt(reader),
    resource: reader.nullableString('resource', LONGEST_PATH),
    paths: reader.strings('paths', MOST_PATHS, LONGEST_PATH),
    args: reader.json('args'),
    ...readChanges(reader),
    inverse: inverse === null ? null : readChanges(inverse),
    result: reader.json('result'),
  };
  inverse?.end();
  reader.end();
  return texts;
}
