/** Text for bytes in letters of a fixed number of bits, without padding; trailing bits are zero. */
export interface BitText {
  format(bytes: Uint8Array): string;
  /** Takes what `format` writes and nothing else: no other letters, no stray bits. */
  parse(text: string): Uint8Array | undefined;
}

/** Makes the encoding of an alphabet, whose length is a power of two. */
export function createBitText(alphabet: string): BitText {
  const width = Math.log2(alphabet.length);
  const mask = alphabet.length - 1;
  const values = new Map(Array.from(alphabet, (letter, value) => [letter, value]));
  return {
    format(bytes) {
      let text = '';
      let buffer = 0;
      let bits = 0;
      for (const byte of bytes) {
        buffer = (buffer << 8) | byte;
        bits += 8;
        while (bits >= width) {
          bits -= width;
          text += alphabet.charAt((buffer >>> bits) & mask);
        }
        buffer &= (1 << bits) - 1;
      }
      return bits > 0 ? text + alphabet.charAt((buffer << (width - bits)) & mask) : text;
    },
    parse(text) {
      const bytes = new Uint8Array(Math.floor((text.length * width) / 8));
      let buffer = 0;
      let bits = 0;
      let length = 0;
      for (const letter of text) {
        const value = values.get(letter);
        if (value === undefined) return undefined;
        buffer = (buffer << width) | value;
        bits += width;
        if (bits < 8) continue;
        bits -= 8;
        bytes[length] = (buffer >>> bits) & 255;
        length += 1;
        buffer &= (1 << bits) - 1;
      }
      return buffer === 0 && bits < width ? bytes : undefined;
    },
  };
}
