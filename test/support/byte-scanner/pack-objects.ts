import { inflateAt } from './inflate.ts';
import { objectId, type HashName } from './object-id.ts';
import type { PackEntry } from './pack-entries.ts';
import { readVarint } from './snappy.ts';

export interface PackObject {
  readonly id: string;
  readonly type: string;
  readonly content: Buffer;
  readonly isDelta: boolean;
}

export interface PackWorld {
  readonly hash: HashName;
  onObject(object: PackObject): void;
  /** A delta whose base is not there, or that does not fit it: what it inserts, at least. */
  onLoose(entry: PackEntry, delta: Buffer): void;
  /** An object outside of this pack: a pack on its way to be completed leans on those. */
  external(id: string): { readonly type: string; readonly content: Buffer } | undefined;
}

/** Makes every object of a pack: from each whole one on through what leans on it, so that one line of bases is held. */
export function resolvePack(pack: Buffer, entries: readonly PackEntry[], world: PackWorld): void {
  const leaning = new Map<number | string, PackEntry[]>();
  const open = new Set<PackEntry>();
  for (const entry of entries) {
    if (entry.base === undefined) continue;
    open.add(entry);
    const others = leaning.get(entry.base);
    if (others === undefined) leaning.set(entry.base, [entry]);
    else others.push(entry);
  }
  const inflate = (entry: PackEntry): Buffer => inflateAt(pack, entry.dataAt)?.bytes ?? Buffer.alloc(0);

  const follow = (first: Resolved): void => {
    const waiting = [first];
    for (let object = waiting.pop(); object !== undefined; object = waiting.pop()) {
      const { id, type, content, offset } = object;
      const next = [...(leaning.get(id) ?? []), ...(offset === undefined ? [] : (leaning.get(offset) ?? []))];
      for (const entry of next.filter((one) => open.delete(one))) {
        const delta = inflate(entry);
        const made = tryDelta(content, delta);
        if (made === undefined) {
          world.onLoose(entry, delta);
        } else {
          const made_id = objectId(world.hash, type, made);
          world.onObject({ id: made_id, type, content: made, isDelta: true });
          waiting.push({ id: made_id, type, content: made, offset: entry.offset });
        }
      }
    }
  };

  for (const entry of entries) {
    if (entry.type === undefined) continue;
    const content = inflate(entry);
    const id = objectId(world.hash, entry.type, content);
    world.onObject({ id, type: entry.type, content, isDelta: false });
    follow({ id, type: entry.type, content, offset: entry.offset });
  }
  for (const base of leaning.keys()) {
    const object = typeof base === 'string' ? world.external(base) : undefined;
    if (object !== undefined) follow({ id: String(base), ...object, offset: undefined });
  }
  for (const entry of open) world.onLoose(entry, inflate(entry));
}

interface Resolved {
  readonly id: string;
  readonly type: string;
  readonly content: Buffer;
  readonly offset: number | undefined;
}

function tryDelta(base: Buffer, delta: Buffer): Buffer | undefined {
  try {
    return applyDelta(base, delta);
  } catch {
    return undefined;
  }
}

/** Applies a delta (gitformat-pack, "Deltified representation"); throws where it does not fit its base. */
function applyDelta(base: Buffer, delta: Buffer): Buffer {
  const before = readVarint(delta, 0);
  const after = readVarint(delta, before.next);
  if (before.value !== base.length) throw new Error('a delta of something else');
  const parts: Buffer[] = [];
  let at = after.next;
  while (at < delta.length) {
    const code = delta.readUInt8(at);
    at += 1;
    if (code === 0) throw new Error('a delta of a kind that is reserved');
    if (code < 128) {
      parts.push(delta.subarray(at, at + code));
      at += code;
    } else {
      const copy = readCopy(delta, at, code);
      if (copy.from + copy.size > base.length) throw new Error('a delta that copies from beyond its base');
      parts.push(base.subarray(copy.from, copy.from + copy.size));
      at = copy.next;
    }
  }
  const result = Buffer.concat(parts);
  if (result.length !== after.value) throw new Error('a delta that makes another size than it says');
  return result;
}

/** The code's low bits say which bytes of offset and size follow. */
function readCopy(
  delta: Buffer,
  start: number,
  code: number,
): { readonly from: number; readonly size: number; readonly next: number } {
  let at = start;
  const read = (bits: number, width: number): number => {
    let value = 0;
    for (let index = 0; index < width; index += 1) {
      if ((bits & (1 << index)) === 0) continue;
      value += delta.readUInt8(at) * 256 ** index;
      at += 1;
    }
    return value;
  };
  const from = read(code & 15, 4);
  const size = read((code >> 4) & 7, 3);
  return { from, size: size === 0 ? 0x1_00_00 : size, next: at };
}
