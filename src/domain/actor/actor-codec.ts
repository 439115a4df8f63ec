import type { Actor } from './actor.ts';
import type { JsonReader } from '#domain/encoding/json-reader.ts';

const LONGEST_PRINCIPAL = 320;
const LONGEST_FIELD = 200;
const CONFIDENCE = /^(?:0\.\d\d|1\.00)$/;
// C0, DEL and C1 would reach terminals; lone surrogates have no UTF-8.
// eslint-disable-next-line no-control-regex
const UNPRINTABLE = /[\u0000-\u001f\u007f-\u009f\ud800-\udfff]/u;

/** The JSON form of an actor, every field present. */
export function encodeActor(actor: Actor): { readonly [Field in keyof Actor]: Actor[Field] } {
  return {
    principal: actor.principal,
    agent: actor.agent,
    provider: actor.provider,
    model: actor.model,
    session: actor.session,
    confidence: actor.confidence,
  };
}

/**
 * Reads an actor strictly; throws `FORMAT_INVALID`. Provider and model are named both or neither, and no
 * field is empty, overlong or holds control characters.
 */
export function readActor(reader: JsonReader): Actor {
  const principal = reader.string('principal', LONGEST_PRINCIPAL);
  if (!isPlain(principal)) throw reader.invalid('has no proper principal');
  const actor: Actor = {
    principal,
    agent: readField(reader, 'agent'),
    provider: readField(reader, 'provider'),
    model: readField(reader, 'model'),
    session: readField(reader, 'session'),
    confidence: reader.nullableString('confidence', 4),
  };
  reader.end();
  if ((actor.provider === null) !== (actor.model === null)) {
    throw reader.invalid('names a provider without a model, or a model without a provider');
  }
  if (actor.confidence !== null && !CONFIDENCE.test(actor.confidence)) {
    throw reader.invalid('has no proper confidence');
  }
  return actor;
}

function readField(reader: JsonReader, name: 'agent' | 'provider' | 'model' | 'session'): string | null {
  const value = reader.nullableString(name, LONGEST_FIELD);
  if (value !== null && !isPlain(value)) throw reader.invalid(`has no proper ${name}`);
  return value;
}

function isPlain(text: string): boolean {
  return text !== '' && !UNPRINTABLE.test(text);
}
