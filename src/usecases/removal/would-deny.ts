import { shellLine } from '#domain/encoding/shell-line.ts';
import type { Workspace } from '#ports/workspace.ts';
import { loadAuthority } from '#usecases/authority/load-authority.ts';
import { identifyCaller } from '#usecases/caller/identify.ts';
import { decide } from '#usecases/transaction/mutate.ts';
import type { Ask } from '#usecases/transaction/plan.ts';

/** What a dry run says to whoever will be refused; nothing to the others. Records nothing, asks for no passphrase. */
export async function tellRefusal(workspace: Workspace, ask: Ask): Promise<readonly string[]> {
  const decision = await decideSilently(workspace, ask);
  // A locked key is asked for when it comes to it.
  if (decision.kind === 'allow' || decision.denial.code === 'UNLOCK_NEEDED') return [];
  const { code, resource, message, stage, fixes } = decision.denial;
  const [fix] = code === 'QUORUM_MISSING' || code === 'TIMELOCK' ? fixes : [];
  if (fix !== undefined) return [`you would be denied: ${code}; next: \`${shellLine(fix.argv)}\``];
  // What is landed only the landing itself knows.
  if (ask.landing !== undefined && stage === 'policy') return [`you would be denied: ${code}: ${message}`];
  return [`you would be denied: ${code}; \`heddle can ${ask.operation} ${resource}\` tells why`];
}

/** Whether whoever asks may do something in the whole repository; what others have to agree to is not asked here. */
export async function mayEverywhere(
  workspace: Workspace,
  operation: 'redact:apply' | 'purge:apply',
): Promise<boolean> {
  const { view } = await loadAuthority(workspace);
  const decision = await decideSilently(workspace, { operation, resources: [view.repository] });
  return decision.kind === 'allow' || LATER.has(decision.denial.code);
}

const LATER: ReadonlySet<string> = new Set(['UNLOCK_NEEDED', 'QUORUM_MISSING', 'TIMELOCK']);

async function decideSilently(workspace: Workspace, ask: Ask): ReturnType<typeof decide> {
  const authority = await loadAuthority(workspace);
  const caller = await identifyCaller(workspace, authority.view);
  const silent = { ...workspace, passphrase: async () => undefined };
  return decide(silent, { authority, caller, now: workspace.clock.now() }, ask);
}
