import { describe, expect, it } from 'vitest';
import {
  decodeImport,
  decodeImportTexts,
  encodeImport,
  encodeImportTexts,
  importDigest,
  type ImportRecord,
} from '#domain/attribution/import-codec.ts';
import { decodeUtf8, utf8 } from '#domain/encoding/bytes.ts';
import { formatDigest, formatId } from '#domain/id.ts';
import { newSalt } from '#domain/state/texts.ts';
import { parseInstant } from '#domain/time.ts';
import { SHA256_HASHER } from '../../../support/sha256-hasher.ts';
import { COMMIT, part } from './attributed.ts';

const DIGEST = formatDigest(new Uint8Array(32));
const RECORD: ImportRecord = {
  repo: formatId('hg', new Uint8Array(32)),
  source: 'git-ai',
  actor: part({}).actor,
  holder: '8a88e3dd7409f195fd52db2d3cba5d72ca6709bf1d94121bf3748801b40f6f5c',
  chain: DIGEST,
  policy: formatId('hg', new Uint8Array(32)),
  at: parseInstant('2026-11-21T12:00:00.000Z'),
  texts: DIGEST,
};
const TEXTS = {
  salt: newSalt((length) => new Uint8Array(length)),
  commits: [
    {
      commit: COMMIT,
      record: DIGEST,
      files: [
        {
          path: 'src/a.ts',
          claims: [
            {
              lines: [
                { first: 1, last: 3 },
                { first: 5, last: 5 },
              ],
              by: 'ai',
              tool: 'claude',
              model: null,
            },
          ],
        },
      ],
    },
  ],
} as const;
const TEXT = decodeUtf8(encodeImportTexts(TEXTS)) ?? '';

describe('an import', () => {
  it('comes back as it was written, and is named by its hash', () => {
    const bytes = encodeImport(RECORD);
    expect(decodeImport(bytes)).toEqual(RECORD);
    expect(importDigest(SHA256_HASHER, bytes)).not.toBe(
      importDigest(SHA256_HASHER, encodeImport({ ...RECORD, source: 'agent-trace' })),
    );
  });

  it('is refused of another type, version or source', () => {
    const text = decodeUtf8(encodeImport(RECORD)) ?? '';
    const decode = (from: string, to: string) => () => decodeImport(utf8(text.replace(from, to)));
    expect(decode('"v":1', '"v":2')).toThrow(expect.objectContaining({ code: 'FORMAT_UNKNOWN' }));
    expect(decode('"type":"import"', '"type":"state"')).toThrow(
      expect.objectContaining({ code: 'FORMAT_UNKNOWN' }),
    );
    expect(decode('"git-ai"', '"other"')).toThrow(expect.objectContaining({ code: 'FORMAT_INVALID' }));
  });
});

describe('what an import holds', () => {
  it('comes back as it was written', () => {
    expect(decodeImportTexts(encodeImportTexts(TEXTS))).toEqual(TEXTS);
  });

  it.each([
    ['lines that overlap', '[[1,3],[5,5]]', '[[1,3],[3,5]]'],
    ['lines that touch', '[[1,3],[5,5]]', '[[1,3],[4,5]]'],
    ['lines out of order', '[[1,3],[5,5]]', '[[5,5],[1,3]]'],
    ['no lines', '[[1,3],[5,5]]', '[]'],
    ['a line 0', '[[1,3],[5,5]]', '[[0,3]]'],
    ['a range of three', '[[1,3],[5,5]]', '[[1,2,3]]'],
    ['a line that no file has', '[[1,3],[5,5]]', '[[1,9000000000]]'],
    ['a path out of the repository', 'src/a.ts', '../a.ts'],
    ['a path with terminal escapes', 'src/a.ts', 'src/\\u001b[2J'],
    ['a tool with terminal escapes', '"claude"', '"\\u202ex"'],
    ['a tool without a name', '"claude"', '""'],
    ['another contributor', '"by":"ai"', '"by":"cat"'],
    ['a commit that is none', COMMIT, 'main'],
    ['a field more', '"by":"ai"', '"by":"ai","human":"x"'],
  ])('is refused with %s', (_, from, to) => {
    const changed = TEXT.replace(from, to);
    expect(changed).not.toBe(TEXT);
    expect(() => decodeImportTexts(utf8(changed))).toThrow(
      expect.objectContaining({ code: 'FORMAT_INVALID' }),
    );
  });
});
