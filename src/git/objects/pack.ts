import { createHash } from 'node:crypto';
import { deflateSync } from 'node:zlib';
import type { ObjectKind } from '#ports/objects.ts';

/*
 * A pack, version 2 (gitformat-pack):
 *   "PACK" u32be(2) u32be(count)
 *   for each object: type and size, then the deflated content
 *   20 bytes of SHA-1 over all that
 * Type and size: the lowest four bits of the size with the type above them, then seven bits a byte; the top
 * bit says that another byte follows.
 */

const TYPES: Readonly<Record<ObjectKind, number>> = { commit: 1, tree: 2, blob: 3 };
/** Most of what heddle writes is salts and hashes, which do not get smaller. */
const COMPRESSION = { level: 1 };

export interface PackedObject {
  readonly kind: ObjectKind;
  readonly content: Uint8Array;
}

/** Encodes a pack piece by piece. */
export function* encodePack(objects: readonly PackedObject[]): Generator<Uint8Array> {
  const hash = createHash('sha1');
  const header = packHeader(objects.length);
  hash.update(header);
  yield header;
  for (const object of objects) {
    const piece = encodeEntry(object, deflateSync(object.content, COMPRESSION));
    hash.update(piece);
    yield piece;
  }
  yield hash.digest();
}

/** What a pack of so many objects begins with. */
export function packHeader(count: number): Buffer {
  const header = Buffer.alloc(12);
  header.write('PACK', 'latin1');
  header.writeUInt32BE(2, 4);
  header.writeUInt32BE(count, 8);
  return header;
}

/** What a pack has of one object. */
export function encodeEntry(object: PackedObject, deflated: Uint8Array): Buffer {
  return Buffer.concat([encodeSize(object), deflated]);
}

function encodeSize({ kind, content }: PackedObject): Uint8Array {
  const bytes: number[] = [];
  let byte = (TYPES[kind] << 4) | (content.length & 15);
  // Division, not a shift: sizes may need more than 32 bits.
  for (let left = Math.floor(content.length / 16); left > 0; left = Math.floor(left / 128)) {
    bytes.push(byte | 128);
    byte = left & 127;
  }
  bytes.push(byte);
  return Uint8Array.from(bytes);
}
