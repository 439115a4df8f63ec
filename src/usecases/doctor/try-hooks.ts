import { HeddleError } from '#domain/error.ts';
import type { Finding } from '#domain/result-parts.ts';
import type { Workspace } from '#ports/workspace.ts';
import { hookFindings, otherWorktrees } from '#usecases/hooks/hook-findings.ts';

/** How installed hooks stand, and whether git asks them: by trying, in a repository that is made for it and goes again. */
export async function triedHooks(workspace: Workspace): Promise<readonly Finding[]> {
  try {
    const hooks = await workspace.hooks();
    const place = await hooks.inspect();
    if (place.installed === null) return [];
    const findings = [...hookFindings(place), ...(await otherWorktrees(workspace, hooks))];
    // They refuse whatever it is then, which says nothing of heddle.
    if (place.program?.there === false) return findings;
    const { refused, said } = await hooks.tryEffect();
    if (refused) return findings;
    const why = said === '' ? '' : `; git said: ${said}`;
    const message = `an update that hooks have to refuse was not refused by them${why}`;
    return [...findings, { kind: 'hook', subject: place.directory, message }];
  } catch (error) {
    // Where there is no git, none runs hooks.
    if (error instanceof HeddleError && error.code === 'GIT_MISSING') return [];
    throw error;
  }
}
