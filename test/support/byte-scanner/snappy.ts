/** Decodes a block in Snappy's raw format (google/snappy, format_description.txt); throws where it is damaged. */
export function decodeSnappy(block: Buffer): Buffer {
  const { value: length, next } = readVarint(block, 0);
  const out = Buffer.alloc(length);
  let from = next;
  let to = 0;
  while (from < block.length) {
    const element = readElement(block, from);
    from = element.next;
    if (to + element.length > length) throw new Error('snappy: longer than it says');
    if (element.kind === 'literal') {
      if (from + element.length > block.length) throw new Error('snappy: ends within a literal');
      block.copy(out, to, from, from + element.length);
      from += element.length;
    } else {
      const { offset } = element;
      if (offset === 0 || offset > to) throw new Error('snappy: copies from before the beginning');
      // Byte by byte: a copy may overlap what it writes.
      for (let index = 0; index < element.length; index += 1) {
        out.writeUInt8(out.readUInt8(to - offset + index), to + index);
      }
    }
    to += element.length;
  }
  if (to !== length) throw new Error('snappy: shorter than it says');
  return out;
}

type Element =
  | { readonly kind: 'literal'; readonly length: number; readonly next: number }
  | { readonly kind: 'copy'; readonly length: number; readonly offset: number; readonly next: number };

function readElement(block: Buffer, at: number): Element {
  const tag = block.readUInt8(at);
  const high = tag >> 2;
  switch (tag & 3) {
    case 0: {
      const extra = Math.max(0, high - 59);
      const length = (extra === 0 ? high : block.readUIntLE(at + 1, extra)) + 1;
      return { kind: 'literal', length, next: at + 1 + extra };
    }
    case 1: {
      const offset = ((tag >> 5) << 8) | block.readUInt8(at + 1);
      return { kind: 'copy', length: (high & 7) + 4, offset, next: at + 2 };
    }
    case 2: {
      return { kind: 'copy', length: high + 1, offset: block.readUInt16LE(at + 1), next: at + 3 };
    }
    default: {
      return { kind: 'copy', length: high + 1, offset: block.readUInt32LE(at + 1), next: at + 5 };
    }
  }
}

/** A number of seven bits a byte, the lowest first. */
export function readVarint(bytes: Buffer, at: number): { readonly value: number; readonly next: number } {
  let value = 0;
  let factor = 1;
  for (let next = at; next < at + 8; next += 1) {
    const byte = bytes.readUInt8(next);
    value += (byte & 127) * factor;
    if (byte < 128) return { value, next: next + 1 };
    factor *= 128;
  }
  throw new Error('a number is too long');
}
