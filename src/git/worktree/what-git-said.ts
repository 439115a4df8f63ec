import { HeddleError } from '#domain/error.ts';
import { escapePath } from '#domain/encoding/percent-escape.ts';
import { unreadable } from './changed-files.ts';

/** Git leaves alone what somebody changed while it wrote other files; anything else stays as it is. */
export function changedMeanwhile(error: unknown): unknown {
  const said = error instanceof HeddleError ? String(error.facts['git']) : '';
  if (!/not uptodate|would be (?:overwritten|lost|removed)/i.test(said)) return error;
  return new HeddleError('FILE_CHANGING', 'a file of the work tree changed while others were written', {
    cause: error,
  });
}

/** Whether git could not read the index, or what it names. */
export function isIndexDamage(error: unknown): boolean {
  return (
    error instanceof HeddleError &&
    ['GIT_FAILED', 'OBJECT_CORRUPT'].includes(error.code) &&
    /index file|bad index|cache entry|index uses|invalid object [0-9a-f]+ for|error building trees/i.test(
      String(error.facts['git']),
    )
  );
}

/** A file that became unreadable between looking and hashing, or changed while git read it. */
export function namedFile(error: unknown): unknown {
  if (!(error instanceof HeddleError) || error.code !== 'GIT_FAILED') return error;
  const said = String(error.facts['git']);
  const changing = CHANGING.map((pattern) => pattern.exec(said)?.[1]).find((path) => path !== undefined);
  // Git maps files into memory; one that shrinks meanwhile ends it before it can name the file.
  if (changing !== undefined || error.facts['reason'] === 'SIGBUS') {
    return new HeddleError('FILE_CHANGING', 'a file of the work tree changes while it is read', {
      facts: { path: changing === undefined ? null : escapePath(Buffer.from(changing)) },
      preserved: 'nothing was captured',
      cause: error,
    });
  }
  const found = /open\("(.+?)"\): (\S.*?)(?: fatal| error|$)/.exec(said);
  return found?.[1] === undefined ? error : unreadable(Buffer.from(found[1]), found[2] ?? '', error);
}

/** How git says that a file was shorter than a moment before, or gone; the path first. */
const CHANGING: readonly RegExp[] = [
  /short read while indexing (.+?)(?: error: | fatal: |$)/,
  /failed to read \d+ bytes from '(.+?)'/,
  /open\("(.+?)"\): (?:No such file or directory|Not a directory)/,
];
