import { HeddleError } from '#domain/error.ts';
import type { Machine, Workspace } from '#ports/workspace.ts';

const ENDING = '.hcred';

/**
 * Makes sure, as far as can be said before, that a credential can be written: throws `OUTPUT_EXISTS` where anything
 * has the name, and `USAGE` for one in the work tree that a capture would take for content.
 */
export async function assertCredentialPlace(
  machine: Machine,
  workspace: Workspace | null,
  file: string,
): Promise<void> {
  const inside = workspace !== null && file.startsWith(`${workspace.places.worktree}/`);
  if (inside && !file.endsWith(ENDING)) {
    throw new HeddleError('USAGE', `in a work tree a credential is called *${ENDING}: others are captured`, {
      facts: { path: file, flag: '--out' },
      preserved: 'no token was made',
    });
  }
  await machine.credentials.assertFree(file);
}
