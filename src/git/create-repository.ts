import { HeddleError } from '#domain/error.ts';
import type { Variables } from '#platform/environment.ts';
import { findPlaces } from './places.ts';
import { GitRunner } from './run.ts';

/**
 * Makes a Git repository in a directory that is in none; false where there is one already. The user's own
 * defaults (branch name, templates) hold, as with `git init`.
 */
export async function ensureRepository(cwd: string, inherited: Variables): Promise<boolean> {
  const runner = new GitRunner(cwd, inherited);
  try {
    await findPlaces(runner);
    return false;
  } catch (error) {
    if (!(error instanceof HeddleError) || error.code !== 'NOT_A_REPOSITORY') throw error;
  }
  await runner.run({ args: ['init', '--quiet'] });
  return true;
}
