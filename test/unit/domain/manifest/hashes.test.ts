import { describe, expect, it } from 'vitest';
import { formatBase64Url } from '#domain/encoding/base64url.ts';
import { utf8 } from '#domain/encoding/bytes.ts';
import { formatDigest, formatId } from '#domain/id.ts';
import { sortEntries, storeDirectory } from '#domain/manifest/directory.ts';
import type { ManifestEntry } from '#domain/manifest/entry.ts';
import { LARGEST_SINGLE_LIST, openContent } from '#domain/manifest/entry.ts';
import {
  bucketOf,
  contentId,
  directoryId,
  entryNameId,
  contentKey,
  withoutContent,
  withoutName,
  saltBytes,
  startContentHash,
} from '#domain/manifest/hashes.ts';
import { decodeList } from '#domain/manifest/list-codec.ts';
import { SHA256_HASHER } from '../../../support/sha256-hasher.ts';

const hasher = SHA256_HASHER;

function salt(n: number): string {
  return formatBase64Url(Uint8Array.from({ length: 16 }, (_, index) => (index + n) % 256));
}

function file(name: string, content = 'x', n = 0): ManifestEntry {
  const secret = { kind: 'salt', salt: salt(n) } as const;
  return { name, mode: '100644', kind: 'file', id: contentId(hasher, secret.salt, utf8(content)), secret };
}

const PLACEHOLDER = `redacted-name-${formatId('hr', new Uint8Array(32).fill(9))}`;

describe('the hashes of a manifest', () => {
  it('differ for one content under two salts, and for two contents under one', () => {
    const ids = [file('a', 'x', 0), file('a', 'x', 1), file('a', 'y', 0)].map(({ id }) => id);
    expect(new Set(ids).size).toBe(3);
  });

  it('are the same for content in pieces', () => {
    const stream = startContentHash(hasher, salt(3));
    for (const piece of ['ab', '', 'c']) stream.update(utf8(piece));
    expect(formatDigest(stream.digest())).toBe(contentId(hasher, salt(3), utf8('abc')));
  });

  it('hash the raw name, not its escaped form', () => {
    const escaped = entryNameId(hasher, file('a%0A'));
    const key = hasher.hash('salt-name', saltBytes(salt(0)));
    expect(escaped).toBe(formatDigest(hasher.hash('name', key, Uint8Array.of(0x61, 0x0a))));
  });

  it('of a directory stay when a content is purged and its salt is gone', () => {
    const whole = [file('a', 'secret', 1), file('b', 'y', 2)];
    const [first, second] = whole;
    if (first === undefined || second === undefined) throw new Error('invariant: two entries');
    const purged = [{ ...first, secret: withoutContent(hasher, first.secret) }, second];
    expect(directoryId(hasher, purged)).toBe(directoryId(hasher, whole));
    const text = new TextDecoder().decode(storeDirectory(hasher, purged).files.get('_'));
    expect(text).not.toContain(salt(1));
  });

  it('of a directory stay when a name is purged', () => {
    const entry = file('secret-project', 'x', 1);
    const nameless = { ...entry, name: PLACEHOLDER, secret: withoutName(hasher, entry) };
    expect(directoryId(hasher, [nameless])).toBe(directoryId(hasher, [entry]));
    const text = new TextDecoder().decode(storeDirectory(hasher, [nameless]).files.get('_'));
    expect(text).not.toContain('secret-project');
    expect(text).not.toContain(salt(1));
  });

  it('of a content stay when the name is purged, and its key is all that is left', () => {
    const entry = file('secret-project', 'x', 1);
    const secret = withoutName(hasher, entry);
    const key = openContent({ secret }) ?? '';
    expect(key).toBe(contentKey(hasher, salt(1)));
    expect(contentId(hasher, key, utf8('x'))).toBe(entry.id);
    expect(openContent({ secret: withoutContent(hasher, secret) })).toBeUndefined();
    expect(withoutName(hasher, { ...entry, secret: withoutContent(hasher, entry.secret) })).toEqual(
      withoutContent(hasher, secret),
    );
  });

  it.each<[string, Partial<ManifestEntry>]>([
    ['name', { name: 'b' }],
    ['mode', { mode: '100755' }],
    ['kind', { mode: '120000', kind: 'symlink' }],
    ['id', { id: formatDigest(new Uint8Array(32)) }],
    ['salt', { secret: { kind: 'salt', salt: salt(9) } }],
  ])('of a directory change with the %s of an entry', (_what, changes) => {
    const entry = file('a');
    expect(directoryId(hasher, [{ ...entry, ...changes }])).not.toBe(directoryId(hasher, [entry]));
  });
});

describe('a large directory', () => {
  const names = Array.from({ length: LARGEST_SINGLE_LIST + 1 }, (_, index) => `f${index}`);
  const entries = sortEntries(names.map((name, index) => file(name, name, index)));

  it('is one list up to its bound', () => {
    expect([...storeDirectory(hasher, entries.slice(1)).files.keys()]).toEqual(['_']);
  });

  it('is split into buckets above it, and nothing is lost', () => {
    const { files } = storeDirectory(hasher, entries);
    const held = [...files].flatMap(([name, bytes]) => {
      const list = decodeList(bytes);
      if (!('entries' in list)) return [];
      for (const entry of list.entries) {
        expect(`_${bucketOf(hasher, entry).toString(16).padStart(2, '0')}`).toBe(name);
      }
      return list.entries;
    });
    expect(held).toHaveLength(entries.length);
    expect(files.size).toBeGreaterThan(200);
  });

  it('changes one bucket and the list of buckets with one file', () => {
    const changed = entries.map((entry, index) =>
      index === 7 ? { ...entry, id: formatDigest(new Uint8Array(32)) } : entry,
    );
    const [before, after] = [storeDirectory(hasher, entries), storeDirectory(hasher, changed)];
    const differing = [...after.files].filter(
      ([name, bytes]) => Buffer.compare(bytes, before.files.get(name) ?? new Uint8Array()) !== 0,
    );
    expect(differing).toHaveLength(2);
    expect(after.id).not.toBe(before.id);
  });
});

describe('the order of entries', () => {
  it('is that of raw bytes, nameless ones last', () => {
    const nameless = {
      ...file('x'),
      name: PLACEHOLDER,
      secret: { kind: 'name-id', nameId: formatDigest(new Uint8Array(32)), contentKey: null },
    } as const;
    const sorted = sortEntries([nameless, file('b'), file('%FF'), file('B'), file('a')]);
    expect(sorted.map(({ name }) => name)).toEqual(['B', 'a', 'b', '%FF', PLACEHOLDER]);
  });
});
