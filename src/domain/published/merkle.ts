import type { Hasher } from '#domain/hash.ts';
import { formatDigest, idBytes, type Digest, type OperationId } from '#domain/id.ts';

/*
 * The tree of RFC 6962, section 2.1, with the hash of kind "segment" in place of SHA-256:
 *
 *   leaf   hash(0x00 ‖ 32 bytes of the line's id)
 *   node   hash(0x01 ‖ left ‖ right), split at the largest power of two that is smaller than the number of leaves
 */

const LEAF = Uint8Array.of(0);
const NODE = Uint8Array.of(1);

/** The root over lines in order, by their ids; never over what stands beside them, which a removal may replace. */
export function merkleRoot(hasher: Hasher, lines: readonly OperationId[]): Digest {
  return formatDigest(rootOf(hasher, lines));
}

function rootOf(hasher: Hasher, lines: readonly OperationId[]): Uint8Array {
  const [first] = lines;
  if (first === undefined) return hasher.hash('segment');
  if (lines.length === 1) return hasher.hash('segment', LEAF, idBytes(first));
  let split = 1;
  while (split * 2 < lines.length) split *= 2;
  const [left, right] = [rootOf(hasher, lines.slice(0, split)), rootOf(hasher, lines.slice(split))];
  return hasher.hash('segment', NODE, left, right);
}
