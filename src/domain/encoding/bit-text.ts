/** Text for bytes in letters of a fixed number of bits, without padding; trailing bits are zero. */
export interface BitText {
  format(bytes: Uint8Array): string;
  /** Takes what `format` writes and nothing else: no other letters, no stray bits. */
  parse(text: string): Uint8Array | undefined;
  /** Tells whether `parse` takes a text and gives so many bytes of it: without making them. */
  isOf(text: string, bytes: number): boolean;
}

const NO_LETTER = 255;

/** Makes the encoding of an alphabet, whose length is a power of two. */
export function createBitText(alphabet: string): BitText {
  const width = Math.log2(alphabet.length);
  const mask = alphabet.length - 1;
  const values = new Uint8Array(128).fill(NO_LETTER);
  for (let value = 0; value < alphabet.length; value += 1) values[alphabet.charCodeAt(value)] = value;
  const shapes = new Map<number, RegExp>();
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
      for (let at = 0; at < text.length; at += 1) {
        const value = values[text.charCodeAt(at)] ?? NO_LETTER;
        if (value === NO_LETTER) return undefined;
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
    isOf(text, bytes) {
      const shape = shapes.get(bytes) ?? shapeOf(alphabet, bytes * 8);
      shapes.set(bytes, shape);
      return shape.test(text);
    },
  };
}

/** Letters for so many bits: of the last one, the bits that nobody asked for are zero. */
function shapeOf(alphabet: string, bits: number): RegExp {
  const width = Math.log2(alphabet.length);
  const letters = Math.ceil(bits / width);
  const step = 2 ** (letters * width - bits);
  const ends = Array.from(alphabet).filter((_, value) => value % step === 0);
  // A minus between letters would stand for those between them.
  const oneOf = (some: readonly string[]): string => `[${some.join('').replace('-', '\\-')}]`;
  return new RegExp(letters === 0 ? '^$' : `^${oneOf(Array.from(alphabet))}{${letters - 1}}${oneOf(ends)}$`);
}
