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

/** Tells whether the token of a credential file ends with one of these blocks; what cannot be read is no such file. */
export async function endsWithOne(
  { credentials, tokens }: Machine,
  file: string,
  blocks: readonly string[],
): Promise<boolean> {
  try {
    const told = tokens.inspect((await credentials.read(file)).token);
    return told.kind === 'readable' && blocks.includes(told.revocationIds.at(-1) ?? '');
  } catch (error) {
    if (error instanceof HeddleError) return false;
    throw error;
  }
}
