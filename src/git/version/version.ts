import { HeddleError } from '#domain/error.ts';
import type { GitRunner } from '#git/run.ts';

/** The oldest git that heddle works with: `cat-file --batch-command`, fsync by component, `merge-tree --write-tree`. */
const OLDEST = { major: 2, minor: 38 } as const;

/** Throws `GIT_MISSING` or `GIT_TOO_OLD`. */
export async function requireGit(runner: GitRunner): Promise<void> {
  const answer = await runner.run({ args: ['version'] });
  requireVersion(answer.stdout.toString('latin1'));
}

/** The same where a git has told its version in passing; asks it where it has not. */
export async function requireVersionOf(runner: GitRunner, told: string | null): Promise<void> {
  if (told === null) return requireGit(runner);
  requireVersion(`git version ${told}`);
}

/** Judges what `git version` prints; throws `GIT_TOO_OLD`. */
export function requireVersion(said: string): void {
  const match = /^git version (\d+)\.(\d+)/.exec(said);
  const [major, minor] = [Number(match?.[1]), Number(match?.[2])];
  if (major > OLDEST.major || (major === OLDEST.major && minor >= OLDEST.minor)) return;
  const version = match === null ? 'unknown' : `${major}.${minor}`;
  throw new HeddleError('GIT_TOO_OLD', `git ${version} is older than ${OLDEST.major}.${OLDEST.minor}`, {
    facts: { version, needed: `${OLDEST.major}.${OLDEST.minor}` },
  });
}
