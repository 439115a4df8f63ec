import type { ObjectId } from '#ports/objects.ts';
import { unexpectedAnswer } from '#git/failure.ts';
import { parseRawDiff, type RawChange } from '#git/diff/raw-diff.ts';
import { LARGE_OUTPUT_BYTES, LONG_DEADLINE_MS, type GitRunner } from '#git/run.ts';
import type { AnswerReader } from './answer-reader.ts';
import { GitTalk } from './git-talk.ts';
import { corrupt } from './object-name.ts';

/*
 * What `git diff-tree --stdin -z --raw` makes of a request of two lines, the second of which names no object and is
 * given back as it is, after everything before it was written:
 *
 *   <tree> SP <tree> LF                 the question, given back: left out where git cannot read one of the two
 *   :<modes, ids, status> NUL path NUL  for each difference
 *   . LF                                the end
 */
const END = '.';
const END_BYTE = 0x2e;
const NUL = 0;
const LONGEST_LINE = 256;
const LONGEST_PATH = 1_048_576;
const COMMAND = 'diff-tree';
const ARGS = ['--stdin', '-r', '-z', '--raw', '--no-abbrev', '--no-renames', '--no-relative'] as const;

/** One `git diff-tree --stdin`, started at the first question and kept: a history costs one child, not one a state. */
export class DiffTree {
  readonly #talk: GitTalk;

  constructor(runner: GitRunner) {
    this.#talk = new GitTalk(runner, [COMMAND, ...ARGS], LONG_DEADLINE_MS);
  }

  /** Every difference between two trees, by their full ids. Throws `OBJECT_CORRUPT`, `GIT_FAILED`. */
  async compare(oldTree: ObjectId, newTree: ObjectId): Promise<readonly RawChange[]> {
    const pair = `${oldTree} ${newTree}`;
    let changes: readonly RawChange[] = [];
    await this.#talk.inTurn((ask) =>
      ask(`${pair}\n${END}\n`, async ({ answers }) => {
        const first = await answers.line(LONGEST_LINE);
        if (first === END) throw corrupt(newTree);
        if (first !== pair) throw unexpectedAnswer(COMMAND);
        changes = await readChanges(answers);
      }),
    );
    return changes;
  }

  /** Ends the child for good. */
  close(): Promise<void> {
    return this.#talk.close();
  }
}

async function readChanges(answers: AnswerReader): Promise<readonly RawChange[]> {
  const changes: RawChange[] = [];
  for (let bytes = 0; ;) {
    const start = await answers.piece(1);
    if (start[0] === END_BYTE) {
      if ((await answers.line(LONGEST_LINE)) !== '') throw unexpectedAnswer(COMMAND);
      return changes;
    }
    const rest = await answers.until(NUL, LONGEST_LINE);
    const path = await answers.until(NUL, LONGEST_PATH);
    bytes += rest.length + path.length;
    if (bytes > LARGE_OUTPUT_BYTES) throw unexpectedAnswer(COMMAND);
    changes.push(...parseRawDiff([Buffer.concat([start, rest]), path], COMMAND));
  }
}
