import { describe, expect, it } from 'vitest';
import { openBlake3 } from '#crypto/blake3.ts';
import { createHasher } from '#crypto/hasher.ts';
import { concatBytes, formatHex, utf8 } from '#domain/encoding/bytes.ts';
import { findVectors } from '../support/vectors.ts';

interface VectorFile {
  readonly cases: readonly { readonly input_len: number; readonly hash: string }[];
}

const vectors = findVectors('blake3');

/** The vectors' input: the bytes 0 to 250 again and again. */
function inputOf(length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, index) => index % 251);
}

describe.skipIf(!vectors.present)(vectors.title('BLAKE3, the public vectors'), () => {
  const blake3 = openBlake3();
  const { cases } = vectors.present
    ? (JSON.parse(vectors.read('test_vectors.json').toString()) as VectorFile)
    : { cases: [] };

  it('are 35, the longest of 102,400 bytes', () => {
    expect(cases).toHaveLength(35);
    expect(Math.max(...cases.map(({ input_len }) => input_len))).toBe(102_400);
  });

  it('come out in one piece', () => {
    const wrong = cases.filter(
      ({ input_len, hash }) => formatHex(blake3.hash([inputOf(input_len)])) !== hash.slice(0, 64),
    );
    expect(wrong).toEqual([]);
  });

  it.each([1, 7, 64, 1023, 1024, 1025, 65_536])('come out in pieces of %d bytes', (size) => {
    for (const { input_len, hash } of cases) {
      if (input_len / size > 5_000) continue;
      const input = inputOf(input_len);
      const stream = blake3.stream();
      for (let at = 0; at < input.length; at += size) stream.update(input.subarray(at, at + size));
      expect(formatHex(stream.digest())).toBe(hash.slice(0, 64));
    }
  });
});

describe('the hasher', () => {
  const hasher = createHasher();
  const blake3 = openBlake3();

  it('puts the kind before what it hashes, so that kinds never share a hash', () => {
    const bytes = utf8('the same');
    expect(hasher.hash('state', bytes)).toEqual(blake3.hash([utf8('heddle/state/v1\0'), bytes]));
    expect(hasher.hash('state', bytes)).not.toEqual(hasher.hash('operation', bytes));
  });

  it('gives one hash for the same bytes, whatever their parts and whether streamed', () => {
    const bytes = inputOf(3_000_000);
    const [a, b] = [bytes.subarray(0, 1_234_567), bytes.subarray(1_234_567)];
    const stream = hasher.stream('file');
    stream.update(a);
    stream.update(b);
    const whole = hasher.hash('file', bytes);
    expect(hasher.hash('file', a, b)).toEqual(whole);
    expect(stream.digest()).toEqual(whole);
    expect(whole).toEqual(blake3.hash([concatBytes(utf8('heddle/file/v1\0'), bytes)]));
  });

  it('keeps streams apart that are fed in turn, while the memory grows', () => {
    const streams = Array.from({ length: 200 }, () => hasher.stream('file'));
    const inputs = streams.map((_, index) => inputOf(index * 997));
    for (let round = 0; round < 2; round += 1) {
      streams.forEach((stream, index) => stream.update(inputs[index] ?? new Uint8Array()));
      hasher.hash('name', inputOf(200_000));
    }
    streams.forEach((stream, index) => {
      const input = inputs[index] ?? new Uint8Array();
      expect(stream.digest()).toEqual(hasher.hash('file', input, input));
    });
  });

  it('returns bytes that later hashes do not change', () => {
    const first = hasher.hash('name', utf8('a'));
    const copy = Uint8Array.from(first);
    hasher.hash('name', utf8('b'));
    expect(first).toEqual(copy);
    expect(first.buffer.byteLength).toBe(32);
  });

  it('hashes nothing to something', () => {
    expect(hasher.hash('name')).toEqual(hasher.stream('name').digest());
    expect(hasher.hash('name')).toEqual(hasher.hash('name', new Uint8Array()));
  });

  it('refuses a stream that was finished', () => {
    const stream = hasher.stream('file');
    stream.digest();
    expect(() => stream.digest()).toThrow('invariant');
    expect(() => stream.update(utf8('late'))).toThrow('invariant');
  });

  it('hashes a hundred thousand short names without growing', () => {
    const name = inputOf(100);
    hasher.hash('name', name);
    const before = process.memoryUsage().arrayBuffers;
    for (let index = 0; index < 100_000; index += 1) hasher.hash('name', name);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(64 << 20);
  });
});
