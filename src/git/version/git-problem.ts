import { HeddleError } from '#domain/error.ts';
import type { Finding } from '#domain/result-parts.ts';
import type { Variables } from '#platform/environment.ts';
import { GitRunner } from '#git/run.ts';
import { requireGit } from './version.ts';

/** Why there is no git to work with in a directory, as a finding; undefined where there is one. */
export async function findGitProblem(cwd: string, inherited: Variables): Promise<Finding | undefined> {
  try {
    await requireGit(new GitRunner(cwd, inherited));
    return undefined;
  } catch (error) {
    if (!(error instanceof HeddleError)) throw error;
    return { kind: 'git', subject: 'git', message: error.message };
  }
}
