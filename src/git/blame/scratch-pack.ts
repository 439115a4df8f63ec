import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { encodeEntry, packHeader, type PackedObject } from '#git/objects/pack.ts';
import { storeAsDeflated } from '#git/objects/stored.ts';
import type { ObjectId } from '#ports/objects.ts';

/*
 * A pack index, version 2 (gitformat-pack):
 *   ff "tOc" u32be(2)
 *   256 × u32be: how many ids begin with this byte or a lower one
 *   the ids in order, the CRC-32 of each object's bytes in the pack, their offsets
 *   20 bytes of SHA-1 of the pack, 20 over all that
 */

/** An object whose id is known already. */
export interface NamedObject extends PackedObject {
  readonly id: ObjectId;
}

/** A pack and its index; for less than 2 GiB. Nothing is made smaller: it is for one question. */
export function packWithIndex(objects: readonly NamedObject[]): {
  /** Hexadecimal; what the files are named by. */
  readonly name: string;
  readonly pack: Buffer;
  readonly index: Buffer;
} {
  const pieces = [packHeader(objects.length)];
  let offset = pieces[0]?.length ?? 0;
  const rows = objects.map((object) => {
    const piece = encodeEntry(object, storeAsDeflated(object.content));
    const row = { id: object.id, crc: crc32(piece), offset };
    pieces.push(piece);
    offset += piece.length;
    return row;
  });
  rows.sort((a, b) => (a.id < b.id ? -1 : 1));
  const checksum = createHash('sha1').update(Buffer.concat(pieces)).digest();
  const pack = Buffer.concat([...pieces, checksum]);
  const body = Buffer.concat([
    Buffer.from([0xff, 0x74, 0x4f, 0x63]),
    words([2]),
    words(fanOut(rows.map(({ id }) => Number.parseInt(id.slice(0, 2), 16)))),
    Buffer.from(rows.map(({ id }) => id).join(''), 'hex'),
    words(rows.map(({ crc }) => crc)),
    words(rows.map((row) => row.offset)),
    checksum,
  ]);
  const index = Buffer.concat([body, createHash('sha1').update(body).digest()]);
  return { name: checksum.toString('hex'), pack, index };
}

function fanOut(firstBytes: readonly number[]): readonly number[] {
  const counts = Array.from({ length: 256 }, () => 0);
  for (const byte of firstBytes) counts[byte] = (counts[byte] ?? 0) + 1;
  let sum = 0;
  return counts.map((count) => (sum += count));
}

function words(values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(values.length * 4);
  for (const [index, value] of values.entries()) bytes.writeUInt32BE(value, index * 4);
  return bytes;
}
