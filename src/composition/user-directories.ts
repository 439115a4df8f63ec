import { HeddleError } from '#domain/error.ts';
import type { Variables } from '#platform/environment.ts';
import { findDirectories, type Directories } from '#platform/directories.ts';

/** Where heddle keeps what belongs to the user. Throws `HOME_MISSING` where nothing says where the user's home is. */
export function userDirectories(variables: Variables): Directories {
  try {
    return findDirectories(variables);
  } catch (cause) {
    // Of all that is asked here the system's entry of the user alone can fail: a number may have none in a container.
    throw new HeddleError('HOME_MISSING', 'this user has no home directory', { cause });
  }
}
