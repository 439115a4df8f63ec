import { parseId, type TombstoneId } from '#domain/id.ts';
import { HeddleError } from '#domain/error.ts';

/*
 * What stands in the place of a name that was taken away, in ASCII:
 *
 *   "redacted-name-" ID [ "-" N ]
 *
 * ID is the tombstone's; N, from 2 on, is there where a directory has that name already. No tombstone's id is known
 * before it is signed, so nobody can have such a name ready; every file system takes it.
 */

const PATTERN = /^redacted-name-(hr-[0-9a-hjkmnp-tv-z]{52})(?:-([2-9]|[1-9][0-9]{1,5}))?$/;

/** The placeholder of a tombstone that no name in a directory is equal to. */
export function placeholderName(tombstone: TombstoneId, isTaken: (name: string) => boolean): string {
  const name = `redacted-name-${tombstone}`;
  let free = name;
  for (let count = 2; isTaken(free); count += 1) free = `${name}-${count}`;
  return free;
}

/** Tells whether a name can be a placeholder. */
export function isPlaceholder(name: string): boolean {
  return placeholderTombstone(name) !== undefined;
}

/** The tombstone that a placeholder names; undefined for any other name. */
export function placeholderTombstone(name: string): TombstoneId | undefined {
  const id = PATTERN.exec(name)?.[1];
  try {
    return id === undefined ? undefined : parseId('hr', id);
  } catch (error) {
    if (error instanceof HeddleError) return undefined;
    throw error;
  }
}
