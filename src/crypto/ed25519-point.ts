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

/** As {@link isCanonicalKey}, and the bytes are a point of the curve. A quarter of a millisecond. */
export function isCurvePoint(publicKey: string): boolean {
  const y = parseY(publicKey);
  if (y === undefined || !isCanonicalKey(publicKey)) return false;
  // x² = u / v has a root where u · v is a square, which Euler's criterion tells.
  const u = y * y - 1n;
  const v = D * y * y + 1n;
  return eulerPower((u * v) % P) === 1n;
}

function parseY(publicKey: string): bigint | undefined {
  if (publicKey.length !== KEY_BYTES * 2) return undefined;
  const bytes = parseHex(publicKey);
  if (bytes === undefined) return undefined;
  const y = bytes.toReversed();
  y[0] = (y[0] ?? 0) & 0x7f;
  return BigInt(`0x${formatHex(y)}`);
}

/**
 * To the power of (p - 1) / 2 = 2²⁵⁴ - 10 = 16 · (2²⁵⁰ - 1) + 6. Nearly all its bits are ones, each of which would be a
 * multiplication: exponents of ones alone, joined to twice as many, take thirteen.
 */
function eulerPower(base: bigint): bigint {
  const two = joined(base, base, 1);
  const four = joined(two, two, 2);
  const five = joined(four, base, 1);
  const ten = joined(five, five, 5);
  const twenty = joined(ten, ten, 10);
  const fifty = joined(joined(twenty, twenty, 20), ten, 10);
  const hundred = joined(fifty, fifty, 50);
  const all = joined(joined(hundred, hundred, 100), fifty, 50);
  const six = squared(two, 1);
  return (squared(all, 4) * six) % P;
}

/** A power whose exponent's bits are those of `first`'s and then the `length` bits of `second`'s. */
function joined(first: bigint, second: bigint, length: number): bigint {
  return (squared(first, length) * second) % P;
}

function squared(value: bigint, times: number): bigint {
  let result = value;
  for (let left = times; left > 0; left -= 1) result = (result * result) % P;
  return result;
}
