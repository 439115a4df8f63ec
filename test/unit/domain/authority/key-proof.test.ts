import { describe, expect, it } from 'vitest';
import { formatBase64Url } from '#domain/encoding/base64url.ts';
import { utf8 } from '#domain/encoding/bytes.ts';
import { encodeCanonical } from '#domain/encoding/canonical-json.ts';
import { HeddleError } from '#domain/error.ts';
import { formatKeyExport, keyProofProblem, parseKeyExport } from '#domain/authority/key-proof.ts';
import { ChainWriter, keysOf, proofOf } from '../../../support/authority-chain.ts';
import { DEV } from '../../../support/decisions.ts';

const KEYS = keysOf(DEV);
const EXPORT = { principal: DEV, keys: KEYS, proof: proofOf(DEV, KEYS) };
const { verifier } = new ChainWriter();

function codeOf(text: string): string {
  try {
    parseKeyExport(text);
    return 'none';
  } catch (error: unknown) {
    return error instanceof HeddleError ? error.code : 'other';
  }
}

describe('an exported key', () => {
  it('is one word that comes back as it was, and proves itself', () => {
    const text = formatKeyExport(EXPORT);
    expect(text).toMatch(/^heddle-key:[A-Za-z0-9_-]+$/);
    expect(parseKeyExport(text)).toEqual(EXPORT);
    expect(keyProofProblem(parseKeyExport(text), verifier)).toBeUndefined();
  });

  it('proves only what it says', () => {
    const other = keysOf('other');
    expect(keyProofProblem({ ...EXPORT, principal: 'other' }, verifier)).toMatch(/record key/);
    expect(keyProofProblem({ ...EXPORT, keys: { ...KEYS, root: other.root } }, verifier)).toMatch(
      /record key/,
    );
    expect(
      keyProofProblem({ ...EXPORT, keys: { root: KEYS.record, record: KEYS.record } }, verifier),
    ).toMatch(/one key/);
    const extendable: typeof verifier = {
      ...verifier,
      readToken: (token, root) => {
        const proof = verifier.readToken(token, root);
        return proof === undefined ? undefined : { ...proof, sealed: false };
      },
    };
    expect(keyProofProblem(EXPORT, extendable)).toMatch(/root key/);
    const dumb = { ...verifier, readToken: () => undefined };
    expect(keyProofProblem(EXPORT, dumb)).toMatch(/root key/);
  });

  it.each([
    '',
    'heddle-key:',
    'heddle-key:!',
    `heddle-key:${'A'.repeat(40_000)}`,
    formatKeyExport(EXPORT).slice('heddle-key:'.length),
    `${formatKeyExport(EXPORT)} `,
    formatKeyExport({ ...EXPORT, principal: '-x' }),
    formatKeyExport({ ...EXPORT, keys: { ...KEYS, root: 'zz' } }),
    `heddle-key:${formatBase64Url(encodeCanonical({ type: 'key-export', v: 2 }))}`,
    `heddle-key:${formatBase64Url(utf8('{}'))}`,
  ])('anything else is refused: %#', (text) => {
    expect(codeOf(text)).toBe('KEY_REJECTED');
  });
});
