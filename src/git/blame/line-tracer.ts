import { join } from 'node:path';
import { decodeUtf8, utf8 } from '#domain/encoding/bytes.ts';
import { escapePath } from '#domain/encoding/percent-escape.ts';
import { HeddleError } from '#domain/error.ts';
import { unexpectedAnswer } from '#git/failure.ts';
import { isObjectId } from '#git/objects/hash.ts';
import { encodeTree } from '#git/objects/tree-format.ts';
import { LARGE_OUTPUT_BYTES, LONG_DEADLINE_MS, type GitRunner } from '#git/run.ts';
import type {
  FileChange,
  LineOrigin,
  LineRange,
  LineTracer,
  LineTracers,
  OriginQuestion,
} from '#ports/line-origins.ts';
import type { ObjectId } from '#ports/objects.ts';
import type { RepositoryPlaces } from '#ports/repository.ts';
import { parseChanges } from './changes.ts';
import { parseIncremental } from './incremental.ts';
import { ScratchObjects } from './scratch-objects.ts';

/** More would make a command line that some systems refuse; what was not asked for is left out afterwards. */
const MOST_RANGES = 500;
const NOT_FOUND_EXIT = 128;

/** Opens tracers that ask `git blame`. */
export class GitLineTracers implements LineTracers {
  readonly #runner: GitRunner;
  readonly #places: RepositoryPlaces;

  constructor(runner: GitRunner, places: RepositoryPlaces) {
    this.#runner = runner;
    this.#places = places;
  }

  async open(): Promise<LineTracer> {
    const scratch = new ScratchObjects();
    const objects = { written: scratch.objects, read: join(this.#places.commonDir, 'objects') };
    return new GitLineTracer(this.#runner.withObjects(objects), scratch);
  }
}

class GitLineTracer implements LineTracer {
  readonly #runner: GitRunner;
  readonly #scratch: ScratchObjects;

  constructor(runner: GitRunner, scratch: ScratchObjects) {
    this.#runner = runner;
    this.#scratch = scratch;
  }

  async makeCommit(tree: ObjectId, parents: readonly ObjectId[]): Promise<ObjectId> {
    const headers = [
      `tree ${tree}`,
      ...parents.map((parent) => `parent ${parent}`),
      // Git looks at commits in the order of their time: these come before their parents, whatever those say.
      ...['author', 'committer'].map((role) => `${role} heddle <heddle> 4102444800 +0000`),
    ];
    return this.#scratch.add('commit', utf8(`${headers.join('\n')}\n\n`));
  }

  async nestTree(name: string, tree: ObjectId): Promise<ObjectId> {
    return this.#scratch.add('tree', encodeTree([{ mode: '40000', name: utf8(name), id: tree }]));
  }

  async origins(question: OriginQuestion): Promise<readonly LineOrigin[]> {
    const { commit, path, lines, parents, ignoreWhitespace } = question;
    const name = pathArgument(path);
    const { code, stdout } = await this.#runner.run({
      args: [
        'blame',
        '--incremental',
        '--no-textconv',
        // Lists of revisions to pass over would move lines to commits that did not bring them in.
        '--ignore-revs-file=',
        '-M',
        '-C',
        ...(ignoreWhitespace ? ['-w'] : []),
        ...(parents.size === 0 ? [] : ['-S', this.#scratch.writeParents(parents)]),
        ...rangeArguments(lines),
        commit,
        '--',
        name,
      ],
      // The graph would tell the parents that are stood in for.
      instead: [['core.commitGraph', String(parents.size === 0)]],
      accept: [NOT_FOUND_EXIT],
      maxOutputBytes: LARGE_OUTPUT_BYTES,
      deadlineMs: LONG_DEADLINE_MS,
    });
    if (code === NOT_FOUND_EXIT) throw missing(commit, path);
    return within(parseIncremental(stdout), lines);
  }

  async changes(options: Parameters<LineTracer['changes']>[0]): Promise<readonly FileChange[]> {
    const { heads, without, path, most } = options;
    if (heads.length === 0) return [];
    const revisions = [...heads, ...without.map((commit) => `^${commit}`)];
    const { stdout } = await this.#runner.run({
      args: [
        'log',
        `--max-count=${most}`,
        '--format=%H',
        '--raw',
        '--no-abbrev',
        '--no-renames',
        '--diff-merges=first-parent',
        '--stdin',
      ],
      stdin: utf8([...revisions, '--', pathArgument(path)].map((line) => `${line}\n`).join('')),
      maxOutputBytes: LARGE_OUTPUT_BYTES,
      deadlineMs: LONG_DEADLINE_MS,
    });
    return parseChanges(stdout);
  }

  async ancestors(commits: readonly ObjectId[], head: ObjectId): Promise<ReadonlySet<ObjectId>> {
    const { stdout } = await this.#runner.run({
      args: ['rev-list', '--stdin'],
      stdin: utf8([...commits, `^${head}`].map((line) => `${line}\n`).join('')),
      maxOutputBytes: LARGE_OUTPUT_BYTES,
      deadlineMs: LONG_DEADLINE_MS,
    });
    const beyond = new Set(readIds(stdout));
    return new Set(commits.filter((commit) => !beyond.has(commit)));
  }

  async between(since: ObjectId | null, until: ObjectId, most: number): Promise<readonly ObjectId[]> {
    if (since === null) return [until];
    const { stdout } = await this.#runner.run({
      args: ['rev-list', '--topo-order', `--max-count=${most + 1}`, '--stdin'],
      stdin: utf8([until, `^${since}`].map((line) => `${line}\n`).join('')),
      maxOutputBytes: LARGE_OUTPUT_BYTES,
      deadlineMs: LONG_DEADLINE_MS,
    });
    return readIds(stdout).toReversed();
  }

  async close(): Promise<void> {
    this.#scratch.remove();
  }
}

function readIds(answer: Buffer): readonly ObjectId[] {
  const ids = answer
    .toString('latin1')
    .split('\n')
    .filter((line) => line !== '');
  if (!ids.every(isObjectId)) throw unexpectedAnswer('rev-list');
  return ids;
}

/** Arguments are text; what is none cannot be asked about. */
function pathArgument(path: Uint8Array): string {
  const text = decodeUtf8(path);
  if (text !== undefined && !text.includes('\n')) return text;
  const feature = 'blame of a path that is not UTF-8, or has a line break in it';
  throw new HeddleError('GIT_UNSUPPORTED', `heddle does not support ${feature}`, {
    facts: { feature, path: escapePath(path) },
  });
}

function rangeArguments(lines: readonly LineRange[] | null): readonly string[] {
  if (lines === null || lines.length > MOST_RANGES) return [];
  return lines.flatMap(({ first, last }) => ['-L', `${first},${last}`]);
}

/** Cuts runs down to the lines that were asked for. */
function within(origins: readonly LineOrigin[], lines: readonly LineRange[] | null): readonly LineOrigin[] {
  if (lines === null || lines.length <= MOST_RANGES) return origins;
  return origins.flatMap((run) =>
    lines.flatMap(({ first, last }) => {
      const from = Math.max(first, run.line);
      const to = Math.min(last, run.line + run.count - 1);
      if (to < from) return [];
      return [{ ...run, line: from, origin: run.origin + from - run.line, count: to - from + 1 }];
    }),
  );
}

function missing(commit: ObjectId, path: Uint8Array): HeddleError {
  return new HeddleError('NOT_FOUND', 'no such file, or fewer lines than were asked for', {
    facts: { path: escapePath(path), commit },
    preserved: 'nothing was changed',
  });
}
