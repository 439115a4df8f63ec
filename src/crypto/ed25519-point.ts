import { formatHex, parseHex } from '#domain/encoding/bytes.ts';

/*
 * Which 32 bytes heddle takes for a public key: y, little-endian, with the sign of x in the top bit
 * (RFC 8032, 5.1.2). OpenSSL accepts keys of small order, under which one signature fits many messages,
 * and encodings of y at or above p, which give one key two spellings: both are refused here.
 */

const KEY_BYTES = 32;
const P = 2n ** 255n - 19n;
/** The curve's constant, -121665 / 121666. */
const D = 37095705934669439343138083508754565189542113879843219016388785533085940283555n;
const Y_OF_ORDER_EIGHT = 0x5fc536d880238b13933c6d305acdfd5f098eff289f4c345b027b2c28f95e826n;
/** The eight points whose order divides 8: negating x changes the sign bit alone. */
const SMALL_ORDER: ReadonlySet<bigint> = new Set([0n, 1n, P - 1n, Y_OF_ORDER_EIGHT, P - Y_OF_ORDER_EIGHT]);

/** Tells whether text is a public key's 32 bytes in canonical form and not of small order. Cheap. */
export function isCanonicalKey(publicKey: string): boolean {
  const y = parseY(publicKey);
  return y !== undefined && y < P && !SMALL_ORDER.has(y);
}

/** As {@link isCanonicalKey}, and the bytes are a point of the curve. About half a millisecond. */
export function isCurvePoint(publicKey: string): boolean {
  const y = parseY(publicKey);
  if (y === undefined || !isCanonicalKey(publicKey)) return false;
  // x² = u / v has a root where u · v is a square, which Euler's criterion tells.
  const u = y * y - 1n;
  const v = D * y * y + 1n;
  return power((u * v) % P, (P - 1n) / 2n) === 1n;
}

function parseY(publicKey: string): bigint | undefined {
  if (publicKey.length !== KEY_BYTES * 2) return undefined;
  const bytes = parseHex(publicKey);
  if (bytes === undefined) return undefined;
  const y = bytes.toReversed();
  y[0] = (y[0] ?? 0) & 0x7f;
  return BigInt(`0x${formatHex(y)}`);
}

function power(base: bigint, exponent: bigint): bigint {
  let result = 1n;
  let square = base;
  for (let left = exponent; left > 0n; left >>= 1n) {
    if ((left & 1n) === 1n) result = (result * square) % P;
    square = (square * square) % P;
  }
  return result;
}
