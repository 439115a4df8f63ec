import { shellWord } from '#domain/encoding/shell-line.ts';
import { findPrincipal, highestRole } from '#domain/authority/authority-view.ts';
import { keyRevocationProblem } from '#domain/authority/last-owner.ts';
import { jsonField } from '#domain/encoding/json-field.ts';
import type { Workspace } from '#ports/workspace.ts';
import { seenHeads } from '#usecases/authority/seen.ts';
import { keptHeads, walkSoundStates } from '#usecases/states/walk-states.ts';
import type { Ground } from '#usecases/transaction/plan.ts';
import { refused, type Reversal, type Target } from './reversal.ts';

/**
 * Takes back the registration of keys by revoking them: the chain only grows, so the same keys are not registered
 * again. Refused once somebody worked with them: what ends keys that were in use is `key revoke`, which says so.
 */
export async function undoKey(workspace: Workspace, ground: Ground, target: Target): Promise<Reversal> {
  const { view } = ground.authority;
  const [principal, root] = ['principal', 'root'].map((field) => jsonField(target.texts.result, field));
  const live = typeof principal === 'string' ? findPrincipal(view, principal) : undefined;
  if (live === undefined || live.keys.root !== root) throw refused(target, 'its keys are not live any more');
  const instead = `\`heddle key revoke ${shellWord(live.principal)}\` ends the keys`;
  if (live.principal === ground.caller.actor.principal)
    throw refused(target, `they are your own: ${instead}`);
  if (await isUsed(workspace, live.principal)) {
    throw refused(
      target,
      `${live.principal} has worked with them: ${instead}, and what was made with them stays`,
    );
  }
  const stays = keyRevocationProblem(view, live.principal);
  if (stays !== undefined) throw refused(target, stays);
  const highest = highestRole(view, live.principal);
  return {
    ask: {
      operation: 'key:write',
      resources: [view.repository],
      ...(highest === null ? {} : { granting: highest }),
    },
    plan: async ({ authority }) => {
      const { keys } = live;
      const seen = await seenHeads(workspace, view);
      authority.append(
        { kind: 'key', action: 'revoke', principal: live.principal, root: keys.root, seen },
        null,
      );
      return { states: [], refs: [], effects: [], inverse: null };
    },
  };
}

/** Whether anything in this clone was made by them: a line of a log, a state of a thread. */
async function isUsed(workspace: Workspace, principal: string): Promise<boolean> {
  for await (const { line } of workspace.log.newest()) {
    if (line.verdict.verdict === 'allow' && line.actor.principal === principal) return true;
  }
  const heads = [...new Set((await keptHeads(workspace)).values())];
  for await (const { state } of walkSoundStates(workspace, heads)) {
    if (state.actor.principal === principal) return true;
  }
  return false;
}
