import { formatBase64Url, parseBase64Url } from '#domain/encoding/base64url.ts';
import { encodeActor, readActor } from '#domain/actor/actor-codec.ts';
import type { ActorSource, ActorSources } from '#domain/actor/actor.ts';
import { decodeCanonical, encodeCanonical } from '#domain/encoding/canonical-json.ts';
import { HeddleError } from '#domain/error.ts';
import type { Hasher } from '#domain/hash.ts';
import { formatId, parseDigest, parseId, type StateId } from '#domain/id.ts';
import { JsonReader } from '#domain/encoding/json-reader.ts';
import { readPublicKey } from '#domain/token/public-key.ts';
import { readSalt } from './texts.ts';
import { readRedactedTexts, type RedactedTexts } from '#domain/removal/redacted-texts.ts';
import type { State, StateTexts } from './state.ts';
import { parseInstant } from '#domain/time.ts';

/*
 * state.json   {"actor","capturedAt","chain","holder","parents","policy","repo","sources","texts",
 *               "thread","tree","type":"state","v":1}
 * texts.json   {"base","evidence","intent","salt","task","type":"state-texts","v":1}
 *              {"tombstone","type":"redacted-texts","v":1}, see `redacted-texts.ts`
 *
 * Both canonical JSON. The state id is the hash of kind "state" of state.json's bytes.
 */

const LARGEST_STATE = 64 * 1024;
const LARGEST_TEXTS = 1024 * 1024;
const SOURCES: readonly ActorSource[] = ['credential', 'flag', 'environment', 'default', 'none'];

/** Encodes `state.json`. */
export function encodeState(state: State): Uint8Array {
  return encodeCanonical({
    type: 'state',
    v: 1,
    ...state,
    actor: encodeActor(state.actor),
    sources: { ...state.sources },
    parents: [...state.parents],
  });
}

/** The id of a state from its canonical bytes. */
export function stateId(hasher: Hasher, bytes: Uint8Array): StateId {
  return formatId('hs', hasher.hash('state', bytes));
}

/** Decodes `state.json` strictly; throws `FORMAT_INVALID` or `FORMAT_UNKNOWN`. */
export function decodeState(bytes: Uint8Array): State {
  const reader = new JsonReader(decodeCanonical(bytes, 'state', LARGEST_STATE), 'state');
  reader.version('state', 1);
  const state: State = {
    repo: parseId('hg', reader.string('repo')),
    thread: reader.string('thread', 200),
    parents: reader.strings('parents', 64).map((parent) => parseId('hs', parent)),
    tree: parseId('ht', reader.string('tree')),
    actor: readActor(reader.object('actor')),
    sources: readSources(reader.object('sources')),
    capturedAt: parseInstant(reader.string('capturedAt')),
    holder: readPublicKey(reader, 'holder'),
    chain: parseDigest(reader.string('chain')),
    policy: parseId('hg', reader.string('policy')),
    texts: parseDigest(reader.string('texts')),
  };
  reader.end();
  return state;
}

function readSources(reader: JsonReader): ActorSources {
  const sources: ActorSources = {
    principal: reader.oneOf('principal', SOURCES),
    agent: reader.oneOf('agent', SOURCES),
    provider: reader.oneOf('provider', SOURCES),
    model: reader.oneOf('model', SOURCES),
    session: reader.oneOf('session', SOURCES),
    confidence: reader.oneOf('confidence', SOURCES),
  };
  reader.end();
  return sources;
}

/** Encodes `texts.json`. */
export function encodeStateTexts(texts: StateTexts): Uint8Array {
  return encodeCanonical({
    type: 'state-texts',
    v: 1,
    salt: texts.salt,
    intent: texts.intent,
    task: texts.task,
    evidence: [...texts.evidence],
    base: texts.base,
  });
}

/** Decodes `texts.json` strictly, or what stands in its place; throws `FORMAT_INVALID` or `FORMAT_UNKNOWN`. */
export function decodeStateTexts(bytes: Uint8Array): StateTexts | RedactedTexts {
  const reader = new JsonReader(decodeCanonical(bytes, 'state texts', LARGEST_TEXTS), 'state texts');
  const redacted = readRedactedTexts(reader);
  if (redacted !== undefined) return redacted;
  reader.version('state-texts', 1);
  const texts: StateTexts = {
    salt: readSalt(reader),
    intent: reader.nullableString('intent', LARGEST_TEXTS),
    task: reader.nullableString('task', LARGEST_TEXTS),
    evidence: reader.strings('evidence', 1000),
    base: reader.nullableString('base', 64),
  };
  reader.end();
  if (texts.base !== null && !/^(?:[0-9a-f]{40}|[0-9a-f]{64})$/.test(texts.base)) {
    throw reader.invalid('has no proper base');
  }
  return texts;
}

/** Encodes a 64-byte signature. */
export function formatSignature(signature: Uint8Array): string {
  return formatBase64Url(signature);
}

/** The 64 bytes of a signature; throws `FORMAT_INVALID`. */
export function parseSignature(text: string): Uint8Array {
  const bytes = parseBase64Url(text);
  if (bytes?.length !== 64) throw new HeddleError('FORMAT_INVALID', 'a signature is not 64 bytes');
  return bytes;
}
