import { readFileSync } from 'node:fs';
import type { Erasable } from '#ports/removal.ts';
import { exchangeFile } from '#git/erase/exchange-file.ts';
import { withGitLock } from '#git/erase/git-lock.ts';
import { listGitDirs, type EraseGround } from '#git/erase/ground.ts';
import { isRealFile } from '#git/erase/store/real-files.ts';
import { Lookalike } from '#git/erase/lookalike.ts';
import { Needles } from '#git/erase/needles.ts';
import { findOperations, type Operations } from '#git/erase/reach/operations.ts';
import { findClosureBehind } from '#git/erase/reach/closure.ts';
import { listMessages, listPseudoRefs, nameOf, type NamingFile } from '#git/erase/reach/pseudo-refs.ts';
import { strongRoots } from '#git/erase/reach/roots.ts';
import { prepareScratch } from '#git/erase/scratch.ts';
import { guardFiles, readSmallFile, removeIfThere } from '#git/private-file.ts';
import type { IdCollection } from '#git/erase/ids/object-ids.ts';
import { relative } from 'node:path';

const LARGEST_MESSAGE = 64 * 1024 * 1024;

/**
 * Removes pseudo-refs that keep what is to be erased alive, and messages left behind that quote it. What an operation
 * in progress needs is never touched.
 */
export async function erasePseudoRefs(ground: EraseGround, target: Erasable): Promise<readonly string[]> {
  await prepareScratch(ground);
  const operations = await findOperations(ground);
  const done = removeMessages(ground, target, operations);
  const files = listPseudoRefs(ground, operations);
  if (files.length === 0) return done;
  const ids = files.flatMap((file) => file.ids);
  const closure = await findClosureBehind(ground, target, { roots: await strongRoots(ground), ids });
  if (closure === undefined) return done;
  const { doomed } = closure;
  for (const file of files) {
    if (!file.ids.some((id) => doomed.has(id))) continue;
    await withGitLock(ground, file.path, () => dropIds(ground, file, doomed));
    done.push(file.where);
  }
  return done;
}

/** `FETCH_HEAD` has a line for each ref that was fetched, and the others stay. */
function dropIds(ground: EraseGround, file: NamingFile, doomed: IdCollection): void {
  if (!isRealFile(file.path)) return;
  const lines = guardFiles(file.path, () => readFileSync(file.path, 'latin1')).split(/(?<=\n)/);
  const kept = lines.filter((line) => !file.ids.some((id) => doomed.has(id) && line.includes(id)));
  if (nameOf(file) === 'FETCH_HEAD' && kept.length > 0) {
    exchangeFile(ground, file.path, Buffer.from(kept.join(''), 'latin1'));
  } else if (kept.length < lines.length) removeIfThere(file.path);
}

function removeMessages(ground: EraseGround, target: Erasable, operations: Operations): string[] {
  const found = listGitDirs(ground)
    .flatMap((gitDir) => listMessages(gitDir, operations))
    .filter(({ path, ofOperation }) => !ofOperation && quotes(path, target));
  for (const { path } of found) removeIfThere(path);
  return found.map(({ path }) => relative(ground.places.commonDir, path));
}

/** Tells whether a small file holds a removed content, or most of its lines. */
export function quotes(path: string | Buffer, target: Erasable): boolean {
  const bytes = Buffer.from(readSmallFile(path, LARGEST_MESSAGE) ?? []);
  const { content, trace } = Needles.inFiles(target).search(bytes);
  return content || trace || new Lookalike(target).resembles(bytes);
}
