import { describe, expect, it } from 'vitest';
import { utf8 } from '#domain/encoding/bytes.ts';
import { formatDigest } from '#domain/id.ts';
import type { ManifestEntry } from '#domain/manifest/entry.ts';
import { decodeList, encodeList } from '#domain/manifest/list-codec.ts';
import { decodeListText, findListEntry, replaceListEntries } from '#domain/manifest/list-text.ts';

const digest = (byte: number) => formatDigest(new Uint8Array(32).fill(byte));

function entry(name: string, secret: ManifestEntry['secret'] = salted(1)): ManifestEntry {
  return { name, mode: '100644', kind: 'file', id: digest(7), secret };
}

function salted(byte: number): ManifestEntry['secret'] {
  return { kind: 'salt', salt: Buffer.from(new Uint8Array(16).fill(byte)).toString('base64url') };
}

const textOf = (entries: readonly ManifestEntry[]): string => decodeListText(encodeList({ entries }));

const NAMES = ['"name"%3A"z', '"}', '\\', '},{"', 'a', 'ab', 'name', 'salt', '{', 'ü'].toSorted();

describe('an entry of a list', () => {
  it.each(NAMES)('is found by its name, %s, wherever it stands', (name) => {
    const found = findListEntry(textOf(NAMES.map((each) => entry(each))), name);
    expect(found?.entry).toEqual(entry(name));
  });

  it('is not found where there is none of its name', () => {
    expect(findListEntry(textOf([entry('ab')]), 'a')).toBeUndefined();
    expect(findListEntry(textOf([]), 'a')).toBeUndefined();
    const buckets = Array.from({ length: 256 }, () => null);
    expect(findListEntry(decodeListText(encodeList({ buckets })), 'a')).toBeUndefined();
  });

  it('is not one whose name was taken away', () => {
    const nameless = {
      ...entry('redacted-name-x'),
      secret: { kind: 'name-id', nameId: digest(1), contentKey: null },
    } as const;
    expect(findListEntry(textOf([nameless]), 'a')).toBeUndefined();
  });

  it('is replaced among the others as an encoder would have written it', () => {
    const text = textOf(NAMES.map((name) => entry(name)));
    const changed = new Map<string, ManifestEntry['secret']>([
      ['ü', salted(9)],
      ['\\', { kind: 'name-key', nameKey: digest(3) }],
      ['ab', salted(8)],
    ]);
    const replacements = [...changed].map(([name, secret]) => {
      const placed = findListEntry(text, name);
      if (placed === undefined) throw new Error('it stands there');
      return { placed, entry: { ...placed.entry, secret } };
    });
    const expected = NAMES.map((name) => entry(name, changed.get(name) ?? salted(1)));
    const bytes = replaceListEntries(text, replacements);
    expect(bytes).toEqual(encodeList({ entries: expected }));
    expect(decodeList(bytes)).toEqual({ entries: expected });
  });

  it.each([
    ['stands twice', (text: string) => text.replace('"name":"b"', '"name":"a"')],
    [
      'has white space',
      (text: string) => text.replace('"mode":"100644","name":"a"', '"mode": "100644","name":"a"'),
    ],
    [
      'has another order',
      (text: string) =>
        text.replace('"kind":"file","mode":"100644","name":"a"', '"mode":"100644","kind":"file","name":"a"'),
    ],
    ['has a field too many', (text: string) => text.replace('"name":"a"', '"name":"a","more":1')],
    [
      'has a mode of another kind',
      (text: string) => text.replace('"mode":"100644","name":"a"', '"mode":"40000","name":"a"'),
    ],
    [
      'has a field twice',
      (text: string) =>
        text.replace(
          '"kind":"file","mode":"100644","name":"a"',
          '"kind":"file","kind":"file","mode":"100644","name":"a"',
        ),
    ],
    ['is cut off', (text: string) => text.slice(0, text.indexOf('"salt"'))],
  ])('is refused where it %s', (_what, spoil) => {
    const text = textOf([entry('a'), entry('b')]);
    expect(spoil(text)).not.toBe(text);
    expect(() => findListEntry(spoil(text), 'a')).toThrow(
      expect.objectContaining({ code: 'FORMAT_INVALID' }),
    );
  });

  it('is not looked for in what is not UTF-8', () => {
    expect(() => decodeListText(new Uint8Array([0xff]))).toThrow(
      expect.objectContaining({ code: 'FORMAT_INVALID' }),
    );
    expect(decodeListText(utf8('ü'))).toBe('ü');
  });
});
