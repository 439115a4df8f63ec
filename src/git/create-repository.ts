import { HeddleError } from '#domain/error.ts';
import type { Variables } from '#platform/environment.ts';
import type { Setting } from './environment.ts';
import { findPlaces } from './places.ts';
import { GitRunner } from './run.ts';

/** Whatever the user makes repositories of elsewhere; gits that do not know these settings make none else. */
const SUPPORTED: readonly Setting[] = [
  ['init.defaultObjectFormat', 'sha1'],
  ['init.defaultRefFormat', 'files'],
];

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
    if (!(error instanceof HeddleError) || !saysThereIsNone(error)) throw error;
  }
  await runner.run({ args: ['init', '--quiet'], settings: SUPPORTED });
  return true;
}

/** Not so where git follows a broken link. */
function saysThereIsNone({ code, facts }: HeddleError): boolean {
  return code === 'NOT_A_REPOSITORY' && String(facts['git']).includes('not a git repository (or any');
}
