import type { ObjectId, PatchOptions, TreeChange, TreeComparer } from '#ports/objects.ts';
import { HeddleError } from '#domain/error.ts';
import { EMPTY_TREE, isObjectId } from './objects/hash.ts';
import { DiffTree } from './objects/diff-tree.ts';
import { unexpectedAnswer } from './failure.ts';
import type { RawChange } from './raw-diff.ts';
import { LARGE_OUTPUT_BYTES, LONG_DEADLINE_MS, type GitRunner } from './run.ts';
import { splitRecords } from './worktree/records.ts';

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
    const { stdout } = await this.#runner.run({
      args: [
        'diff-tree',
        '-r',
        '-z',
        '--numstat',
        '--text',
        '--diff-algorithm=myers',
        '--ignore-submodules=none',
        '--no-renames',
        '--no-relative',
        '--no-ext-diff',
        '--no-textconv',
        ...trees,
        '--',
      ],
      maxOutputBytes: LARGE_OUTPUT_BYTES,
      deadlineMs: LONG_DEADLINE_MS,
    });
    return splitRecords(stdout).reduce((sum, record) => sum + changedLines(record), 0);
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

const NUMSTAT = /^(\d{1,15})\t(\d{1,15})\t/;

/** A record of `--numstat -z`: lines added, lines removed, path. */
function changedLines(record: Buffer): number {
  const match = NUMSTAT.exec(record.toString('latin1'));
  if (match === null) throw unexpectedAnswer('diff-tree');
  return Number(match[1]) + Number(match[2]);
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
