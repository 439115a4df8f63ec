/** Bytes of a needle by which it is looked up; none is shorter. */
const PREFIX = 4;
const SLOT_BITS = 16;
/** Spreads prefixes over the slots: 2 to the power of 32, divided by the golden ratio. */
const SPREAD = 0x9e_37_79_b1;

/** Finds out which of many needles stand in some bytes, in one pass over them instead of one for each. */
export class ManyNeedles {
  readonly #needles: readonly Buffer[];
  /** Not zero where a needle begins with what is sent to that slot. */
  readonly #slots = new Uint8Array(2 ** SLOT_BITS);
  /** Indices of needles by their first bytes. */
  readonly #byPrefix = new Map<number, number[]>();

  constructor(needles: readonly Buffer[]) {
    this.#needles = needles;
    for (const [index, needle] of needles.entries()) {
      if (needle.length < PREFIX) throw new Error('a needle is too short to be told from chance');
      const prefix = needle.readInt32BE(0);
      this.#slots[Math.imul(prefix, SPREAD) >>> (32 - SLOT_BITS)] = 1;
      this.#byPrefix.set(prefix, [...(this.#byPrefix.get(prefix) ?? []), index]);
    }
  }

  /** Indices of those that stand there. */
  findIn(bytes: Buffer): ReadonlySet<number> {
    const found = new Set<number>();
    const slots = this.#slots;
    let prefix = 0;
    for (let end = 0; end < bytes.length; end += 1) {
      prefix = (prefix << 8) | (bytes[end] ?? 0);
      if (slots[Math.imul(prefix, SPREAD) >>> (32 - SLOT_BITS)] === 1 && end >= PREFIX - 1)
        this.#findAt(end - PREFIX + 1, bytes, found);
    }
    return found;
  }

  #findAt(at: number, bytes: Buffer, found: Set<number>): void {
    for (const index of this.#byPrefix.get(bytes.readInt32BE(at)) ?? []) {
      if (!found.has(index) && this.#stands(index, bytes, at)) found.add(index);
    }
  }

  #stands(index: number, bytes: Buffer, at: number): boolean {
    const needle = this.#needles[index];
    return needle !== undefined && bytes.subarray(at, at + needle.length).equals(needle);
  }
}
