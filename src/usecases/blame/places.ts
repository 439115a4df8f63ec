import { concatBytes, utf8 } from '#domain/encoding/bytes.ts';
import type { LineRange } from '#ports/line-origins.ts';
import type { ObjectId } from '#ports/objects.ts';

/** A file of a commit: of a carrier, or of Git's own history. */
export interface CommitFile {
  readonly commit: ObjectId;
  /** Raw bytes, from the root of the work tree. */
  readonly path: Uint8Array;
}

/** A file that a commit of Git's history brought lines into. */
export interface DatedFile extends CommitFile {
  /** Undefined where it is none of heddle's to read. */
  readonly blob: ObjectId | undefined;
  /** Milliseconds since 1970; what the commit says of itself, for choosing what to compare it with first. */
  readonly at: number;
  readonly parents: readonly ObjectId[];
}

/** One line of the asked file, on its way to where it came from. */
export interface FollowedLine {
  /** In the asked file. */
  readonly line: number;
  /** Where it is now. */
  readonly at: number;
  /** Commits of Git's history that have it from a state, the one first that was met first: none is asked twice. */
  readonly through: readonly ObjectId[];
  /** False where the file in that commit is another one than the state's. */
  readonly exact: boolean;
}

/** Where a line came in. */
export interface FoundLine {
  readonly line: number;
  /** The carrier of the state that brought it in; null where none did. */
  readonly carrier: ObjectId | null;
  /** The commit of Git's history that did, or that has it from the state; null where there is none. */
  readonly commit: ObjectId | null;
  readonly path: Uint8Array;
  readonly origin: number;
  readonly exact: boolean;
}

const FILES = utf8('files/');

/** A path as a carrier has it. */
export function belowFiles(path: Uint8Array): Uint8Array {
  return concatBytes(FILES, path);
}

/** The runs of neighbouring numbers, in order. */
export function rangesOf(numbers: readonly number[]): readonly LineRange[] {
  const ranges: LineRange[] = [];
  for (const number of [...new Set(numbers)].toSorted((a, b) => a - b)) {
    const last = ranges.at(-1);
    if (last?.last === number - 1) ranges[ranges.length - 1] = { first: last.first, last: number };
    else ranges.push({ first: number, last: number });
  }
  return ranges;
}

/** The states that brought lines in, each once, in order of the lines. */
export function carriersOf(found: readonly FoundLine[]): readonly ObjectId[] {
  return [...new Set(found.flatMap(({ carrier }) => (carrier === null ? [] : [carrier])))];
}
