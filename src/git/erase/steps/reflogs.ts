import { relative } from 'node:path';
import { escapePath } from '#domain/encoding/percent-escape.ts';
import type { Erasable } from '#ports/removal.ts';
import type { ObjectId } from '#ports/objects.ts';
import { exchangeFile } from '#git/erase/exchange-file.ts';
import { withGitLock } from '#git/erase/git-lock.ts';
import type { EraseGround } from '#git/erase/ground.ts';
import { isRealFile } from '#git/erase/store/real-files.ts';
import { findClosureBehind } from '#git/erase/reach/closure.ts';
import {
  isStashLog,
  listReflogs,
  readReflog,
  type Reflog,
  type ReflogLine,
} from '#git/erase/reach/reflogs.ts';
import { strongRoots } from '#git/erase/reach/roots.ts';
import type { IdCollection } from '#git/erase/ids/object-ids.ts';
import { prepareScratch } from '#git/erase/scratch.ts';

/**
 * Removes the entries of reflogs that name a commit which holds removed content or descends from one that does, and
 * that no ref reaches. Each log is replaced in one step under Git's lock on its ref; the entries that stay follow one
 * another as `git reflog delete --rewrite` leaves them.
 */
export async function eraseReflogs(ground: EraseGround, target: Erasable): Promise<readonly string[]> {
  await prepareScratch(ground);
  const logs = listReflogs(ground).filter((log) => !isStashLog(log));
  if (logs.length === 0) return [];
  const ids = logs.flatMap(({ path }) => readReflog(path).flatMap(idsIn));
  const closure = await findClosureBehind(ground, target, { roots: await strongRoots(ground), ids });
  if (closure === undefined || closure.doomed.size === 0) return [];
  const { doomed } = closure;
  const done: string[] = [];
  for (const log of logs) {
    if (!readReflog(log.path).some((line) => namesDoomed(line, doomed))) continue;
    const count = await withRefLock(ground, log, () => cleanLog(ground, log, doomed));
    if (count > 0)
      done.push(`${count} ${count === 1 ? 'entry' : 'entries'} of the reflog of ${nameLog(ground, log)}`);
  }
  return done;
}

/** How a reflog is called where people read it. */
export function nameLog({ places }: EraseGround, { gitDir, ref }: Reflog): string {
  const below = relative(places.commonDir, gitDir);
  return escapePath(below === '' ? ref : Buffer.concat([Buffer.from(`${below}/`), ref]));
}

/** Tells whether a line names one of these, in its message too. */
export function namesDoomed(line: ReflogLine, doomed: IdCollection): boolean {
  return idsIn(line).some((id) => doomed.has(id));
}

function idsIn({ raw }: ReflogLine): readonly ObjectId[] {
  return (raw.toString('latin1').match(FULL_IDS) ?? []).filter((id) => !/^0+$/.test(id));
}

const FULL_IDS = /(?<![0-9a-f])(?:[0-9a-f]{64}|[0-9a-f]{40})(?![0-9a-f])/g;

/** Whoever writes a reflog holds the lock of its ref. Where another ref's file is in the way, no such ref can be. */
async function withRefLock(
  ground: EraseGround,
  { gitDir, ref }: Reflog,
  work: () => number,
): Promise<number> {
  const path = Buffer.concat([Buffer.from(`${gitDir}/`), ref]);
  for (let slash = path.lastIndexOf('/'); slash > gitDir.length; slash = path.lastIndexOf('/', slash - 1)) {
    if (isRealFile(path.subarray(0, slash))) return work();
  }
  return withGitLock(ground, path, work);
}

function cleanLog(ground: EraseGround, { path }: Reflog, doomed: IdCollection): number {
  const lines = readReflog(path);
  const kept: Buffer[] = [];
  let last: ObjectId | undefined;
  let removed = 0;
  for (const line of lines) {
    if (line.ids !== undefined && doomed.has(line.ids.new)) {
      removed += 1;
      last ??= '0'.repeat(line.ids.new.length);
      continue;
    }
    kept.push(rewriteLine(line, { doomed, before: last }));
    if (line.ids !== undefined) last = line.ids.new;
  }
  exchangeFile(ground, path, Buffer.concat(kept));
  return removed === 0 ? 1 : removed;
}

/** What an entry came from is what the entry before it went to; a message may name where somebody once stood. */
function rewriteLine(
  { raw, ids }: ReflogLine,
  { doomed, before }: { readonly doomed: IdCollection; readonly before: ObjectId | undefined },
): Buffer {
  const text = raw.toString('latin1');
  const nothing = (id: string): string => (doomed.has(id) ? '0'.repeat(id.length) : id);
  if (ids === undefined) return Buffer.from(text.replace(FULL_IDS, nothing), 'latin1');
  const old = doomed.has(ids.old) ? (before ?? '0'.repeat(ids.old.length)) : ids.old;
  const rest = text.slice(ids.old.length).replace(FULL_IDS, nothing);
  return Buffer.from(old + rest, 'latin1');
}
