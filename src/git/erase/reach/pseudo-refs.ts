import { basename, join, relative } from 'node:path';
import type { ObjectId } from '#ports/objects.ts';
import { listGitDirs, type EraseGround } from '#git/erase/ground.ts';
import { isRealDirectory, isRealFile, listNames } from '#git/erase/store/real-files.ts';
import { operationDirectories, type Operations } from './operations.ts';
import { walkFiles } from '#git/erase/walk-files.ts';
import { readSmallFile } from '#git/private-file.ts';

/** Ids in files that are not refs of their own. */
export interface NamingFile {
  readonly gitDir: string;
  readonly path: string;
  /** Below the common directory. */
  readonly where: string;
  readonly ids: readonly ObjectId[];
}

const LARGEST = 64 * 1024 * 1024;
const PER_WORKTREE_REFS = ['refs/bisect', 'refs/worktree', 'refs/rewritten'] as const;
/** Messages that git keeps for an editor, and patches for one. */
const MESSAGES =
  /^(?:COMMIT_EDITMSG|MERGE_MSG|SQUASH_MSG|TAG_EDITMSG|NOTES_EDITMSG|EDIT_DESCRIPTION|MERGE_RR|ADD_EDIT\.patch|addp-hunk-edit\.diff|MERGE_MODE|SQUASH_EDITMSG)$/;
const OF_OPERATIONS = /^(?:MERGE_|CHERRY_PICK_|REVERT_|REBASE_|BISECT_|NOTES_MERGE_|AUTO_MERGE$|SQUASH_)/;
/** One message that git writes anew at each commit, whatever else is going on. */
const LEFT_BEHIND = /^(?:COMMIT_EDITMSG|TAG_EDITMSG|ADD_EDIT\.patch|addp-hunk-edit\.diff|EDIT_DESCRIPTION)$/;

/** Files right in a Git directory that hold a message or a patch, and whether an unfinished operation needs them. */
export function listMessages(
  gitDir: string,
  operations: Operations,
): readonly { readonly path: string; readonly ofOperation: boolean }[] {
  return listNames(gitDir)
    .filter((name) => MESSAGES.test(name) && isRealFile(join(gitDir, name)))
    .map((name) => ({
      path: join(gitDir, name),
      ofOperation: !LEFT_BEHIND.test(name) && operations.has(gitDir),
    }));
}

/** Files of operations in progress, and the ids in them: what those still need. */
export function listOperations(ground: EraseGround, operations: Operations): readonly NamingFile[] {
  return listGitDirs(ground)
    .filter((gitDir) => operations.has(gitDir))
    .flatMap((gitDir) => {
      const own = listNames(gitDir).filter(
        (name) => OF_OPERATIONS.test(name) && isRealFile(join(gitDir, name)),
      );
      const below = operationDirectories(gitDir).flatMap((name) =>
        [...walkFiles(join(gitDir, name))].map((file) => join(name, file.relative.toString())),
      );
      return [...own, ...below].map((name) => readNaming(ground, gitDir, name));
    });
}

/** `ORIG_HEAD`, `FETCH_HEAD` and whatever else names objects right in a Git directory, and belongs to no operation. */
export function listPseudoRefs(ground: EraseGround, operations: Operations): readonly NamingFile[] {
  return listGitDirs(ground).flatMap((gitDir) =>
    listNames(gitDir)
      .filter((name) => /^[A-Z][A-Z0-9_-]*$/.test(name) && name !== 'HEAD' && !MESSAGES.test(name))
      .filter((name) => isRealFile(join(gitDir, name)))
      .filter((name) => !(OF_OPERATIONS.test(name) && operations.has(gitDir)))
      .map((name) => readNaming(ground, gitDir, name))
      .filter(({ ids }) => ids.length > 0),
  );
}

/** Refs that belong to one worktree alone, of all of them: git lists those of the current one. */
export function listWorktreeRefs(ground: EraseGround): readonly NamingFile[] {
  return listGitDirs(ground).flatMap((gitDir) =>
    PER_WORKTREE_REFS.filter((name) => isRealDirectory(join(gitDir, name))).flatMap((name) =>
      [...walkFiles(join(gitDir, name))].map((file) =>
        readNaming(ground, gitDir, join(name, file.relative.toString())),
      ),
    ),
  );
}

function readNaming({ places }: EraseGround, gitDir: string, name: string): NamingFile {
  const path = join(gitDir, name);
  const text = Buffer.from(readSmallFile(path, LARGEST) ?? []).toString('latin1');
  const ids = text.match(/(?<![0-9a-f])(?:[0-9a-f]{64}|[0-9a-f]{40})(?![0-9a-f])/g) ?? [];
  return { gitDir, path, where: relative(places.commonDir, path), ids: [...new Set(ids)].filter(isObject) };
}

function isObject(id: string): boolean {
  return !/^0+$/.test(id);
}

/** The bare name of the file. */
export function nameOf({ path }: NamingFile): string {
  return basename(path);
}
