import { HeddleError } from '#domain/error.ts';
import type { ObjectId } from '#ports/objects.ts';
import type { Incoming, IncomingObject } from '#ports/server/incoming.ts';
import { unexpectedAnswer } from '#git/failure.ts';
import { isObjectId } from '#git/objects/hash.ts';
import { LARGE_OUTPUT_BYTES, LONG_DEADLINE_MS, type GitRunner } from '#git/run.ts';

/** What git holds back of a push until it is accepted. */
export class GitIncoming implements Incoming {
  readonly #runner: GitRunner;
  readonly #alone: GitRunner | null;

  /**
   * @param runner reads the repository, and what came.
   * @param alone reads what came and nothing else; null where nothing came.
   */
  constructor(runner: GitRunner, alone: GitRunner | null) {
    this.#runner = runner;
    this.#alone = alone;
  }

  async objects(most: number): Promise<readonly IncomingObject[]> {
    if (this.#alone === null) return [];
    const { stdout } = await this.#alone.run({
      args: [
        'cat-file',
        '--batch-all-objects',
        '--unordered',
        '--batch-check=%(objectname) %(objecttype) %(objectsize)',
      ],
      maxOutputBytes: LARGE_OUTPUT_BYTES,
      deadlineMs: LONG_DEADLINE_MS,
    });
    const lines = bounded(stdout.toString('latin1'), most, 'objects');
    return lines.map((line) => {
      const [id, kind, size, ...rest] = line.split(' ');
      if (id === undefined || !isObjectId(id) || kind === undefined || size === undefined || rest.length > 0)
        throw unexpectedAnswer('cat-file');
      return { id, kind, size: Number(size) };
    });
  }

  async reached(
    from: readonly ObjectId[],
    without: readonly ObjectId[],
    most: number,
  ): Promise<readonly ObjectId[]> {
    if (from.length === 0) return [];
    const args = ['rev-list', '--objects', '--no-object-names', '--stdin'] as const;
    return bounded(await this.#list(args, from, without), most, 'objects');
  }

  async commits(
    from: readonly ObjectId[],
    without: readonly ObjectId[],
    most: number,
  ): Promise<readonly ObjectId[]> {
    if (from.length === 0) return [];
    const args = ['rev-list', `--max-count=${most + 1}`, '--stdin'] as const;
    // Of a tag that names no commit git would say nothing, as of one that brings none.
    const commits = from.map((id) => `${id}^{commit}`);
    return bounded(await this.#list(args, commits, without), most, 'commits');
  }

  async #list(
    args: readonly [string, ...string[]],
    from: readonly string[],
    without: readonly ObjectId[],
  ): Promise<string> {
    const asked = [...from, ...[...new Set(without)].map((id) => `^${id}`)];
    const { stdout } = await this.#runner.run({
      args,
      stdin: Buffer.from(asked.map((line) => `${line}\n`).join('')),
      maxOutputBytes: LARGE_OUTPUT_BYTES,
      deadlineMs: LONG_DEADLINE_MS,
    });
    return stdout.toString('latin1');
  }
}

function bounded(text: string, most: number, what: string): readonly string[] {
  const lines = text.split('\n').filter((line) => line !== '');
  if (lines.length <= most) return lines;
  throw new HeddleError('FORMAT_INVALID', `a push brings at most ${most} ${what}`, {
    preserved: 'nothing was accepted',
  });
}
