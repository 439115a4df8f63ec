import { join } from 'node:path';
import { utf8 } from '#domain/encoding/bytes.ts';
import type { ObjectId } from '#ports/objects.ts';
import type { MergeAnswer, MergeQuestion, RepositoryPlaces } from '#ports/repository.ts';
import { unexpectedAnswer } from '#git/failure.ts';
import { EMPTY_TREE, isObjectId } from '#git/objects/hash.ts';
import { LARGE_OUTPUT_BYTES, LONG_DEADLINE_MS, type GitRunner } from '#git/run.ts';
import { readMergeSettings } from '#git/settings.ts';
import { splitRecords } from '#git/worktree/records.ts';
import { parseConflicts } from './parse-conflicts.ts';
import { ScratchRepository } from './scratch-repository.ts';

const CONFLICT = 1;

/**
 * `git merge-tree --write-tree`. It merges commits, and states are none; and it calls the sides of a conflict by the
 * names that it was given. So it runs in a repository of its own, outside of everything, which has two refs with those
 * names and reads and writes the objects of this one. Filters and merge programs that the repository itself names do
 * not run: what they would merge is a conflict.
 */
export async function mergeTrees(
  { runner, places }: { readonly runner: GitRunner; readonly places: RepositoryPlaces },
  question: MergeQuestion,
  theirs: ObjectId,
): Promise<MergeAnswer> {
  const scratch = new ScratchRepository(places.commonDir);
  try {
    const [ours, other] = sides(scratch, question, theirs);
    const names = scratch.nameSides({ ...question.names, commits: [ours, other] });
    const merging = runner.inScratch({
      gitDir: scratch.gitDir,
      worktree: places.worktree,
      objects: { written: join(places.commonDir, 'objects'), read: scratch.objects },
      shallow: join(places.commonDir, 'shallow'),
    });
    const { settings, overrides } = await readMergeSettings(runner);
    const { code, stdout } = await merging.run({
      args: ['merge-tree', '--write-tree', '-z', '--messages', '--allow-unrelated-histories', ...names],
      settings: [...settings, ...overrides],
      accept: [CONFLICT],
      maxOutputBytes: LARGE_OUTPUT_BYTES,
      deadlineMs: LONG_DEADLINE_MS,
    });
    // Git may have advice for people behind its last NUL.
    return answer(code, stdout.subarray(0, stdout.lastIndexOf(0) + 1));
  } finally {
    scratch.remove();
  }
}

function sides(
  scratch: ScratchRepository,
  question: MergeQuestion,
  theirs: ObjectId,
): readonly [ObjectId, ObjectId] {
  const { ours, from } = question;
  if (question.kind === 'history') {
    return [question.ours, addCommit(scratch, theirs, from === null ? [] : [from])];
  }
  const base = addCommit(scratch, from ?? EMPTY_TREE, []);
  return [addCommit(scratch, ours ?? EMPTY_TREE, [base]), addCommit(scratch, theirs, [base])];
}

function addCommit(scratch: ScratchRepository, tree: ObjectId, parents: readonly ObjectId[]): ObjectId {
  const headers = [
    `tree ${tree}`,
    ...parents.map((parent) => `parent ${parent}`),
    ...['author', 'committer'].map((role) => `${role} heddle <heddle> 4102444800 +0000`),
  ];
  return scratch.add('commit', utf8(`${headers.join('\n')}\n\n`));
}

function answer(code: number, stdout: Buffer): MergeAnswer {
  const [tree, ...records] = splitRecords(stdout);
  const id = tree?.toString('latin1') ?? '';
  if (!isObjectId(id)) throw unexpectedAnswer('merge-tree');
  return code === CONFLICT
    ? { kind: 'conflict', tree: id, ...parseConflicts(records) }
    : { kind: 'merged', tree: id };
}
