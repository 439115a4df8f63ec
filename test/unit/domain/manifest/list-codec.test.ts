import { describe, expect, it } from 'vitest';
import { encodeCanonical, type Json } from '#domain/encoding/canonical-json.ts';
import { HeddleError } from '#domain/error.ts';
import { formatDigest, formatId } from '#domain/id.ts';
import { decodeList, encodeList, type DirectoryList } from '#domain/manifest/list-codec.ts';
import type { ManifestEntry } from '#domain/manifest/entry.ts';

const digest = (fill: number): ReturnType<typeof formatDigest> => formatDigest(new Uint8Array(32).fill(fill));
const PLACEHOLDER = `redacted-name-${formatId('hr', new Uint8Array(32).fill(9))}`;
const SALT = 'AAECAwQFBgcICQoLDA0ODw';
const FILE: ManifestEntry = {
  name: 'a.txt',
  mode: '100644',
  kind: 'file',
  id: digest(1),
  secret: { kind: 'salt', salt: SALT },
};

function codeOf(action: () => unknown): string {
  try {
    action();
  } catch (error: unknown) {
    if (error instanceof HeddleError) return error.code;
    throw error;
  }
  return 'nothing was thrown';
}

function row(changes: Readonly<Record<string, Json>>): Record<string, Json> {
  return { id: digest(1), kind: 'file', mode: '100644', name: 'a.txt', salt: SALT, ...changes };
}

function decodeRows(...entries: readonly Json[]): () => DirectoryList {
  return () => decodeList(encodeCanonical({ type: 'directory', v: 1, entries }));
}

describe('a list of the manifest', () => {
  it('decodes to what was encoded, whatever is left of its entries', () => {
    const entries: readonly ManifestEntry[] = [
      FILE,
      {
        ...FILE,
        name: 'b%0A',
        mode: '120000',
        kind: 'symlink',
        secret: { kind: 'name-key', nameKey: digest(2) },
      },
      { ...FILE, name: 'c', mode: '40000', kind: 'directory', id: formatId('ht', new Uint8Array(32)) },
      {
        name: PLACEHOLDER,
        mode: '160000',
        kind: 'submodule',
        id: digest(4),
        secret: { kind: 'name-id', nameId: digest(3), contentKey: digest(5) },
      },
      {
        name: `${PLACEHOLDER}-2`,
        mode: '100755',
        kind: 'file',
        id: digest(7),
        secret: { kind: 'name-id', nameId: digest(6), contentKey: null },
      },
    ];
    expect(decodeList(encodeList({ entries }))).toEqual({ entries });
  });

  it('may be empty', () => {
    expect(decodeList(encodeList({ entries: [] }))).toEqual({ entries: [] });
  });

  it('may name its 256 buckets', () => {
    const buckets = Array.from({ length: 256 }, (_, index) => (index % 2 === 0 ? null : digest(index)));
    expect(decodeList(encodeList({ buckets }))).toEqual({ buckets });
    expect(codeOf(() => decodeList(encodeList({ buckets: buckets.slice(1) })))).toBe('FORMAT_INVALID');
  });

  it.each<[string, Readonly<Record<string, Json>>]>([
    ['a mode that is not of its kind', { mode: '120000' }],
    ['a mode that git does not write', { mode: '100664' }],
    ['a kind that is none', { kind: 'device' }],
    ['the id of a directory for a file', { id: formatId('ht', new Uint8Array(32)) }],
    ['a salt that is too short', { salt: 'AAEC' }],
    ['salt and key', { nameKey: digest(1) }],
    ['name and nameId', { nameId: digest(1), contentKey: null }],
    ['a size', { size: 5 }],
    ['an empty name', { name: '' }],
    ['the name .', { name: '.' }],
    ['the name ..', { name: '..' }],
    ['the name .git in any case', { name: '.GIT' }],
    ['a slash in its name', { name: 'a%2Fb' }],
    ['a NUL in its name', { name: 'a%00' }],
    ['a name escaped otherwise', { name: '%61.txt' }],
    ['a name that is not escaped', { name: 'a@b' }],
  ])('is refused for an entry with %s', (_what, changes) => {
    expect(codeOf(decodeRows(row(changes)))).toBe('FORMAT_INVALID');
  });

  it('is refused where a name is hidden and stands there', () => {
    const hidden = { id: digest(1), kind: 'file', mode: '100644', nameId: digest(2), contentKey: null };
    expect(codeOf(decodeRows({ ...hidden, name: PLACEHOLDER }))).toBe('nothing was thrown');
    for (const name of ['a.txt', 'redacted-name-hr-x', `${PLACEHOLDER}-1`, `${PLACEHOLDER}.txt`]) {
      expect(codeOf(decodeRows({ ...hidden, name }))).toBe('FORMAT_INVALID');
    }
  });

  it('is refused where a placeholder is the name of another entry', () => {
    const hidden = { id: digest(1), kind: 'file', mode: '100644', nameId: digest(2), contentKey: null };
    const both = decodeRows(row({ name: PLACEHOLDER }), { ...hidden, name: PLACEHOLDER });
    expect(codeOf(both)).toBe('FORMAT_INVALID');
  });

  it('is refused where its entries are not in order of their raw names', () => {
    expect(codeOf(decodeRows(row({ name: 'a' }), row({ name: 'b' })))).toBe('nothing was thrown');
    expect(codeOf(decodeRows(row({ name: 'b' }), row({ name: 'a' })))).toBe('FORMAT_INVALID');
    expect(codeOf(decodeRows(row({ name: 'a' }), row({ name: 'a' })))).toBe('FORMAT_INVALID');
    // `%FF` is the byte 0xff: after every letter, though `%` is before them.
    expect(codeOf(decodeRows(row({ name: 'z' }), row({ name: '%FF' })))).toBe('nothing was thrown');
    expect(codeOf(decodeRows(row({ name: '%FF' }), row({ name: 'z' })))).toBe('FORMAT_INVALID');
  });

  it('is refused in another version or of another type', () => {
    const other = encodeCanonical({ type: 'directory', v: 2, entries: [] });
    expect(codeOf(() => decodeList(other))).toBe('FORMAT_UNKNOWN');
  });
});
