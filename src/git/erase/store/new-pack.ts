import { createHash } from 'node:crypto';
import {
  chmodSync,
  closeSync,
  fstatSync,
  lstatSync,
  openSync,
  readFileSync,
  readSync,
  renameSync,
} from 'node:fs';
import { join } from 'node:path';
import { syncDirectory } from '#git/erase/exchange-file.ts';
import type { ObjectId } from '#ports/objects.ts';
import type { EraseGround } from '#git/erase/ground.ts';
import { isRealFile, listNames } from './real-files.ts';
import { unexpectedAnswer } from '#git/failure.ts';
import { guardFiles, readSmallFile, removeIfThere, replaceFile } from '#git/private-file.ts';
import { LARGE_OUTPUT_BYTES, LONG_DEADLINE_MS } from '#git/run.ts';
import type { StoredPack } from './inventory.ts';
import type { IdCollection } from '#git/erase/ids/object-ids.ts';
import { openPackIds } from '#git/erase/ids/pack-ids.ts';
import { PageCache } from '#git/erase/ids/paged-file.ts';
import { linesOf } from '#git/erase/ids/portions.ts';

/*
 * <pack>.mtimes (gitformat-pack): "MTME", u32be(1), u32be of the hash (1 SHA-1, 2 SHA-256), a u32be time for each
 * object in the order of ids, the pack's checksum, the file's own.
 */

const TIMES_HEADER = 12;
const LARGEST_KEEP = 1024 * 1024;
const STEM = 'new';

/**
 * Writes everything of a pack but some objects into new packs, and puts those beside it: durable on return, with the
 * old one's `.keep` and times of unreachable objects. Git may read either from then on. A kill leaves no half pack
 * that git would use: the index comes last.
 */
export async function writeSuccessors(
  ground: EraseGround,
  pack: StoredPack,
  doomed: IdCollection,
): Promise<readonly string[]> {
  if (keptOf(pack, doomed).next().done === true) return [];
  const { stdout } = await ground.runner.run({
    // Never thin: what is left out cannot be a base. Deltas between what stays are taken over as they are.
    args: ['pack-objects', '-q', '--delta-base-offset', '--window=0', join(ground.scratchDir, STEM)],
    stdin: linesOf(keptOf(pack, doomed)),
    settings: pack.endings.has('.rev') ? [['pack.writeReverseIndex', 'true']] : [],
    maxOutputBytes: LARGE_OUTPUT_BYTES,
    deadlineMs: LONG_DEADLINE_MS,
  });
  const hashes = stdout
    .toString('latin1')
    .split('\n')
    .filter((line) => line !== '');
  if (!hashes.every((hash) => /^[0-9a-f]{40,64}$/.test(hash))) throw unexpectedAnswer('pack-objects');
  for (const hash of hashes) install(ground, pack, hash);
  return hashes.map((hash) => `pack-${hash}`);
}

/** In the pack's order. */
function* keptOf({ ids }: StoredPack, doomed: IdCollection): Generator<ObjectId> {
  for (const id of ids.inPackOrder()) if (!doomed.has(id)) yield id;
}

function install(ground: EraseGround, pack: StoredPack, hash: string): void {
  const { scratchDir, objectsDir } = ground;
  const from = join(scratchDir, `${STEM}-${hash}`);
  const directory = join(objectsDir, 'pack');
  const to = join(directory, `pack-${hash}`);
  guardFiles(to, () => {
    if (pack.endings.has('.keep')) copyKeep(ground, pack, to);
    // The same pack may be there already; then it is left as it is.
    if (lstatSync(`${to}.idx`, { throwIfNoEntry: false }) === undefined) {
      if (pack.endings.has('.mtimes')) writeTimes(ground, pack, { from, to });
      for (const ending of ENDINGS) {
        if (lstatSync(from + ending, { throwIfNoEntry: false })) renameSync(from + ending, to + ending);
      }
      renameSync(`${from}.idx`, `${to}.idx`);
    }
    syncDirectory(directory);
  });
}

const ENDINGS = ['.pack', '.rev'] as const;

/** Takes away the packs that a killed erasure had put in place without their index. */
export function undoHalfInstalled({ scratchDir, objectsDir }: EraseGround): void {
  for (const name of listNames(scratchDir)) {
    const hash = /^new-([0-9a-f]{40,64})\.idx$/.exec(name)?.[1];
    if (hash === undefined) continue;
    const to = join(objectsDir, 'pack', `pack-${hash}`);
    if (isRealFile(`${to}.idx`)) continue;
    for (const ending of [...ENDINGS, '.keep', '.mtimes']) removeIfThere(to + ending);
  }
}

function copyKeep(ground: EraseGround, pack: StoredPack, to: string): void {
  const temporary = join(ground.scratchDir, 'keep');
  const content = readSmallFile(`${pack.path}.keep`, LARGEST_KEEP);
  replaceFile(temporary, content ?? new Uint8Array(0));
  moveLike(temporary, { to: `${to}.keep`, like: `${pack.path}.keep` });
}

/** Keeps the times of unreachable objects, by which git will decide when to let go of them. */
function writeTimes(
  { scratchDir, idBytes }: EraseGround,
  pack: StoredPack,
  { from, to }: { readonly from: string; readonly to: string },
): void {
  const old = readFileSync(`${pack.path}.mtimes`);
  const known = old.length >= TIMES_HEADER + pack.ids.size * 4 && old.toString('latin1', 0, 4) === 'MTME';
  if (!known) return;
  const ids = openPackIds(`${from}.idx`, idBytes, new PageCache());
  if (ids === undefined) throw unexpectedAnswer('pack-objects');
  const table = Buffer.alloc(ids.size * 4);
  for (let position = 0; position < ids.size; position += 1) {
    const before = pack.ids.find(ids.at(position));
    if (before !== undefined)
      old.copy(table, position * 4, TIMES_HEADER + before * 4, TIMES_HEADER + before * 4 + 4);
  }
  const packSum = readEnd(`${from}.pack`, idBytes);
  const body = Buffer.concat([old.subarray(0, TIMES_HEADER), table, packSum]);
  const sum = createHash(idBytes === 32 ? 'sha256' : 'sha1')
    .update(body)
    .digest();
  const temporary = join(scratchDir, 'times');
  replaceFile(temporary, Buffer.concat([body, sum]));
  moveLike(temporary, { to: `${to}.mtimes`, like: `${pack.path}.mtimes` });
}

/** Whoever could read the old file can read the new one. */
function moveLike(from: string, { to, like }: { readonly to: string; readonly like: string }): void {
  chmodSync(from, lstatSync(like).mode & 0o7777);
  renameSync(from, to);
}

function readEnd(path: string, length: number): Buffer {
  const fd = openSync(path, 'r');
  try {
    const end = Buffer.alloc(length);
    readSync(fd, end, 0, length, fstatSync(fd).size - length);
    return end;
  } finally {
    closeSync(fd);
  }
}
