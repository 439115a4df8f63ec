import canonicalize from 'canonicalize';
import { describe, expect, it } from 'vitest';
import { decodeCanonical, encodeCanonical, type Json } from '#domain/encoding/canonical-json.ts';
import { findVectors } from '../support/vectors.ts';

const vectors = findVectors('jcs');
const NAMES = ['arrays', 'french', 'structures', 'unicode', 'values', 'weird'];
/** Holds fractions, which nothing that heddle signs may hold. */
const FRACTIONS = 'values';

function parseInput(name: string): Json {
  return JSON.parse(vectors.read(`input/${name}.json`).toString()) as Json;
}

function expectedOf(name: string): Buffer {
  return Buffer.from(vectors.read(`outhex/${name}.txt`).toString().replaceAll(/\s/g, ''), 'hex');
}

describe.skipIf(!vectors.present)(vectors.title('RFC 8785, the public vectors'), () => {
  it.each(NAMES)('%s: the canonical bytes', (name) => {
    expect(Buffer.from(canonicalize(parseInput(name)) ?? '')).toEqual(expectedOf(name));
    expect(vectors.read(`output/${name}.json`)).toEqual(expectedOf(name));
  });

  it.each(NAMES.filter((name) => name !== FRACTIONS))('%s: heddle writes and reads them', (name) => {
    const bytes = expectedOf(name);
    expect(Buffer.from(encodeCanonical(parseInput(name)))).toEqual(bytes);
    expect(decodeCanonical(bytes, 'a vector', 4_096)).toEqual(parseInput(name));
  });

  it.each(NAMES.filter((name) => name !== FRACTIONS))('%s: heddle refuses the input as it stands', (name) => {
    const input = vectors.read(`input/${name}.json`);
    expect(input.equals(expectedOf(name))).toBe(false);
    expect(() => decodeCanonical(input, 'a vector', 4_096)).toThrow(
      expect.objectContaining({ code: 'FORMAT_INVALID' }),
    );
  });

  it.each([
    ['a mark of byte order', [0xef, 0xbb, 0xbf, 0x22, 0x61, 0x22]],
    ['an overlong letter', [0x22, 0xc1, 0xa1, 0x22]],
    ['a surrogate as bytes', [0x22, 0xed, 0xa0, 0x80, 0x22]],
    ['a surrogate as an escape', [...Buffer.from('"\\ud800"')]],
    ['an escape that is not needed', [...Buffer.from('"\\u0061"')]],
    ['a byte that is no letter', [0x22, 0xff, 0x22]],
    ['a replacement for one, and the byte', [0x22, 0xef, 0xbf, 0xbd, 0xff, 0x22]],
    ['a line feed at its end', [...Buffer.from('"a"\n')]],
    ['a key twice', [...Buffer.from('{"a":1,"a":1}')]],
    ['keys in another order', [...Buffer.from('{"b":1,"a":1}')]],
    ['keys in another order further down', [...Buffer.from('{"a":[{"b":1,"a":1}]}')]],
    ['numbers for keys in their order, not that of their letters', [...Buffer.from('{"9":1,"10":1}')]],
    ['keys by their code points', [...Buffer.from('{"\uFB33":1,"\u{1F600}":1}')]],
    ['a zero below zero', [...Buffer.from('[-0]')]],
    ['an integer with an exponent', [...Buffer.from('[1e3]')]],
    ['a fraction', [...Buffer.from('[1.5]')]],
  ])('heddle refuses %s', (_, bytes) => {
    expect(() => decodeCanonical(Uint8Array.from(bytes), 'a text', 4_096)).toThrow(
      expect.objectContaining({ code: 'FORMAT_INVALID' }),
    );
  });

  it.each([
    '{"10":1,"9":1}',
    '{"\u{1F600}":1,"\uFB33":1}',
    '{"__proto__":{"toJSON":1},"a":[]}',
    '{"":"\\u0001\\n\\"","a":[{},null,true,-1]}',
  ])('heddle reads %s', (text) => {
    expect(encodeCanonical(decodeCanonical(Buffer.from(text), 'a text', 4_096))).toEqual(
      Uint8Array.from(Buffer.from(text)),
    );
  });

  it('values: heddle refuses fractions and numbers beyond 2^53 both ways', () => {
    const refused = expect.objectContaining({ code: 'FORMAT_INVALID' });
    expect(() => encodeCanonical(parseInput(FRACTIONS))).toThrow(refused);
    expect(() => decodeCanonical(expectedOf(FRACTIONS), 'a vector', 4_096)).toThrow(refused);
  });
});
