import { join } from 'node:path';
import { decodeUtf8, utf8 } from '#domain/encoding/bytes.ts';
import { escapePath } from '#domain/encoding/percent-escape.ts';
import { HeddleError } from '#domain/error.ts';
import { hashObject } from '#git/objects/hash.ts';
import { LARGE_OUTPUT_BYTES, LONG_DEADLINE_MS, type GitRunner } from '#git/run.ts';
import type {
  FileChange,
  HistoryCommit,
  LineOrigin,
  LineRange,
  LineTracer,
  LineTracers,
  OriginQuestion,
} from '#ports/line-origins.ts';
import type { ObjectId } from '#ports/objects.ts';
import type { RepositoryPlaces } from '#ports/repository.ts';
import { parseChanges } from './changes.ts';
import { readEdits } from './edits.ts';
import { findAncestors, listBetween, walkHistory } from './history.ts';
import { IncrementalAnswer } from './incremental.ts';
import { ScratchObjects } from './scratch-objects.ts';
import type { NamedObject } from './scratch-pack.ts';

/** More would make a command line that some systems refuse; what was not asked for is left out afterwards. */
const MOST_RANGES = 500;
/** Seconds since 1970: the year 2100. */
const FAR_FUTURE = 4_102_444_800;

/** Opens tracers that ask `git blame`. */
export class GitLineTracers implements LineTracers {
  readonly #runner: GitRunner;
  readonly #places: RepositoryPlaces;

  constructor(runner: GitRunner, places: RepositoryPlaces) {
    this.#runner = runner;
    this.#places = places;
  }

  async open(): Promise<LineTracer> {
    return new GitLineTracer(this.#runner, () => {
      const objects = new ScratchObjects();
      const places = { written: objects.objects, read: join(this.#places.commonDir, 'objects') };
      return { objects, runner: this.#runner.withObjects(places) };
    });
  }
}

/** What git may see beside the repository's, and one that does. */
interface Scratch {
  readonly objects: ScratchObjects;
  readonly runner: GitRunner;
}

class GitLineTracer implements LineTracer {
  readonly #runner: GitRunner;
  readonly #makeScratch: () => Scratch;
  #scratch: Scratch | undefined;
  readonly #made = new Map<string, ObjectId>();
  readonly #unwritten: NamedObject[] = [];

  constructor(runner: GitRunner, makeScratch: () => Scratch) {
    this.#runner = runner;
    this.#makeScratch = makeScratch;
  }

  makeCommit(tree: ObjectId, parents: readonly ObjectId[], of: string): ObjectId {
    const key = [tree, of, ...parents].join(' ');
    const known = this.#made.get(key);
    if (known !== undefined) return known;
    const headers = [
      `tree ${tree}`,
      ...parents.map((parent) => `parent ${parent}`),
      // Git looks at commits in the order of their time: what is made later comes before its parents.
      ...['author', 'committer'].map(
        (role) => `${role} heddle <heddle> ${FAR_FUTURE + this.#made.size} +0000`,
      ),
    ];
    const content = utf8(`${headers.join('\n')}\n\n${of}\n`);
    const id = hashObject('commit', content);
    this.#made.set(key, id);
    this.#unwritten.push({ kind: 'commit', content, id });
    return id;
  }

  walk(heads: readonly ObjectId[], without: readonly ObjectId[]): Promise<readonly HistoryCommit[]> {
    // What branches have is not of states; the second `--not` takes back the first for what is read.
    return walkHistory(this.#runner, heads, { without, beside: ['--not', '--branches', '--not'] });
  }

  ancestors(
    commits: readonly ObjectId[],
    heads: readonly ObjectId[],
  ): Promise<ReadonlyMap<ObjectId, ReadonlySet<ObjectId>>> {
    return findAncestors(this.#runner, commits, heads);
  }

  async origins(question: OriginQuestion): Promise<readonly LineOrigin[]> {
    const { commit, path, lines, parents, ignoreWhitespace } = question;
    const name = pathArgument(path);
    const { runner, list } = this.#standIn(parents);
    const answer = new IncrementalAnswer(question.seen);
    const asked = runner.stream(
      {
        args: [
          'blame',
          '--incremental',
          '--no-textconv',
          // Lists of revisions to pass over would move lines to commits that did not bring them in.
          '--ignore-revs-file=',
          '-M',
          '-C',
          ...(ignoreWhitespace ? ['-w'] : []),
          ...(list === undefined ? [] : ['-S', list]),
          ...rangeArguments(lines),
          commit,
          '--',
          name,
        ],
        instead: [
          // The graph would tell the parents that are stood in for.
          ['core.commitGraph', String(parents.size === 0)],
          // Newer gits would take another one from the configuration.
          ['diff.algorithm', 'myers'],
        ],
        deadlineMs: LONG_DEADLINE_MS,
      },
      (piece) => answer.push(piece),
    );
    await asked.catch((error: unknown) => {
      throw error instanceof HeddleError && error.code === 'NOT_FOUND' ? missing(commit, path) : error;
    });
    return within(answer.end(), lines);
  }

  edits(...[steps, path, take]: Parameters<LineTracer['edits']>): Promise<boolean> {
    return readEdits(this.#runner, { steps, path: pathArgument(path) }, take);
  }

  async changes(options: Parameters<LineTracer['changes']>[0]): Promise<readonly FileChange[]> {
    const { heads, without, paths, most, follow = false, everySide = false } = options;
    if (heads.length === 0) return [];
    const revisions = [...heads, ...without.map((commit) => `^${commit}`)];
    const { stdout } = await this.#runner.run({
      args: [
        'log',
        `--max-count=${most}`,
        '--format=%H',
        '--raw',
        '--no-abbrev',
        ...(follow ? ['--follow', '--find-renames'] : ['--no-renames']),
        ...(everySide ? ['--full-history'] : []),
        '--diff-merges=first-parent',
        '--stdin',
      ],
      stdin: utf8([...revisions, '--', ...paths.map(pathArgument)].map((line) => `${line}\n`).join('')),
      maxOutputBytes: LARGE_OUTPUT_BYTES,
      deadlineMs: LONG_DEADLINE_MS,
    });
    return parseChanges(stdout);
  }

  between(since: ObjectId | null, until: ObjectId, most: number): Promise<readonly ObjectId[]> {
    return listBetween(this.#runner, { since, until, most });
  }

  async close(): Promise<void> {
    this.#scratch?.objects.remove();
  }

  /** A git that sees what was made, and the list of parents that it takes; the repository's own where there is none. */
  #standIn(parents: OriginQuestion['parents']): { readonly runner: GitRunner; readonly list?: string } {
    if (this.#made.size + parents.size === 0) return { runner: this.#runner };
    this.#scratch ??= this.#makeScratch();
    const { objects, runner } = this.#scratch;
    objects.addPack(this.#unwritten.splice(0));
    return parents.size === 0 ? { runner } : { runner, list: objects.writeParents(parents) };
  }
}

/** Arguments are text; what is none cannot be asked about. */
function pathArgument(path: Uint8Array): string {
  const text = decodeUtf8(path);
  if (text !== undefined && !text.includes('\n')) return text;
  const feature = 'blame of a path that is not UTF-8, or has a line break in it';
  throw new HeddleError('GIT_UNSUPPORTED', `heddle does not support ${feature}`, {
    facts: { feature, path: escapePath(path), advice: 'give the file a name of plain text on one line' },
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
