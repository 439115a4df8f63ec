import { decodeUtf8, utf8 } from '#domain/encoding/bytes.ts';
import { HeddleError } from '#domain/error.ts';

declare const brand: unique symbol;
/** A valid thread name, made only by {@link parseThreadName}. */
export type ThreadName = string & { readonly [brand]: 'ThreadName' };

const MAX_LENGTH = 200;
// eslint-disable-next-line no-control-regex -- Git refuses control characters in ref names
const GIT_REFUSED = /[\u0000-\u0020\u007f~^?*[\\:]/u;

/** What Git refuses in one component of a ref name (git-check-ref-format), or undefined. */
export function refSegmentProblem(segment: string): string | undefined {
  if (segment === '') return 'has an empty segment';
  if (segment.startsWith('.')) return 'has a segment that begins with a dot';
  if (segment.toLowerCase().endsWith('.lock')) return 'has a segment that ends with .lock';
  if (segment.includes('..')) return 'holds two dots in a row';
  if (segment.includes('@{')) return 'holds @{';
  if (GIT_REFUSED.test(segment)) return 'holds a character that Git refuses in ref names';
  return undefined;
}

/** What is wrong with a thread's segment beyond Git's rules: it is also a file name and a part of resources. */
export function threadSegmentProblem(segment: string): string | undefined {
  if (segment.startsWith('-')) return 'has a segment that begins with a dash';
  if (segment.endsWith('.')) return 'has a segment that ends with a dot';
  if (segment.includes('@')) return 'holds @';
  // Of ASCII neither is to be asked, and both take long to be set up.
  if (/[\u0080-\uffff]/.test(segment)) {
    if (/[\u0080-\u009f\p{Cf}\p{Zl}\p{Zp}]/u.test(segment)) return 'holds an invisible character';
    if (segment.normalize('NFC') !== segment) return 'is not in Unicode normal form C';
  }
  return refSegmentProblem(segment);
}

/** Parses a thread's name, `task/login`; throws `THREAD_NAME_INVALID`. */
export function parseThreadName(text: string): ThreadName {
  const problem = nameProblem(text);
  if (problem !== undefined) {
    const normal = text.slice(0, MAX_LENGTH).normalize('NFC');
    // To the eye the two are one: which was meant is known.
    const suggestion = normal !== text && isThreadName(normal) ? { suggestion: normal } : {};
    throw new HeddleError('THREAD_NAME_INVALID', `the thread name ${text.slice(0, MAX_LENGTH)} ${problem}`, {
      facts: { thread: text.slice(0, MAX_LENGTH), problem, ...suggestion },
    });
  }
  return text as ThreadName;
}

/** Tells whether a text is a thread's name. */
export function isThreadName(text: string): boolean {
  return nameProblem(text) === undefined;
}

function nameProblem(text: string): string | undefined {
  if (decodeUtf8(utf8(text)) !== text) return 'is not Unicode';
  if (text.length > MAX_LENGTH) return `is longer than ${MAX_LENGTH} characters`;
  const segments = text.split('/');
  // `@heads/…` in a resource is a branch of Git; a thread of that name would be taken for one.
  if (segments[0]?.toLowerCase() === 'heads') return 'begins with heads';
  // Where a state or a revision may be named, these are something else already.
  if (text.toUpperCase() === 'HEAD') return 'is what Git calls the commit that is checked out';
  if (/^hs-[0-9a-z]+$/i.test(text)) return 'looks like the id of a state';
  return segments.map(threadSegmentProblem).find((problem) => problem !== undefined);
}

/** The form in which names meet on file systems that fold case and normalise. */
function folded(name: string): string {
  return name.normalize('NFC').toLowerCase().toUpperCase().toLowerCase().normalize('NFC');
}

/**
 * How two different names cannot be kept side by side: they differ in case or normal form alone (`same`), or a directory
 * of theirs does (`spelt`), or the second is the directory of the first (`above`), or lies in it (`below`).
 */
export type Collision = 'same' | 'spelt' | 'above' | 'below';

/** How a name collides with an existing one; undefined where it does not, and for the same name. */
export function collision(existing: string, name: string): Collision | undefined {
  if (existing === name) return undefined;
  const [first, second] = [folded(existing), folded(name)];
  if (first === second) return 'same';
  if (first.startsWith(`${second}/`)) return 'above';
  if (second.startsWith(`${first}/`)) return 'below';
  return speltLike(existing, name) === name ? undefined : 'spelt';
}

/** A name with the directories that it shares with another one spelt as there: where these fold, the first is for both. */
export function speltLike(existing: string, name: string): string {
  const [there, segments] = [existing.split('/'), name.split('/')];
  let shared = true;
  return segments
    .map((segment, index) => {
      const other = there[index];
      shared &&= other !== undefined && index + 1 < Math.min(there.length, segments.length);
      shared &&= folded(other ?? '') === folded(segment);
      return shared && other !== undefined ? other : segment;
    })
    .join('/');
}

/** Tells whether two names cannot be kept side by side. A name does not collide with itself. */
export function collidesWith(a: string, b: string): boolean {
  return collision(a, b) !== undefined;
}
