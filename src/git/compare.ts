import type { ObjectId, PatchOptions, TreeChange, TreeComparer } from '#ports/objects.ts';
import { HeddleError } from '#domain/error.ts';
import { EMPTY_TREE, isObjectId } from './objects/hash.ts';
import { DiffTree } from './objects/diff-tree.ts';
import type { RawChange } from './raw-diff.ts';
import { LONG_DEADLINE_MS, type GitRunner } from './run.ts';

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
