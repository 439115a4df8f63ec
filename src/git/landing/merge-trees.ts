import { join } from 'node:path';
import { utf8 } from '#domain/encoding/bytes.ts';
import type { ObjectId } from '#ports/objects.ts';
import type { MergeAnswer, MergeQuestion, RepositoryPlaces } from '#ports/repository.ts';
import type { Setting } from '#git/environment.ts';
import { unexpectedAnswer } from '#git/failure.ts';
import { EMPTY_TREE, isObjectId } from '#git/objects/hash.ts';
import { LARGE_OUTPUT_BYTES, LONG_DEADLINE_MS, type GitRunner } from '#git/run.ts';
import { readMergeSettings } from '#git/settings.ts';
import { splitRecords } from '#git/worktree/records.ts';
import { ScratchObjects } from '#git/blame/scratch-objects.ts';

const CONFLICT = 1;

/**
 * `git merge-tree --write-tree`. It merges commits, and states are none: commits with their trees are made in a
 * directory of their own, which git reads beside the repository's objects and which is gone afterwards.
 */
export async function mergeTrees(
  { runner, places }: { readonly runner: GitRunner; readonly places: RepositoryPlaces },
  question: MergeQuestion,
  theirs: ObjectId,
): Promise<MergeAnswer> {
  const scratch = new ScratchObjects();
  try {
    const [ours, other] = sides(scratch, question, theirs);
    const read = scratch.objects;
    const merging = runner.withObjects({ written: join(places.commonDir, 'objects'), read });
    const { code, stdout } = await merging.run({
      args: [
        'merge-tree',
        '--write-tree',
        '-z',
        '--name-only',
        '--no-messages',
        '--allow-unrelated-histories',
        ours,
        other,
      ],
      settings: await disarmed(runner),
      accept: [CONFLICT],
      maxOutputBytes: LARGE_OUTPUT_BYTES,
      deadlineMs: LONG_DEADLINE_MS,
    });
    return answer(code, stdout);
  } finally {
    scratch.remove();
  }
}

/** Filters and merge programs that the repository itself names do not run; what they would merge is a conflict. */
async function disarmed(runner: GitRunner): Promise<readonly Setting[]> {
  return (await readMergeSettings(runner)).overrides;
}

function sides(scratch: ScratchObjects, question: MergeQuestion, theirs: ObjectId): [ObjectId, ObjectId] {
  const { ours, from } = question;
  if (question.kind === 'history') {
    return [question.ours, addCommit(scratch, theirs, from === null ? [] : [from])];
  }
  const base = addCommit(scratch, from ?? EMPTY_TREE, []);
  return [addCommit(scratch, ours ?? EMPTY_TREE, [base]), addCommit(scratch, theirs, [base])];
}

function addCommit(scratch: ScratchObjects, tree: ObjectId, parents: readonly ObjectId[]): ObjectId {
  const headers = [
    `tree ${tree}`,
    ...parents.map((parent) => `parent ${parent}`),
    ...['author', 'committer'].map((role) => `${role} heddle <heddle> 4102444800 +0000`),
  ];
  return scratch.add('commit', utf8(`${headers.join('\n')}\n\n`));
}

function answer(code: number, stdout: Buffer): MergeAnswer {
  const [tree, ...paths] = splitRecords(stdout);
  const id = tree?.toString('latin1') ?? '';
  if (!isObjectId(id)) throw unexpectedAnswer('merge-tree');
  if (code !== CONFLICT) return { kind: 'merged', tree: id };
  const unique = new Map(paths.map((path) => [path.toString('latin1'), new Uint8Array(path)]));
  return { kind: 'conflict', paths: [...unique.values()].filter((path) => path.length > 0) };
}
