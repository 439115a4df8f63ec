import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Erasable } from '#ports/removal.ts';
import { listGitDirs, type EraseGround } from '#git/erase/ground.ts';
import { isRealFile, listNames } from '#git/erase/store/real-files.ts';
import { blobIds, Needles } from '#git/erase/needles.ts';
import { prepareScratch } from '#git/erase/scratch.ts';
import { guardFiles, removeIfThere } from '#git/private-file.ts';
import { editIndex, type IndexDraft } from './index-edit.ts';
import { entriesWith, notInHead, type IndexEntry } from './index-entries.ts';
import { nameGitDir } from './resolve-undo.ts';

/**
 * Puts the replacement in the place of a removed blob in the index of every worktree, unless the worktree's HEAD
 * holds the blob at that path. Modes, stages and flags stay.
 */
export async function eraseIndexes(ground: EraseGround, target: Erasable): Promise<readonly string[]> {
  await prepareScratch(ground);
  const done: string[] = [];
  for (const gitDir of listGitDirs(ground)) {
    const changed = await editIndex(ground, gitDir, (draft) =>
      editEntries(ground, gitDir, { draft, target }),
    );
    if (changed) done.push(`index entries of ${nameGitDir(ground, gitDir)}`);
    const shared = removeShared(gitDir, target);
    if (shared > 0) done.push(`${shared} shared index files of ${nameGitDir(ground, gitDir)}`);
  }
  return done;
}

async function editEntries(
  ground: EraseGround,
  gitDir: string,
  { draft, target }: { readonly draft: IndexDraft; readonly target: Erasable },
): Promise<boolean> {
  const blobs = blobIds(target);
  const found = await entriesWith(draft, blobs);
  const entries = await notInHead(ground, gitDir, found);
  if (entries.length > 0) {
    await draft.run(['update-index', '-z', '--index-info'], encodeEntries(entries, target));
    await keepFlags(draft, entries);
    return true;
  }
  // Nothing of it is left among the entries, but what they stand on in a split index, or a cache, may still name it.
  const kept = new Set(found.map(({ id }) => id));
  const gone = [...blobs].filter((id) => !kept.has(id));
  if (!namesInBinary(gitDir, gone)) return false;
  await draft.run(['update-index', '--force-write-index']);
  return true;
}

/** `<mode> SP <id> SP <stage> TAB <path> NUL`; mode 0 takes an entry out, where nothing is to stand in its place. */
function encodeEntries(entries: readonly IndexEntry[], target: Erasable): Buffer {
  return Buffer.concat(
    entries.flatMap(({ mode, id, stage, path }) => {
      const replacement = target.replacementAt?.(id, path) ?? target.replacements.get(id);
      const head =
        replacement === undefined ? `0 ${'0'.repeat(id.length)} 0` : `${mode} ${replacement} ${stage}`;
      return [Buffer.from(`${head}\t`, 'latin1'), path, Buffer.of(0)];
    }),
  );
}

async function keepFlags(draft: IndexDraft, entries: readonly IndexEntry[]): Promise<void> {
  const flags = [
    ['--assume-unchanged', /^[a-z]$/],
    ['--skip-worktree', /^s$/i],
  ] as const;
  for (const [flag, pattern] of flags) {
    const paths = entries.filter(({ tag, stage }) => stage === '0' && pattern.test(tag));
    if (paths.length === 0) continue;
    const stdin = Buffer.concat(paths.flatMap(({ path }) => [path, Buffer.of(0)]));
    await draft.run(['update-index', flag, '-z', '--stdin'], stdin);
  }
}

/** Tells whether an index or what it shares holds one of these ids as git stores ids. */
function namesInBinary(gitDir: string, ids: readonly string[]): boolean {
  const needles = Needles.ofBinaryIds(ids);
  return ['index', ...sharedIndexes(gitDir)].some((name) => holds(join(gitDir, name), needles));
}

/** An index that was written whole needs what it shared no more; git would keep it for two weeks. */
function removeShared(gitDir: string, target: Erasable): number {
  const needles = Needles.ofBinaryIds(blobIds(target));
  const found = sharedIndexes(gitDir).filter((name) => holds(join(gitDir, name), needles));
  const index = guardFiles(gitDir, () =>
    isRealFile(join(gitDir, 'index')) ? readFileSync(join(gitDir, 'index')) : Buffer.alloc(0),
  );
  const unused = found.filter(
    (name) => !index.includes(Buffer.from(name.replace('sharedindex.', ''), 'hex')),
  );
  for (const name of unused) removeIfThere(join(gitDir, name));
  return unused.length;
}

/** The parts of split indexes in a Git directory. */
export function sharedIndexes(gitDir: string): readonly string[] {
  return listNames(gitDir).filter(
    (name) => /^sharedindex\.(?:[0-9a-f]{40}|[0-9a-f]{64})$/.test(name) && isRealFile(join(gitDir, name)),
  );
}

function holds(path: string, needles: Needles): boolean {
  if (!isRealFile(path)) return false;
  return guardFiles(path, () => needles.search(readFileSync(path))).trace;
}
