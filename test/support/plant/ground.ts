import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TestRepository } from '../repositories/repository.ts';

/** A repository and a content that is to be removed from it. */
export interface GroundOptions {
  readonly repository: TestRepository;
  /** Where the content stands in the work tree. */
  readonly path: string;
  readonly content: string;
  /** Another file, nearly the same but without the secret, that has to outlive the removal. */
  readonly neighbour: string;
}

/** The repository with what the plants need: they use git alone, and leave work tree and branches as they were. */
export class Ground {
  readonly repository: TestRepository;
  readonly path: string;
  readonly content: string;
  readonly neighbour: string;
  /** Id of the content's blob. */
  readonly blob: string;
  #made = 0;

  constructor({ repository, path, content, neighbour }: GroundOptions) {
    this.repository = repository;
    this.path = path;
    this.content = content;
    this.neighbour = neighbour;
    this.blob = this.input(['hash-object', '--stdin'], content);
  }

  get gitDirectory(): string {
    return join(this.repository.path, '.git');
  }

  get objects(): string {
    return join(this.gitDirectory, 'objects');
  }

  git(...argv: readonly string[]): string {
    return this.repository.git(...argv);
  }

  /** Runs git with something on stdin, or in another environment. */
  input(
    argv: readonly string[],
    input: string | Uint8Array,
    env: Readonly<Record<string, string>> = {},
  ): string {
    return execFileSync('git', [...argv], {
      cwd: this.repository.path,
      env: { ...this.repository.env, ...env },
      input,
      encoding: 'utf8',
      stdio: ['pipe', 'pipe', 'pipe'],
    }).trimEnd();
  }

  /** The same, and it may fail: true where it did not. */
  succeeds(...argv: readonly string[]): boolean {
    try {
      this.git(...argv);
      return true;
    } catch {
      return false;
    }
  }

  /** A commit above HEAD that holds the content, on no ref; every object of it is in the store. */
  commitHolding(message = 'holds it'): string {
    this.input(['hash-object', '-w', '--stdin'], this.content);
    // What a user would have with `git add` and `git commit`, without touching their index.
    const index = this.beside('index');
    const run = (...argv: readonly string[]): string => this.input(argv, '', { GIT_INDEX_FILE: index });
    run('read-tree', 'HEAD');
    run('update-index', '--add', '--cacheinfo', `100644,${this.blob},${this.path}`);
    const tree = run('write-tree');
    rmSync(index);
    return this.git('commit-tree', '-p', 'HEAD', '-m', message, tree);
  }

  /** A linked worktree without a branch, beside the repository; what runs git in it. */
  linkedWorktree(): { readonly path: string; readonly git: (...argv: readonly string[]) => string } {
    const path = this.beside('linked');
    this.git('worktree', 'add', '-q', '--detach', path);
    return { path, git: (...argv) => this.repository.gitIn(path, ...argv) };
  }

  /** A path beside the work tree that nothing stands at. */
  beside(name: string): string {
    for (;;) {
      this.#made += 1;
      const path = join(this.repository.root, `${name}-${this.#made}`);
      if (!existsSync(path)) return path;
    }
  }

  /** Writes a file in a directory that it makes. */
  write(path: string, bytes: string | Uint8Array): void {
    mkdirSync(join(path, '..'), { recursive: true });
    writeFileSync(path, bytes);
  }

  /** Forgets what the logs of HEAD and the branches know, in every worktree; the stash is a reflog too, and stays. */
  expireReflogs(): void {
    const expire = [
      'reflog',
      'expire',
      '--expire=now',
      '--expire-unreachable=now',
      'HEAD',
      'refs/heads/main',
    ];
    this.git(...expire);
    for (const path of this.linkedWorktrees()) this.repository.gitIn(path, ...expire);
  }

  /** Roots of the worktrees beside the main one. */
  linkedWorktrees(): readonly string[] {
    const listed = this.git('worktree', 'list', '--porcelain').matchAll(/^worktree (.+)$/gm);
    return [...listed].flatMap(([, path]) =>
      path === undefined || path === this.repository.path ? [] : [path],
    );
  }

  looseFile(id = this.blob): string {
    return join(this.objects, id.slice(0, 2), id.slice(2));
  }

  /** Absolute paths of packs. */
  packs(): readonly string[] {
    const directory = join(this.objects, 'pack');
    if (!existsSync(directory)) return [];
    return readdirSync(directory)
      .filter((name) => /^pack-.*\.pack$/.test(name))
      .map((name) => join(directory, name));
  }

  /** What `verify-pack -v` says of an object: `[id, type, …]`, with depth and base at the end for a delta. */
  packed(id = this.blob): readonly { readonly pack: string; readonly words: readonly string[] }[] {
    return this.packs().flatMap((pack) =>
      this.git('verify-pack', '-v', pack.replace(/pack$/, 'idx'))
        .split('\n')
        .map((line) => line.split(/ +/))
        .filter((words) => words[0] === id)
        .map((words) => ({ pack, words })),
    );
  }
}
