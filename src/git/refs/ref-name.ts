import { utf8 } from '#domain/encoding/bytes.ts';
import { HeddleError } from '#domain/error.ts';
import { BRANCH_REFS, HEDDLE_REFS, NOTES_REFS } from '#domain/refs.ts';
import { refSegmentProblem } from '#domain/resource/thread-name.ts';

const LONGEST = 1024;
/** What file systems hold in one name, with `.lock` behind. */
const LONGEST_SEGMENT = 250;

/** Tells whether a text is a ref that heddle keeps: below `refs/heddle/`, by Git's grammar, of sane length. */
export function isHeddleRef(name: string): boolean {
  return isRefBelow(HEDDLE_REFS, name);
}

/** The same for a ref of Git's own: a branch, which a landing moves, or notes, which an export writes. */
export function isBranchRef(name: string): boolean {
  return [BRANCH_REFS, NOTES_REFS].some(
    (prefix) => isRefBelow(prefix, name) && !name.startsWith('-', prefix.length),
  );
}

function isRefBelow(prefix: string, name: string): boolean {
  if (!name.startsWith(prefix) || utf8(name).length > LONGEST) return false;
  const segments = name.slice(prefix.length).split('/');
  return (
    !name.endsWith('.') &&
    segments.every(
      (segment) => refSegmentProblem(segment) === undefined && utf8(segment).length <= LONGEST_SEGMENT,
    )
  );
}

/** Refuses every ref but a branch and notes: throws `FORMAT_INVALID`. */
export function requireBranchRef(name: string): string {
  if (isBranchRef(name)) return name;
  throw new HeddleError('FORMAT_INVALID', 'not a branch, and no notes', {
    facts: { ref: name.slice(0, 200) },
  });
}

/** Refuses every ref but heddle's own: throws `FORMAT_INVALID`. */
export function requireHeddleRef(name: string): string {
  if (isHeddleRef(name)) return name;
  throw new HeddleError('FORMAT_INVALID', 'not a ref that heddle may touch', {
    facts: { ref: name.slice(0, 200) },
  });
}
