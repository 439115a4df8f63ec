/*
 * A zlib stream (RFC 1950) whose deflated data (RFC 1951) is stored as it is:
 *   78 01
 *   for each 65,535 bytes, at least once: 1 for the last and else 0, u16le(length), u16le(its complement), the bytes
 *   u32be(Adler-32 of all bytes)
 */

const HEADER_BYTES = 2;
const BLOCK_HEADER_BYTES = 5;
const CHECKSUM_BYTES = 4;
const LARGEST_BLOCK = 65_535;
const ADLER = 65_521;
/** So many bytes may be added up before a sum has to be cut down to stay below 2^53. */
const SUMMED_AT_ONCE = 65_536;

/** What zlib inflates to these bytes. For small contents that are read once: a deflater takes longer to be made. */
export function storeAsDeflated(content: Uint8Array): Buffer {
  const blocks = Math.max(1, Math.ceil(content.length / LARGEST_BLOCK));
  const bytes = Buffer.allocUnsafe(
    HEADER_BYTES + blocks * BLOCK_HEADER_BYTES + content.length + CHECKSUM_BYTES,
  );
  let at = bytes.writeUInt16BE(0x7801);
  for (let block = 0; block < blocks; block += 1) {
    const piece = content.subarray(block * LARGEST_BLOCK, (block + 1) * LARGEST_BLOCK);
    at = bytes.writeUInt8(block === blocks - 1 ? 1 : 0, at);
    at = bytes.writeUInt16LE(piece.length, at);
    at = bytes.writeUInt16LE(piece.length ^ 0xffff, at);
    bytes.set(piece, at);
    at += piece.length;
  }
  bytes.writeUInt32BE(adler32(content), at);
  return bytes;
}

function adler32(bytes: Uint8Array): number {
  let [low, high] = [1, 0];
  for (let from = 0; from < bytes.length; from += SUMMED_AT_ONCE) {
    for (const byte of bytes.subarray(from, from + SUMMED_AT_ONCE)) {
      low += byte;
      high += low;
    }
    low %= ADLER;
    high %= ADLER;
  }
  return high * 0x1_0000 + low;
}
