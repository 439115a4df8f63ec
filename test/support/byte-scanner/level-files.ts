import { decodeSnappy, readVarint } from './snappy.ts';

const FOOTER = 48;
const MAGIC = 0xdb_47_75_24_8b_80_fb_57n;
const LOG_BLOCK = 32_768;
const LOG_HEADER = 7;

/** A block of a LevelDB table as it was before compression, and the keys that it shortens, whole. */
export interface LevelBlock {
  readonly bytes: Buffer;
  readonly keys: Buffer;
}

export function isLevelTable(bytes: Buffer): boolean {
  return bytes.length >= FOOTER && bytes.readBigUInt64LE(bytes.length - 8) === MAGIC;
}

/**
 * Reads every block of a table (leveldb, doc/table_format.md): index, meta index, filters and data. What
 * cannot be read is told to `onProblem`.
 */
export function readLevelTable(bytes: Buffer, onProblem: (problem: string) => void): readonly LevelBlock[] {
  const blocks: LevelBlock[] = [];
  const open = (handle: Handle, what: string): LevelBlock | undefined => {
    try {
      const raw = decodeBlock(bytes, handle);
      const block = { bytes: raw, keys: what === 'filter block' ? Buffer.alloc(0) : joinKeys(raw) };
      blocks.push(block);
      return block;
    } catch (error) {
      onProblem(`a ${what} cannot be read: ${String(error)}`);
      return undefined;
    }
  };
  const footer = bytes.subarray(bytes.length - FOOTER);
  const meta = readHandle(footer, 0);
  const handles = (block: LevelBlock | undefined): readonly Handle[] =>
    block === undefined ? [] : readEntries(block.bytes).map(({ value }) => readHandle(value, 0).handle);
  for (const handle of handles(open(meta.handle, 'meta index'))) open(handle, 'filter block');
  const index = open(readHandle(footer, meta.next).handle, 'index block');
  for (const handle of handles(index)) open(handle, 'data block');
  return blocks;
}

interface Handle {
  readonly offset: number;
  readonly size: number;
}

function readHandle(bytes: Buffer, at: number): { readonly handle: Handle; readonly next: number } {
  const offset = readVarint(bytes, at);
  const size = readVarint(bytes, offset.next);
  return { handle: { offset: offset.value, size: size.value }, next: size.next };
}

function decodeBlock(bytes: Buffer, { offset, size }: Handle): Buffer {
  const raw = bytes.subarray(offset, offset + size);
  if (raw.length !== size) throw new Error('it ends beyond the file');
  const type = bytes.readUInt8(offset + size);
  if (type === 0) return raw;
  if (type === 1) return decodeSnappy(raw);
  throw new Error(`compression ${type} is unknown`);
}

/** Entries share the beginning of their keys with the one before. */
function readEntries(block: Buffer): readonly { readonly key: Buffer; readonly value: Buffer }[] {
  const restarts = block.readUInt32LE(block.length - 4);
  const end = block.length - 4 - restarts * 4;
  const entries: { key: Buffer; value: Buffer }[] = [];
  let key = Buffer.alloc(0);
  let at = 0;
  while (at < end) {
    const shared = readVarint(block, at);
    const rest = readVarint(block, shared.next);
    const length = readVarint(block, rest.next);
    const keyEnd = length.next + rest.value;
    key = Buffer.concat([key.subarray(0, shared.value), block.subarray(length.next, keyEnd)]);
    at = keyEnd + length.value;
    entries.push({ key, value: block.subarray(keyEnd, at) });
  }
  return entries;
}

function joinKeys(block: Buffer): Buffer {
  return Buffer.concat(readEntries(block).flatMap(({ key }) => [key, Buffer.from([0])]));
}

export function isLevelLog(name: string): boolean {
  return /^(?:\d{6,}\.log|MANIFEST-\d{6,})(?:\.old|\.bad)?$/.test(name);
}

/**
 * Puts the records of a write-ahead log or manifest together (leveldb, doc/log_format.md). A record whose end is
 * missing is given as far as it goes; checksums are not looked at, since a damaged record holds bytes too.
 */
export function readLevelLog(bytes: Buffer): readonly Buffer[] {
  const records: Buffer[] = [];
  let open: Buffer[] = [];
  const close = (): void => {
    if (open.length > 0) records.push(Buffer.concat(open));
    open = [];
  };
  for (let block = 0; block < bytes.length; block += LOG_BLOCK) {
    const end = Math.min(block + LOG_BLOCK, bytes.length);
    for (let at = block; at + LOG_HEADER <= end;) {
      const length = bytes.readUInt16LE(at + 4);
      const type = bytes.readUInt8(at + 6);
      const from = at + LOG_HEADER;
      at = from + length;
      if (type === 0 || type > 4) break;
      // 1 whole, 2 first, 3 middle, 4 last
      if (type <= 2) close();
      open.push(bytes.subarray(from, Math.min(at, end)));
      if (type === 1 || type === 4) close();
    }
  }
  close();
  return records;
}
