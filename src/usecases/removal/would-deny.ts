import type { Workspace } from '#ports/workspace.ts';
import { loadAuthority } from '#usecases/authority/load-authority.ts';
import { identifyCaller } from '#usecases/caller/identify.ts';
import { decide } from '#usecases/transaction/mutate.ts';
import type { Ask } from '#usecases/transaction/plan.ts';

/** What a dry run says to whoever will be refused; nothing to the others. Records nothing, asks for no passphrase. */
export async function tellRefusal(workspace: Workspace, ask: Ask): Promise<readonly string[]> {
  const authority = await loadAuthority(workspace);
  const caller = await identifyCaller(workspace, authority.view);
  const silent = { ...workspace, passphrase: async () => undefined };
  const decision = await decide(silent, { authority, caller, now: workspace.clock.now() }, ask);
  // A locked key is asked for when it comes to it.
  if (decision.kind === 'allow' || decision.denial.code === 'UNLOCK_NEEDED') return [];
  const { code, resource, message, stage, fixes } = decision.denial;
  const [fix] = code === 'QUORUM_MISSING' || code === 'TIMELOCK' ? fixes : [];
  if (fix !== undefined) return [`you would be denied: ${code}; next: \`${fix.argv.join(' ')}\``];
  // What is landed only the landing itself knows.
  if (ask.landing !== undefined && stage === 'policy') return [`you would be denied: ${code}: ${message}`];
  return [`you would be denied: ${code}; \`heddle can ${ask.operation} ${resource}\` tells why`];
}
