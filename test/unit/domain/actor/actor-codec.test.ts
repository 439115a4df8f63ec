import { describe, expect, it } from 'vitest';
import { encodeActor, readActor } from '#domain/actor/actor-codec.ts';
import type { Actor } from '#domain/actor/actor.ts';
import type { Json } from '#domain/encoding/canonical-json.ts';
import { JsonReader } from '#domain/encoding/json-reader.ts';

const actor: Actor = {
  principal: 'anna@example.org',
  agent: 'coder',
  provider: 'acme',
  model: 'm-1',
  session: 's1',
  confidence: '0.80',
};
const read = (value: Json): Actor => readActor(new JsonReader(value, 'actor'));

describe('an actor', () => {
  it('is read as it was written, with and without what may be missing', () => {
    expect(read(encodeActor(actor))).toEqual(actor);
    const bare: Actor = {
      ...actor,
      agent: null,
      provider: null,
      model: null,
      session: null,
      confidence: null,
    };
    expect(read(encodeActor(bare))).toEqual(bare);
  });

  it.each([
    ['no principal', { principal: null }],
    ['an empty principal', { principal: '' }],
    ['a principal of 321 characters', { principal: 'x'.repeat(321) }],
    ['an empty agent', { agent: '' }],
    ['an agent of 201 characters', { agent: 'x'.repeat(201) }],
    ['a line end in a session', { session: 'a\nb' }],
    ['an escape in an agent', { agent: '\u001b[31m' }],
    ['a C1 control in a principal', { principal: 'a\u0085b' }],
    ['half a surrogate pair', { agent: '\ud800' }],
    ['a provider without a model', { model: null }],
    ['a model without a provider', { provider: null }],
    ['a confidence above one', { confidence: '1.01' }],
    ['a confidence of one digit', { confidence: '0.8' }],
    ['a confidence that is a number', { confidence: 1 }],
    ['a field more', { role: 'owner' }],
  ])('is refused with %s', (_, change: { readonly [key: string]: Json }) => {
    expect(() => read({ ...encodeActor(actor), ...change })).toThrow(
      expect.objectContaining({ code: 'FORMAT_INVALID' }),
    );
  });

  it.each(['0.00', '0.99', '1.00'])('may be %s sure', (confidence) => {
    expect(read({ ...encodeActor(actor), confidence })).toMatchObject({ confidence });
  });
});
