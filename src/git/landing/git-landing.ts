import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { utf8 } from '#domain/encoding/bytes.ts';
import type { Trailer } from '#domain/landing/landing-message.ts';
import type { ObjectId } from '#ports/objects.ts';
import type {
  BranchPlace,
  FollowStep,
  IndexContent,
  Landing,
  MergeAnswer,
  MergeQuestion,
  RepositoryPlaces,
  WorktreeIndex,
} from '#ports/repository.ts';
import { failedWith, guardFiles, readSmallFile } from '#git/private-file.ts';
import { isObjectId } from '#git/objects/hash.ts';
import type { GitRunner } from '#git/run.ts';
import { GitWorktrees } from '#git/worktree/worktrees.ts';
import { mergeTrees } from './merge-trees.ts';
import { FollowingWorktree } from './following-worktree.ts';
import { UserIndex } from './worktree-index.ts';

/** Brings threads into branches by way of git. */
export class GitLanding implements Landing {
  readonly #runner: GitRunner;
  readonly #places: RepositoryPlaces;

  constructor(runner: GitRunner, places: RepositoryPlaces) {
    this.#runner = runner;
    this.#places = places;
  }

  merge(question: MergeQuestion, theirs: ObjectId): Promise<MergeAnswer> {
    return mergeTrees({ runner: this.#runner, places: this.#places }, question, theirs);
  }

  async addTrailers(message: string, trailers: readonly Trailer[]): Promise<string> {
    const { stdout } = await this.#runner.withoutConfiguration().run({
      args: [
        'interpret-trailers',
        '--no-divider',
        '--where=end',
        '--if-exists=add',
        '--if-missing=add',
        ...trailers.map(({ token, value }) => `--trailer=${token}: ${value}`),
      ],
      stdin: utf8(`${message}\n`),
    });
    return stdout.toString('utf8');
  }

  async isAncestor(commit: ObjectId, head: ObjectId): Promise<boolean> {
    // 128: a commit that is gone is nobody's ancestor.
    const { code } = await this.#runner.run({
      args: ['merge-base', '--is-ancestor', commit, head],
      accept: [1, 128],
    });
    return code === 0;
  }

  async commonAncestor(one: ObjectId, other: ObjectId): Promise<ObjectId | null> {
    const { code, stdout } = await this.#runner.run({ args: ['merge-base', one, other], accept: [1] });
    const found = stdout.toString('latin1').trimEnd();
    return code === 0 && isObjectId(found) ? found : null;
  }

  async countCommits(from: ObjectId, to: ObjectId): Promise<number | null> {
    const { code, stdout } = await this.#runner.run({
      args: ['rev-list', '--count', `${from}..${to}`],
      accept: [128],
    });
    const count = Number(stdout.toString('latin1').trimEnd());
    return code === 0 && Number.isSafeInteger(count) ? count : null;
  }

  async isSymbolic(ref: string): Promise<boolean> {
    const { code } = await this.#runner.run({
      args: ['symbolic-ref', '--quiet', ref],
      accept: [1, 128],
    });
    return code === 0;
  }

  async placesOf(ref: string): Promise<readonly BranchPlace[]> {
    const found: BranchPlace[] = [];
    for (const place of await new GitWorktrees(this.#runner, this.#places).list()) {
      const busy = busyWith(place.gitDir);
      const head = readText(join(place.gitDir, 'HEAD'));
      const rebased = REBASES.some((name) => readText(join(place.gitDir, name)) === ref);
      if ((head === `ref: ${ref}` || rebased) && existsSync(place.directory)) found.push({ ...place, busy });
    }
    return found;
  }

  differing(place: FollowStep['place'], tree: ObjectId | null): Promise<readonly Uint8Array[]> {
    return this.#at(place).differing(tree);
  }

  obstacles(step: FollowStep): Promise<readonly Uint8Array[]> {
    return this.#at(step.place).obstacles(step);
  }

  follow(step: FollowStep): Promise<void> {
    return this.#at(step.place).follow(step);
  }

  async underWay(gitDir: string): Promise<string | null> {
    return busyWith(gitDir);
  }

  readIndex(place: FollowStep['place']): Promise<WorktreeIndex> {
    return this.#indexOf(place).read();
  }

  writeIndex(place: FollowStep['place'], content: IndexContent): Promise<void> {
    return this.#indexOf(place).write(content);
  }

  #at(place: FollowStep['place']): FollowingWorktree {
    return new FollowingWorktree(this.#runner.at(place.directory), this.#placesAt(place));
  }

  #indexOf(place: FollowStep['place']): UserIndex {
    return new UserIndex(this.#runner.at(place.directory), this.#placesAt(place));
  }

  #placesAt({ directory, gitDir }: FollowStep['place']): RepositoryPlaces {
    return { ...this.#places, worktree: directory, gitDir };
  }
}

/** Where a rebase keeps the branch that it will move at its end. */
const REBASES = ['rebase-merge/head-name', 'rebase-apply/head-name'];

/** What git leaves in a worktree's directory while somebody is in the middle of something. */
const UNDER_WAY: readonly (readonly [file: string, what: string])[] = [
  ['rebase-merge', 'a rebase'],
  ['rebase-apply', 'a rebase'],
  ['MERGE_HEAD', 'a merge'],
  ['CHERRY_PICK_HEAD', 'a cherry-pick'],
  ['REVERT_HEAD', 'a revert'],
  ['BISECT_START', 'a bisection'],
];

function busyWith(gitDir: string): string | null {
  const names = guardFiles(gitDir, () => {
    try {
      return readdirSync(gitDir);
    } catch (cause) {
      if (failedWith(cause, 'ENOENT')) return [];
      throw cause;
    }
  });
  return UNDER_WAY.find(([file]) => names.includes(file))?.[1] ?? null;
}

function readText(path: string): string | undefined {
  const bytes = readSmallFile(path, LONGEST_LINK);
  return bytes === undefined ? undefined : new TextDecoder().decode(bytes).trimEnd();
}

const LONGEST_LINK = 8192;
