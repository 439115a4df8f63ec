import { utf8 } from '#domain/encoding/bytes.ts';
import { EMPTY_TREE } from '#git/objects/hash.ts';
import { LINE_DIFF } from '#git/diff/line-diff.ts';
import { LONG_DEADLINE_MS, type GitRunner } from '#git/run.ts';
import type { FileEdit, TreeStep } from '#ports/line-origins.ts';
import { EditAnswer } from './edit-answer.ts';

/** Gits that compare at the same time; another one is worth it for so many steps. */
const MOST_PARTS = 4;
const SHORTEST_PART = 32;
/** Steps that one git takes before the next one's: so that all of them are at about the same place. */
const BLOCK = 4;
/** Bytes of all answers. */
const MOST_HELD = 64 * 1024 * 1024;
const CANNOT_READ = 128;

interface Question {
  readonly steps: readonly TreeStep[];
  readonly path: string;
}

/** A git is not heard to its end. */
class Enough extends Error {}

/** See `LineTracer.edits`. */
export async function readEdits(
  runner: GitRunner,
  question: Question,
  take: (edit: FileEdit) => boolean,
): Promise<boolean> {
  const answers = new Answers(question, take);
  await Promise.all(answers.parts.map((part) => readPart(runner, part, answers)));
  return !answers.isLost;
}

interface Part {
  readonly questions: readonly string[];
  readonly path: string;
  readonly answer: EditAnswer;
}

/** What some gits answer, put in order. */
class Answers {
  readonly parts: readonly Part[];
  readonly #take: (edit: FileEdit) => boolean;
  #taken = 0;
  #held = 0;
  #isOver = false;
  #isLost = false;

  constructor({ steps, path }: Question, take: (edit: FileEdit) => boolean) {
    this.#take = take;
    const count = Math.max(1, Math.min(MOST_PARTS, Math.floor(steps.length / SHORTEST_PART)));
    const questions = steps.map(({ before, after }) => `${before ?? EMPTY_TREE} ${after}`);
    this.parts = Array.from({ length: count }, (_, part) => {
      const own = questions.filter((__, index) => Math.floor(index / BLOCK) % count === part);
      return { questions: own, path, answer: new EditAnswer(own, path) };
    });
  }

  /** Something is missing of what was wanted. */
  get isLost(): boolean {
    return this.#isLost;
  }

  /** Throws {@link Enough} where no more is wanted of the part. */
  push({ answer }: Part, piece: Uint8Array): void {
    this.#held += piece.length;
    if (!this.#isOver) answer.push(piece);
    if (this.#held > MOST_HELD) this.lose();
    this.#hand();
    if (this.#isOver || !answer.isPlain) throw new Enough();
  }

  end({ answer }: Part): void {
    if (!this.#isOver) answer.end();
    this.#hand();
  }

  lose(): void {
    this.#isLost ||= !this.#isOver;
    this.#isOver = true;
  }

  /** Hands on what is next, as far as it is known: what is behind the last that was wanted may be whatever it is. */
  #hand(): void {
    for (let edit = this.#next(); edit !== undefined && !this.#isOver; edit = this.#next()) {
      this.#taken += 1;
      if (edit === null) this.lose();
      else this.#isOver = !this.#take(edit);
    }
  }

  #next(): FileEdit | null | undefined {
    const round = BLOCK * this.parts.length;
    const part = this.parts[Math.floor((this.#taken % round) / BLOCK)];
    return part?.answer.of(Math.floor(this.#taken / round) * BLOCK + (this.#taken % BLOCK));
  }
}

/** Blame's own diff knows no attribute or setting either. */
const ARGS = ['--stdin', '--raw', '--no-abbrev', '--full-index', ...LINE_DIFF] as const;

async function readPart(runner: GitRunner, part: Part, answers: Answers): Promise<void> {
  if (part.questions.length === 0) return;
  try {
    const code = await runner.stream(
      {
        args: ['diff-tree', ...ARGS, '--', part.path],
        stdin: utf8(part.questions.map((question) => `${question}\n`).join('')),
        accept: [CANNOT_READ],
        deadlineMs: LONG_DEADLINE_MS,
      },
      (piece) => answers.push(part, piece),
    );
    if (code === CANNOT_READ) answers.lose();
    answers.end(part);
  } catch (error) {
    // The others are not to be waited for where one failed.
    if (error instanceof Enough) return;
    answers.lose();
    throw error;
  }
}
