import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { deflateSync } from 'node:zlib';

/** One entry of a pack, as it is written, sound or not. */
export interface ForgedEntry {
  /** What the index says that it is. */
  readonly id: string;
  /** 1 commit, 2 tree, 3 blob, 4 tag, 6 a delta of an offset, 7 a delta of an id. */
  readonly type: number;
  readonly data: Uint8Array;
  /** What the entry says of its size; the truth where left out. */
  readonly size?: number;
  /** Of a delta: the place of an entry before it in the list, or an id. */
  readonly base?: number | string;
}

/** Writes a pack and its index, checksums right, whatever the entries say. */
export function forgePack(gitDirectory: string, entries: readonly ForgedEntry[]): string {
  const header = Buffer.alloc(12);
  header.write('PACK', 'latin1');
  header.writeUInt32BE(2, 4);
  header.writeUInt32BE(entries.length, 8);
  const offsets: number[] = [];
  const parts: Buffer[] = [header];
  let at = header.length;
  for (const entry of entries) {
    offsets.push(at);
    const part = encodeEntry(entry, at, offsets);
    parts.push(part);
    at += part.length;
  }
  const body = Buffer.concat(parts);
  const sum = sha1(body);
  const name = `pack-${sum.toString('hex')}`;
  const directory = join(gitDirectory, 'objects', 'pack');
  mkdirSync(directory, { recursive: true });
  writeFileSync(join(directory, `${name}.pack`), Buffer.concat([body, sum]));
  writeFileSync(join(directory, `${name}.idx`), encodeIndex(entries, offsets, sum));
  return join(directory, name);
}

/** A delta: sizes of base and result, then instructions as they are. */
export function forgeDelta(base: number, result: number, instructions: readonly number[]): Buffer {
  return Buffer.from([...number(base), ...number(result), ...instructions]);
}

function encodeEntry(
  { type, data, size = data.length, base }: ForgedEntry,
  at: number,
  offsets: readonly number[],
): Buffer {
  const head: number[] = [];
  let byte = (type << 4) | (size & 15);
  for (let left = Math.floor(size / 16); left > 0; left = Math.floor(left / 128)) {
    head.push(byte | 128);
    byte = left & 127;
  }
  head.push(byte);
  const link =
    typeof base === 'string'
      ? [...Buffer.from(base, 'hex')]
      : base === undefined
        ? []
        : distance(at - (offsets[base] ?? 0));
  return Buffer.concat([Buffer.from([...head, ...link]), deflateSync(data)]);
}

function number(value: number): readonly number[] {
  return value < 128 ? [value] : [(value & 127) | 128, ...number(Math.floor(value / 128))];
}

function distance(value: number): readonly number[] {
  const bytes = [value & 127];
  for (let left = Math.floor(value / 128); left > 0; left = Math.floor(left / 128)) {
    left -= 1;
    bytes.unshift((left & 127) | 128);
  }
  return bytes;
}

function encodeIndex(entries: readonly ForgedEntry[], offsets: readonly number[], packSum: Buffer): Buffer {
  const order = entries
    .map(({ id }, index) => ({ id: Buffer.from(id, 'hex'), offset: offsets[index] ?? 0 }))
    .toSorted((a, b) => Buffer.compare(a.id, b.id));
  const fanout = Buffer.alloc(1024);
  for (let first = 0; first < 256; first += 1) {
    fanout.writeUInt32BE(order.filter(({ id }) => (id[0] ?? 0) <= first).length, first * 4);
  }
  const places = Buffer.alloc(order.length * 4);
  for (const [index, { offset }] of order.entries()) places.writeUInt32BE(offset, index * 4);
  const body = Buffer.concat([
    Buffer.from('ff744f6300000002', 'hex'),
    fanout,
    ...order.map(({ id }) => id),
    Buffer.alloc(order.length * 4),
    places,
    packSum,
  ]);
  return Buffer.concat([body, sha1(body)]);
}

function sha1(bytes: Uint8Array): Buffer {
  return createHash('sha1').update(bytes).digest();
}
