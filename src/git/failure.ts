import { HeddleError, type ErrorCode, type ErrorFacts } from '#domain/error.ts';
import type { ChildOutcome } from '#platform/spawn.ts';
import { cleanForeignText } from './foreign-text.ts';

/** What git says, with `LC_ALL=C`, and the code that it means; the first that fits. */
const MEANINGS: readonly (readonly [RegExp, ErrorCode, string])[] = [
  [/No space left on device|Out of diskspace|Disk quota exceeded/, 'DISK_FULL', 'no space is left for Git'],
  [/detected dubious ownership/, 'REPOSITORY_UNTRUSTED', 'git refuses a repository of another owner'],
  [/not a git repository/i, 'NOT_A_REPOSITORY', 'no Git repository is here'],
  [
    /unknown repository extension|Expected git repo version|unknown ref storage/,
    'GIT_UNSUPPORTED',
    'the repository has a format that this git does not know',
  ],
  [/Unable to create '[^\n]*\.lock'|: File exists/, 'LOCK_HELD', 'another git holds a lock'],
  [/no such path |has only \d+ lines?$/m, 'NOT_FOUND', 'no such file, or fewer lines than were asked for'],
  [/Invalid path '|invalid path '/, 'PATH_INVALID', 'git refuses the name of a file'],
  [
    /\bcorrupt|inflate: |unable to unpack|object file [^\n]* is empty|hash mismatch|garbage at end|missing (?:blob|tree|commit) object|nonexistent object|invalid object|unable to read (?:tree|sha1 file|object)|bad tree object|not a tree object|did not match any objects|is not a valid object/,
    'OBJECT_CORRUPT',
    'an object of the repository is missing or damaged',
  ],
];

/** Tells whether git complains about damaged objects. */
export function speaksOfCorruption(stderr: Uint8Array): boolean {
  return meaningOf(new TextDecoder().decode(stderr))?.code === 'OBJECT_CORRUPT';
}

function meaningOf(stderr: string): { readonly code: ErrorCode; readonly message: string } | undefined {
  const found = MEANINGS.find(([pattern]) => pattern.test(stderr));
  return found === undefined ? undefined : { code: found[1], message: found[2] };
}

/** The error for a git that failed, by what it said; `GIT_FAILED` where nothing else fits. */
export function gitFailure(command: string, outcome: Omit<ChildOutcome, 'stdout'>): HeddleError {
  const said = cleanForeignText(outcome.stderr);
  const facts = { command, git: said, exit: outcome.code };
  if (outcome.kind === 'missing') return new HeddleError('GIT_MISSING', 'git is not on the PATH');
  if (outcome.kind !== 'exited') {
    return new HeddleError('GIT_FAILED', `git ${command} ${describeEnd(outcome)}`, {
      facts: { ...facts, reason: outcome.reason },
    });
  }
  const meaning = meaningOf(new TextDecoder().decode(outcome.stderr));
  if (meaning?.code === 'GIT_UNSUPPORTED') return unknownFormat(said, facts);
  const message = meaning?.message ?? `git ${command} failed with exit ${outcome.code}`;
  return new HeddleError(meaning?.code ?? 'GIT_FAILED', message, { facts });
}

/** Git refuses what it does not know by itself; here it gets the name that every refusal of the kind has. */
function unknownFormat(said: string, facts: ErrorFacts): HeddleError {
  const extension = /unknown repository extensions? found: ([\w-]{1,40})/.exec(said)?.[1];
  const version = /Expected git repo version <= \d+, found (\d+)/.exec(said)?.[1];
  const named = extension === undefined ? `version ${version ?? 'unknown'}` : `extension ${extension}`;
  const feature = `a repository format that this git does not know (${named})`;
  return new HeddleError('GIT_UNSUPPORTED', `heddle does not support ${feature}`, {
    facts: { ...facts, feature },
    preserved: 'nothing was changed',
  });
}

function describeEnd({ kind, reason }: Pick<ChildOutcome, 'kind' | 'reason'>): string {
  switch (kind) {
    case 'timed-out':
      return 'took too long and was ended';
    case 'too-much-output':
      return 'wrote more than heddle reads';
    case 'signalled':
      return `was ended by ${reason ?? 'a signal'}`;
    default:
      return `did not start (${reason ?? 'unknown'})`;
  }
}

/** The error for an answer of git that does not have the documented form. */
export function unexpectedAnswer(command: string): HeddleError {
  return new HeddleError('GIT_FAILED', `git ${command} answered in a form that heddle does not know`, {
    facts: { command },
  });
}
