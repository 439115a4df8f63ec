import { inflateSync } from 'node:zlib';
import type { StoredObject } from './named-objects.ts';
import { applyDelta } from './apply-delta.ts';
import { NotPlain } from './not-plain.ts';
import { readPackEntry } from './pack-entry.ts';
import type { PackLookup } from './pack-lookup.ts';

/** Inflated; what is larger is git's to read. */
export const LARGEST = 4 * 1024 * 1024;
/** Git itself makes none longer unless it is told to. */
const LONGEST_CHAIN = 64;
/** Deflated bytes are at most so many more than what they hold, and an entry begins with fewer than half of these. */
const SPARE_BYTES = 128;
/** Most deltas are shorter, and then one read has all of them. */
const FIRST_BYTES = 1024;
const MOST_KEPT_BYTES = 8 * 1024 * 1024;

/** What is read of a pack. */
export type PackBytes = Pick<PackLookup, 'find' | 'read'>;

/** What an entry of a pack stands for; nothing is certain of it before it is hashed. */
export interface Entry {
  readonly kind: StoredObject['kind'];
  readonly content: Buffer;
}

/**
 * Reads entries of packs, and what they are deltas of. What a chain goes through is kept: the next object of a history
 * is a delta of it, or it of that one. Throws {@link NotPlain}.
 */
export class DeltaChains {
  readonly #known = new Map<PackBytes, Map<number, Entry>>();
  #keptBytes = 0;

  /** The entry at an offset, within one pack. */
  read(pack: PackBytes, offset: number): Entry {
    const known = this.#knownOf(pack);
    const deltas: { readonly at: number; readonly content: Buffer }[] = [];
    let at = offset;
    let entry = known.get(at);
    while (entry === undefined) {
      const { kind, base, content } = readEntry(pack, at);
      if (kind !== undefined) entry = { kind, content };
      else {
        deltas.push({ at, content });
        at = base;
        entry = known.get(at);
      }
      if (deltas.length > LONGEST_CHAIN) throw new NotPlain();
    }
    for (const delta of deltas.toReversed()) {
      this.#keep(known, at, entry);
      const content = applyDelta(entry.content, delta.content, LARGEST);
      if (content === undefined) throw new NotPlain();
      entry = { kind: entry.kind, content };
      at = delta.at;
    }
    // What was asked for may be what the next object is a delta of.
    if (deltas.length > 0) this.#keep(known, at, entry);
    return entry;
  }

  #knownOf(pack: PackBytes): Map<number, Entry> {
    const known = this.#known.get(pack) ?? new Map<number, Entry>();
    this.#known.set(pack, known);
    return known;
  }

  #keep(known: Map<number, Entry>, at: number, entry: Entry): void {
    if (known.has(at)) return;
    this.#keptBytes += entry.content.length;
    if (this.#keptBytes > MOST_KEPT_BYTES) {
      for (const entries of this.#known.values()) entries.clear();
      this.#keptBytes = entry.content.length;
    }
    known.set(at, entry);
  }
}

type RawEntry =
  | { readonly kind: StoredObject['kind']; readonly base: undefined; readonly content: Buffer }
  | { readonly kind: undefined; readonly base: number; readonly content: Buffer };

/** What stands at an offset: an object, or a delta and where its base is. */
function readEntry(pack: PackBytes, at: number): RawEntry {
  const first = pack.read(at, FIRST_BYTES);
  const entry = readPackEntry(first, at);
  if (entry === undefined || entry.size > LARGEST) throw new NotPlain();
  const from = entry.at - at;
  const length = entry.size + (entry.size >> 8) + SPARE_BYTES;
  // All of it is there already, or the pack ends before.
  const whole = from + length <= first.length || first.length < FIRST_BYTES;
  const deflated = whole ? first.subarray(from, from + length) : pack.read(entry.at, length);
  const content = inflate(deflated, entry.size);
  if (content.length !== entry.size) throw new NotPlain();
  if (entry.base === undefined) return { kind: entry.kind, base: undefined, content };
  const base = typeof entry.base === 'number' ? entry.base : pack.find(entry.base);
  if (base === undefined) throw new NotPlain();
  return { kind: undefined, base, content };
}

/** The deflated bytes may be followed by others; what they hold is of a known size. */
function inflate(bytes: Buffer, size: number): Buffer {
  return inflateSync(bytes, { maxOutputLength: Math.max(size, 1), chunkSize: Math.max(size + 1, 64) });
}
