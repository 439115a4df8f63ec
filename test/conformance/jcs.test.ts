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

  it('values: heddle refuses fractions and numbers beyond 2^53 both ways', () => {
    const refused = expect.objectContaining({ code: 'FORMAT_INVALID' });
    expect(() => encodeCanonical(parseInput(FRACTIONS))).toThrow(refused);
    expect(() => decodeCanonical(expectedOf(FRACTIONS), 'a vector', 4_096)).toThrow(refused);
  });
});
