import type { ObjectId, PatchOptions, TreeChange, TreeComparer } from '#ports/objects.ts';
import { HeddleError } from '#domain/error.ts';
import { EMPTY_TREE, isObjectId } from '#git/objects/hash.ts';
import { DiffTree } from '#git/objects/diff-tree.ts';
import { LINE_DIFF } from './line-diff.ts';
import { unexpectedAnswer } from '#git/failure.ts';
import type { RawChange } from './raw-diff.ts';
import { LONG_DEADLINE_MS, type GitRunner } from '#git/run.ts';

/** Largest patch that is shown. */
const LARGEST_PATCH = 256 * 1024 * 1024;
const ABSENT = '000000';

/** Compares trees with git's own diff, without renames in data and with them in patches for people. */
export class GitTreeComparer implements TreeComparer {
  readonly #runner: GitRunner;
  readonly #trees: DiffTree;

  constructor(runner: GitRunner) {
    this.#runner = runner;
    this.#trees = new DiffTree(runner);
  }

  async compare(oldTree: ObjectId | null, newTree: ObjectId | null): Promise<readonly TreeChange[]> {
    const trees = [treeName(oldTree), treeName(newTree)] as const;
    if (trees[0] === trees[1]) return [];
    const changes = await this.#trees.compare(...trees);
    return changes.map(toChange);
  }

  async countLines(oldTree: ObjectId | null, newTree: ObjectId | null): Promise<number> {
    const trees = [treeName(oldTree), treeName(newTree)] as const;
    if (trees[0] === trees[1]) return 0;
    // `--numstat` tells nothing of what it takes for binary, whatever else is asked; hunks of a patch do.
    const { stdout } = await this.#runner.run({
      args: ['diff-tree', ...LINE_DIFF, ...trees, '--'],
      maxOutputBytes: LARGEST_PATCH,
      deadlineMs: LONG_DEADLINE_MS,
    });
    return linesInHunks(stdout);
  }

  async patch(
    oldTree: ObjectId | null,
    newTree: ObjectId | null,
    { stat, color, paths }: PatchOptions,
  ): Promise<Uint8Array> {
    const { stdout } = await this.#runner.run({
      args: [
        'diff-tree',
        '-r',
        '-M',
        stat ? '--stat' : '-p',
        `--color=${color ? 'always' : 'never'}`,
        '--no-ext-diff',
        '--no-textconv',
        '--no-relative',
        '--src-prefix=a/',
        '--dst-prefix=b/',
        treeName(oldTree),
        treeName(newTree),
        '--',
        ...paths,
      ],
      maxOutputBytes: LARGEST_PATCH,
      deadlineMs: LONG_DEADLINE_MS,
    });
    return stdout;
  }

  /** Ends the child that compares, for good. */
  close(): Promise<void> {
    return this.#trees.close();
  }
}

/** Begins a hunk and nothing else: every line of a file stands behind a sign. */
const HUNK_BEGINS = '\n@@ -';
const HUNK = /^\n@@ -\d+(?:,(\d+))? \+\d+(?:,(\d+))? @@/;
const LONGEST_HUNK_HEAD = 64;

/** Adds up what the heads of the hunks say; without context those are lines removed and lines added. */
function linesInHunks(patch: Buffer): number {
  let lines = 0;
  for (let at = patch.indexOf(HUNK_BEGINS); at >= 0; at = patch.indexOf(HUNK_BEGINS, at + 1)) {
    const match = HUNK.exec(patch.toString('latin1', at, at + LONGEST_HUNK_HEAD));
    if (match === null) throw unexpectedAnswer('diff-tree');
    lines += Number(match[1] ?? 1) + Number(match[2] ?? 1);
  }
  return lines;
}

function treeName(tree: ObjectId | null): ObjectId {
  if (tree === null) return EMPTY_TREE;
  if (isObjectId(tree)) return tree;
  throw new HeddleError('FORMAT_INVALID', 'not a Git object id', { facts: { name: tree.slice(0, 200) } });
}

function toChange(change: RawChange): TreeChange {
  const [hadOld, hasNew] = [change.oldMode !== ABSENT, change.newMode !== ABSENT];
  return {
    path: change.path,
    oldMode: hadOld ? change.oldMode : null,
    oldId: hadOld ? change.oldId : null,
    newMode: hasNew ? change.newMode : null,
    newId: hasNew ? change.newId : null,
  };
}
