import { parseRepositoryPath } from './repository-path.ts';

const SLASH = 0x2f;

/**
 * Reads the path of a file or directory that somebody named, from the work tree's root; `.` is everything, and comes
 * back empty. Throws `PATH_INVALID`.
 */
export function parsePathArgument(typed: string): Uint8Array {
  if (typed === '.') return new Uint8Array();
  return parseRepositoryPath(typed.replace(/\/+$/, ''));
}

/** Tells whether a raw path is one of those that were named, or lies in a directory that was. */
export function liesIn(named: readonly Uint8Array[], path: Uint8Array): boolean {
  return named.some(
    (top) =>
      top.length === 0 ||
      ((path.length === top.length || path[top.length] === SLASH) &&
        top.every((byte, index) => byte === path[index])),
  );
}
