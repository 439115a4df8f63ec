import { HeddleError } from '#domain/error.ts';

/** The error for everything that only git does. */
export function noGit(): HeddleError {
  return new HeddleError('GIT_MISSING', 'git is not on the PATH, and this cannot be done without it', {
    preserved: 'nothing was changed',
  });
}
