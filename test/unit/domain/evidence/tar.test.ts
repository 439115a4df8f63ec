import { describe, expect, it } from 'vitest';
import { equalBytes, utf8 } from '#domain/encoding/bytes.ts';
import { decodeEvidenceIndex, encodeEvidenceIndex } from '#domain/evidence/evidence-codec.ts';
import { decodeTar, encodeTar } from '#domain/evidence/tar.ts';
import { formatId } from '#domain/id.ts';

const FILES = new Map([
  ['b/two', utf8('22')],
  ['a', utf8('')],
  ['b/one', new Uint8Array(513).fill(7)],
]);
const INVALID = { code: 'FORMAT_INVALID' };

describe('the tar of an evidence', () => {
  it('is the same whatever the order of its files, and comes back in order of their names', () => {
    const tar = encodeTar(FILES);
    expect(equalBytes(encodeTar(new Map([...FILES].toReversed())), tar)).toBe(true);
    expect(tar.length).toBe(512 * (1 + 1 + 2 + 1 + 1 + 2));
    expect([...decodeTar(tar)]).toEqual([...FILES].toSorted(([a], [b]) => (a < b ? -1 : 1)));
    expect(decodeTar(encodeTar(new Map())).size).toBe(0);
  });

  it('has one encoding: no byte beside the contents can be another one', () => {
    const files = new Map([['a', utf8('content')]]);
    const tar = encodeTar(files);
    for (let at = 0; at < tar.length; at += 1) {
      const other = tar.slice();
      other[at] = (other[at] ?? 0) ^ 1;
      const isContent = at >= 512 && at < 512 + 7;
      // A name may be another one; then all of its header is.
      if (isContent) expect(decodeTar(other).get('a')).not.toEqual(files.get('a'));
      else expect(() => decodeTar(other), String(at)).toThrow(expect.objectContaining(INVALID));
    }
  });

  it('is told from what is none', () => {
    for (const none of ['', 'hi\n', 'a page that somebody wrote\n'.repeat(100)])
      expect(() => decodeTar(utf8(none))).toThrow('the file is no evidence');
  });

  it('is refused cut off, with more behind, out of order or twice, and holds no odd names', () => {
    const [one, two] = ['a', 'b'].map((name) => encodeTar(new Map([[name, utf8(name)]])));
    const [first, second] = [one, two].map((tar) => [...(tar ?? [])].slice(0, 1024));
    const end = Array.from({ length: 1024 }, () => 0);
    const whole = [...(first ?? []), ...(second ?? []), ...end];
    expect(decodeTar(Uint8Array.from(whole)).size).toBe(2);
    for (const bytes of [
      [...(second ?? []), ...(first ?? []), ...end],
      [...(first ?? []), ...(first ?? []), ...end],
      [...whole, 0],
      [...whole, ...end],
      whole.slice(0, -1),
      whole.slice(0, 600),
      [],
    ]) {
      expect(() => decodeTar(Uint8Array.from(bytes))).toThrow(expect.objectContaining(INVALID));
    }
    for (const name of ['', '/a', '../a', 'a b', 'ä', 'a'.repeat(101)]) {
      expect(() => encodeTar(new Map([[name, utf8('x')]])), name).toThrow(expect.objectContaining(INVALID));
    }
  });
});

describe('the index of an evidence', () => {
  const INDEX = {
    genesis: formatId('hg', new Uint8Array(32)),
    scope: { kind: 'thread', name: 'task' },
    refs: [
      { name: 'refs/heddle/authority', id: 'a'.repeat(40) },
      { name: 'refs/heddle/threads/task', id: 'b'.repeat(40) },
    ],
    since: null,
    contents: 'left-out',
  } as const;

  it('comes back as it was, and is refused with refs that are out of order, or of somebody else', () => {
    expect(decodeEvidenceIndex(encodeEvidenceIndex(INDEX))).toEqual(INDEX);
    const [first, second] = INDEX.refs;
    for (const refs of [
      [second, first],
      [first, first],
      [{ name: 'refs/heads/main', id: first.id }],
      [{ ...first, id: 'a' }],
    ]) {
      expect(() => decodeEvidenceIndex(encodeEvidenceIndex({ ...INDEX, refs }))).toThrow(
        expect.objectContaining(INVALID),
      );
    }
    for (const scope of [
      { kind: 'thread', name: null },
      { kind: 'repository', name: 'x' },
    ] as const) {
      expect(() => decodeEvidenceIndex(encodeEvidenceIndex({ ...INDEX, scope }))).toThrow(
        expect.objectContaining(INVALID),
      );
    }
  });
});
