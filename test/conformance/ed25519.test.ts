import { Point, verifyAsync } from '@noble/ed25519';
import { describe, expect, it } from 'vitest';
import { isCanonicalKey } from '#crypto/ed25519-point.ts';
import { derivePublicKey, rawEd25519, signerOf, verifySignature } from '#crypto/ed25519.ts';
import { formatHex, parseHex } from '#domain/encoding/bytes.ts';
import { findVectors } from '../support/vectors.ts';

const { signRaw, verifyRaw, generateKey, isAcceptableKey } = rawEd25519;

function hex(text: string): Uint8Array {
  const bytes = parseHex(text);
  if (bytes === undefined) throw new Error(`not hexadecimal: ${text}`);
  return bytes;
}

interface Group {
  readonly publicKey: { readonly pk: string };
  readonly tests: readonly {
    readonly tcId: number;
    readonly msg: string;
    readonly sig: string;
    readonly result: 'valid' | 'invalid';
  }[];
}

const vectors = findVectors('wycheproof');

describe.skipIf(!vectors.present)(vectors.title('Wycheproof, Ed25519'), () => {
  const groups = vectors.present
    ? (JSON.parse(vectors.read('ed25519_test.json').toString()) as { readonly testGroups: readonly Group[] })
        .testGroups
    : [];
  const cases = groups.flatMap(({ publicKey, tests }) =>
    tests.map((test) => ({ ...test, key: publicKey.pk })),
  );

  it('are 151, good and bad ones', () => {
    expect(cases).toHaveLength(151);
    expect(new Set(cases.map(({ result }) => result))).toEqual(new Set(['valid', 'invalid']));
  });

  it('are judged as they should be', () => {
    const wrong = cases.filter(
      ({ key, msg, sig, result }) => verifyRaw(key, hex(msg), hex(sig)) !== (result === 'valid'),
    );
    expect(wrong).toEqual([]);
  });

  it('are judged alike by a strict verifier that has nothing in common with ours', async () => {
    for (const { key, msg, sig, result, tcId } of cases) {
      const accepted = await verifyAsync(hex(sig), hex(msg), hex(key), { zip215: false }).catch(() => false);
      expect([tcId, accepted]).toEqual([tcId, result === 'valid']);
    }
  });
});

/** RFC 8032, section 7.1: secret, public key, message, signature. */
const RFC_8032: readonly (readonly [
  name: string,
  secret: string,
  key: string,
  message: string,
  signature: string,
])[] = [
  [
    'TEST 1',
    '9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60',
    'd75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a',
    '',
    'e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b',
  ],
  [
    'TEST 2',
    '4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb',
    '3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c',
    '72',
    '92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00',
  ],
  [
    'TEST 3',
    'c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7',
    'fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025',
    'af82',
    '6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a',
  ],
  [
    'TEST SHA(abc)',
    '833fe62409237b9d62ec77587520911e9a759cec1d19755b7da901b96dca3d42',
    'ec172b93ad5e563bf4932c70e1245034c35467ef2efd4d64ebf819683467e2bf',
    'ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f',
    'dc2a4459e7369633a52b1bf277839a00201009a3efbf3ecb69bea2186c26b58909351fc9ac90b3ecfdfbc7c66431e0303dca179c138ac17ad9bef1177331a704',
  ],
];

describe('RFC 8032', () => {
  it.each(RFC_8032)('%s: key, signature and verification', (_name, secret, key, message, signature) => {
    expect(derivePublicKey(hex(secret))).toBe(key);
    expect(formatHex(signRaw(hex(secret), hex(message)))).toBe(signature);
    expect(verifyRaw(key, hex(message), hex(signature))).toBe(true);
    expect(isAcceptableKey(key)).toBe(true);
  });
});

const P = 2n ** 255n - 19n;
/** Spreads small numbers over all that are below p. */
const SPREAD = 2n ** 254n / 3n;

/** y in 32 little-endian bytes, with the sign bit. */
function encodeY(y: bigint, sign: 0 | 1): string {
  const number = y + (BigInt(sign) << 255n);
  return formatHex(hex(number.toString(16).padStart(64, '0')).toReversed());
}

/** The eight points of small order, and their spellings at or above p. */
const Y8 = 0x5fc536d880238b13933c6d305acdfd5f098eff289f4c345b027b2c28f95e826n;
const SMALL_ORDER = [0n, 1n, P - 1n, Y8, P - Y8, P, P + 1n].flatMap((y) => [encodeY(y, 0), encodeY(y, 1)]);

describe('public keys', () => {
  it.each(SMALL_ORDER)('refuses %s, of small order', (key) => {
    expect(isAcceptableKey(key)).toBe(false);
    expect(isCanonicalKey(key)).toBe(false);
    // R and S of zero fit every message under such a key where nobody looks at its order.
    const universal = hex(encodeY(1n, 0) + '00'.repeat(32));
    expect(verifyRaw(key, hex('aa'), universal)).toBe(false);
  });

  it('refuses every other spelling of y at or above p', () => {
    const spellings = Array.from({ length: 19 }, (_, index) => encodeY(P + BigInt(index), 0));
    expect(spellings.filter(isAcceptableKey)).toEqual([]);
  });

  it('refuses bytes that are no point of the curve', () => {
    const points = Array.from({ length: 64 }, (_, index) => isAcceptableKey(encodeY(BigInt(index + 2), 0)));
    // About every second y has an x.
    expect(points.filter(Boolean).length).toBeGreaterThan(16);
    expect(points.filter(Boolean).length).toBeLessThan(48);
    expect(isAcceptableKey(encodeY(2n, 0))).toBe(false);
  });

  it('takes those bytes for a point that a library with nothing in common with ours does', () => {
    const isPoint = (key: string): boolean => {
      try {
        Point.fromBytes(hex(key));
        return true;
      } catch {
        return false;
      }
    };
    const numbers = Array.from({ length: 200 }, (_, index) => BigInt(index + 2));
    const spread = numbers.map((number) => (number * SPREAD) % P);
    const keys = [...numbers, ...spread, ...numbers.map((number) => P - number)].map((y) => encodeY(y, 0));
    expect(keys.filter((key) => isAcceptableKey(key) !== isPoint(key))).toEqual([]);
  });

  it.each(['', 'ab', 'zz'.repeat(32), 'AB'.repeat(32), 'ab'.repeat(33), ` ${'a'.repeat(63)}`])(
    'refuses %j, which is no key at all',
    (key) => {
      expect(isAcceptableKey(key)).toBe(false);
      expect(verifyRaw(key, hex('aa'), new Uint8Array(64))).toBe(false);
    },
  );

  it('accepts two hundred new ones, all different', () => {
    const keys = Array.from({ length: 200 }, () => generateKey());
    expect(keys.every(({ publicKey, secret }) => isAcceptableKey(publicKey) && secret.length === 32)).toBe(
      true,
    );
    expect(new Set(keys.map(({ publicKey }) => publicKey)).size).toBe(200);
  });
});

describe('signatures of records', () => {
  const holder = generateKey();
  const signer = signerOf(holder);
  const hash = new Uint8Array(32).fill(3);
  const signature = signer.sign('state', hash);

  it('verify under their key, kind and hash alone', () => {
    expect(verifySignature('state', hash, signature, holder.publicKey)).toBe(true);
    expect(verifySignature('operation', hash, signature, holder.publicKey)).toBe(false);
    expect(verifySignature('state', new Uint8Array(32), signature, holder.publicKey)).toBe(false);
    expect(verifySignature('state', hash, signature, generateKey().publicKey)).toBe(false);
  });

  it('are over the tagged hash', () => {
    const tagged = Buffer.concat([Buffer.from('heddle/state/v1\0'), hash]);
    expect(verifyRaw(holder.publicKey, tagged, signature)).toBe(true);
  });

  it('fail with any bit flipped', () => {
    for (let bit = 0; bit < 512; bit += 1) {
      const flipped = Uint8Array.from(signature);
      flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      expect(verifySignature('state', hash, flipped, holder.publicKey)).toBe(false);
    }
  });

  it.each([0, 31, 63, 65, 128])('fail with %d bytes', (length) => {
    expect(verifySignature('state', hash, new Uint8Array(length), holder.publicKey)).toBe(false);
  });

  it('fail over a hash of another length', () => {
    expect(verifySignature('state', hash.subarray(1), signature, holder.publicKey)).toBe(false);
    expect(() => signer.sign('state', hash.subarray(1))).toThrow('invariant');
  });

  it('are never made by a secret that is not its public key’s', () => {
    const mixed = { publicKey: holder.publicKey, secret: generateKey().secret };
    expect(() => signerOf(mixed)).toThrow(expect.objectContaining({ code: 'KEY_REJECTED' }));
    expect(() => signRaw(new Uint8Array(31), hash)).toThrow(
      expect.objectContaining({ code: 'KEY_REJECTED' }),
    );
  });
});
