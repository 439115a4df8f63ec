import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

export interface BuildOptions {
  /** Passed to `git init`. */
  readonly init?: readonly string[];
  /** False leaves the repository without a commit. */
  readonly commit?: boolean;
}

/** A Git repository in a directory of its own, with a home of its own: nothing of the machine's shows in it. */
export class TestRepository {
  /** Holds everything; {@link TestRepository.dispose} removes it. */
  readonly root: string;
  /** Root of the work tree. */
  readonly path: string;
  readonly #env: Record<string, string>;

  constructor({ init = [], commit = true }: BuildOptions = {}) {
    this.root = mkdtempSync(join(tmpdir(), 'heddle-repository-'));
    this.path = join(this.root, 'work');
    this.#env = hermeticEnvironment(join(this.root, 'home'));
    mkdirSync(this.path);
    this.git('init', '-q', '-b', 'main', ...init);
    if (!commit) return;
    this.write('README', 'first\n');
    this.commit('first');
  }

  /** The whole environment for git, and for heddle. */
  get env(): Readonly<Record<string, string>> {
    return this.#env;
  }

  /** From here on commits say when they were made, as anybody's do, and not always the same. */
  useRealDates(): void {
    delete this.#env['GIT_AUTHOR_DATE'];
    delete this.#env['GIT_COMMITTER_DATE'];
  }

  /** Runs git in the work tree; its output without the last newline. Throws where it fails. */
  git(...args: readonly string[]): string {
    return this.gitIn(this.path, ...args);
  }

  /** The same elsewhere. */
  gitIn(cwd: string, ...args: readonly string[]): string {
    return this.gitBytes(cwd, args).toString('utf8').replace(/\n$/, '');
  }

  /** The raw output. */
  gitBytes(cwd: string, args: readonly string[], input: Uint8Array = new Uint8Array(0)): Buffer {
    return execFileSync('git', [...args], {
      cwd,
      env: this.env,
      input,
      maxBuffer: 1024 ** 3,
      stdio: ['pipe', 'pipe', 'pipe'],
    });
  }

  /** Writes a file, its directories too. Names may be raw bytes. */
  write(path: string | Buffer, content: string | Uint8Array): void {
    const absolute = this.absolute(path);
    mkdirSync(Buffer.from(dirname(absolute.toString('latin1')), 'latin1'), { recursive: true });
    writeFileSync(absolute, content);
  }

  link(path: string, target: string): void {
    mkdirSync(dirname(join(this.path, path)), { recursive: true });
    symlinkSync(target, join(this.path, path));
  }

  executable(path: string, content: string): void {
    this.write(path, content);
    chmodSync(join(this.path, path), 0o755);
  }

  remove(path: string | Buffer): void {
    rmSync(this.absolute(path), { recursive: true, force: true });
  }

  absolute(path: string | Buffer): Buffer {
    return Buffer.concat([Buffer.from(`${this.path}/`), Buffer.from(path)]);
  }

  /** Commits everything in the work tree; the commit's id. */
  commit(message: string): string {
    this.git('add', '-A');
    this.git('commit', '-q', '--allow-empty', '-m', message);
    return this.git('rev-parse', 'HEAD');
  }

  /** The tree that the user's own `git add -A` would make, without touching the user's index. */
  expectedTree(): string {
    const indexFile = join(this.root, `expected-${process.hrtime.bigint()}`);
    const run = (...args: readonly string[]): string =>
      execFileSync('git', [...args], {
        cwd: this.path,
        env: { ...this.env, GIT_INDEX_FILE: indexFile },
        encoding: 'utf8',
        stdio: ['pipe', 'pipe', 'pipe'],
      }).trimEnd();
    const head = tryRun(() => this.git('rev-parse', '--verify', '-q', 'HEAD'));
    if (head !== undefined) run('read-tree', head);
    run('add', '-A');
    const tree = run('write-tree');
    rmSync(indexFile);
    return tree;
  }

  /** Fills the work tree with many small files, a hundred in a directory. */
  makeLarge(files: number): void {
    for (let index = 0; index < files; index += 1) {
      this.write(`d${Math.floor(index / 100)}/f${index}.txt`, `content ${index}\n`);
    }
  }

  /** Makes a history of so many commits, quickly; the last one's id. */
  deepHistory(commits: number): string {
    const lines: string[] = [];
    for (let index = 1; index <= commits; index += 1) {
      const text = `line ${index}\n`;
      lines.push(
        'commit refs/heads/deep',
        `committer Test <test@example.org> ${1_700_000_000 + index} +0000`,
        `data ${message(index).length}`,
        message(index),
        'M 100644 inline counter',
        `data ${text.length}`,
        text,
      );
    }
    this.gitBytes(this.path, ['fast-import', '--quiet', '--force'], Buffer.from(`${lines.join('\n')}\n`));
    return this.git('rev-parse', 'refs/heads/deep');
  }

  /** Makes a merge commit with two parents; its id. */
  makeMerge(): string {
    const base = this.git('rev-parse', 'HEAD');
    this.write('ours', 'ours\n');
    this.commit('ours');
    const ours = this.git('rev-parse', 'HEAD');
    this.git('checkout', '-q', '--detach', base);
    this.write('theirs', 'theirs\n');
    const theirs = this.commit('theirs');
    this.git('checkout', '-q', 'main');
    this.git('merge', '-q', '--no-ff', '-m', 'merge', theirs);
    if (this.git('rev-parse', 'HEAD^1') !== ours) throw new Error('the merge has its first parent');
    return this.git('rev-parse', 'HEAD');
  }

  /** Adds everything that is awkward in a work tree; the paths of it. */
  oddNames(): readonly Buffer[] {
    const files = [
      'with space.txt',
      'new\nline.txt',
      'tab\there',
      'quote"and\'s',
      'back\\slash',
      '-option',
      ':(glob)*',
      'percent%41',
      'ünï/cödé.txt',
      'deep/er/and/deeper/still.txt',
      'empty',
    ].map((name) => Buffer.from(name));
    files.push(Buffer.from([0x6c, 0x61, 0x74, 0x69, 0x6e, 0xe9]), Buffer.from([0xff, 0xfe, 0x2f, 0x80]));
    for (const file of files)
      this.write(file, file.equals(Buffer.from('empty')) ? '' : `in ${file.toString('hex')}\n`);
    this.write('crlf.txt', 'one\r\ntwo\r\n');
    this.write(
      'binary',
      Uint8Array.from({ length: 300 }, (_, index) => index & 255),
    );
    this.executable('run.sh', '#!/bin/sh\n');
    this.link('link', 'README');
    this.link('dangling', '../nowhere/\u00e9');
    const named = ['crlf.txt', 'binary', 'run.sh', 'link', 'dangling'].map((name) => Buffer.from(name));
    return [...files, ...named];
  }

  /** Adds a submodule at `path`, checked out; the commit it stands at. */
  submodule(path: string): string {
    const source = join(this.root, `source-of-${path.replaceAll('/', '-')}`);
    mkdirSync(source);
    this.gitIn(source, 'init', '-q', '-b', 'main');
    writeFileSync(join(source, 'inside'), 'inside\n');
    this.gitIn(source, 'add', '-A');
    this.gitIn(source, 'commit', '-q', '-m', 'inside');
    this.git('-c', 'protocol.file.allow=always', 'submodule', '--quiet', 'add', source, path);
    return this.gitIn(source, 'rev-parse', 'HEAD');
  }

  dispose(): void {
    rmSync(this.root, { recursive: true, force: true });
  }
}

/** An environment that holds nothing of the machine's or the user's but the way to programs. */
export function hermeticEnvironment(home: string): Record<string, string> {
  mkdirSync(join(home, '.config', 'git'), { recursive: true });
  writeFileSync(
    join(home, '.config', 'git', 'config'),
    '[user]\n\tname = Test\n\temail = test@example.org\n[init]\n\tdefaultBranch = main\n[gc]\n\tauto = 0\n',
  );
  return {
    PATH: process.env['PATH'] ?? '',
    HOME: home,
    XDG_CONFIG_HOME: join(home, '.config'),
    XDG_DATA_HOME: join(home, '.local', 'share'),
    XDG_STATE_HOME: join(home, '.local', 'state'),
    XDG_CACHE_HOME: join(home, '.cache'),
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_AUTHOR_DATE: '2026-01-02T03:04:05Z',
    GIT_COMMITTER_DATE: '2026-01-02T03:04:05Z',
    TZ: 'UTC',
    LANG: 'C.UTF-8',
  };
}

function message(index: number): string {
  return `commit ${index}`;
}

function tryRun(run: () => string): string | undefined {
  try {
    return run();
  } catch {
    return undefined;
  }
}
