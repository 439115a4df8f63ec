import { join } from 'node:path';
import type { ObjectId } from '#ports/objects.ts';
import { readSmallFile, removeIfThere, replaceFile, replaceFileWith } from '#git/private-file.ts';
import type { EraseGround } from './ground.ts';
import { isRealFile } from './store/real-files.ts';
import { PageCache, openSource } from './ids/paged-file.ts';
import { linesOf } from './ids/portions.ts';

/*
 * <git common dir>/heddle/erase/doomed      ids of objects that are being evicted, a line for each
 * <git common dir>/heddle/erase/old-packs   names of packs whose successors stand already, a line for each
 * <git common dir>/heddle/erase/remake      what was taken away with those packs: `multi-pack-index`, `bitmap`
 *
 * They are there only while objects are evicted: what was half done is found by them, since an object that is gone
 * no longer tells what it belonged to.
 */

const LARGEST = 16 * 1024 * 1024;

/** Objects that a killed eviction had set out to destroy. */
export function* readDoomed({ scratchDir, idBytes }: EraseGround): Generator<ObjectId> {
  const path = join(scratchDir, 'doomed');
  const source = isRealFile(path) ? openSource(path, new PageCache()) : undefined;
  const form = new RegExp(`^[0-9a-f]{${2 * idBytes}}$`);
  for (let at = 0; source !== undefined && at + 2 * idBytes < source.length; at += 2 * idBytes + 1) {
    const start = source.seek(at, 2 * idBytes);
    const id = source.bytes.toString('latin1', start, start + 2 * idBytes);
    if (form.test(id)) yield id;
  }
}

/** Durable on return. */
export function writeDoomed({ scratchDir }: EraseGround, ids: Iterable<ObjectId>): void {
  replaceFileWith(join(scratchDir, 'doomed'), linesOf(ids));
}

/** Packs that a killed eviction had begun to delete. */
export function readOldPacks({ scratchDir }: EraseGround): ReadonlySet<string> {
  return new Set(readLines(join(scratchDir, 'old-packs'), /^[^./\0][^/\0]*$/));
}

/** Durable on return. */
export function writeOldPacks({ scratchDir }: EraseGround, names: Iterable<string>): void {
  writeLines(join(scratchDir, 'old-packs'), new Set(names));
}

/** Everything was done. */
export function dropOldPacks({ scratchDir }: EraseGround): void {
  removeIfThere(join(scratchDir, 'old-packs'));
}

/** What stood on packs that were deleted, and is to be made anew. */
export function readRemake({ scratchDir }: EraseGround): readonly string[] {
  return readLines(join(scratchDir, 'remake'), /^(?:multi-pack-index|bitmap)$/);
}

/** Durable on return. */
export function writeRemake(ground: EraseGround, what: readonly string[]): void {
  writeLines(join(ground.scratchDir, 'remake'), new Set([...readRemake(ground), ...what]));
}

function readLines(path: string, form: RegExp): readonly string[] {
  const text = Buffer.from(readSmallFile(path, LARGEST) ?? []).toString('latin1');
  return text.split('\n').filter((line) => form.test(line));
}

function writeLines(path: string, lines: Iterable<string>): void {
  replaceFile(path, Buffer.from([...lines].map((line) => `${line}\n`).join(''), 'latin1'));
}
