import type { OplogEntry, OplogResult } from '#domain/results/work-results.ts';
import { agentNames } from '#domain/token/token.ts';
import { rootKeys } from '#domain/authority/authority-view.ts';
import type { AuthorityView } from '#domain/authority/authority.ts';
import type { LoggedOperation } from '#domain/operation/operation.ts';
import type { Workspace } from '#ports/workspace.ts';
import { knowAuthority } from '#usecases/authority/load-authority.ts';
import { readLoggedChain } from '#usecases/transaction/logged-chain.ts';

/** Operations of all replicas in this clone, newest first, denials included. */
export async function oplog(workspace: Workspace, limit: number | null): Promise<OplogResult> {
  const { view } = await knowAuthority(workspace);
  const operations: OplogEntry[] = [];
  if (limit === 0) return { operations };
  for await (const operation of workspace.log.newest()) {
    operations.push(await entryOf(workspace, operation, view));
    if (operations.length === limit) break;
  }
  return { operations };
}

async function entryOf(
  workspace: Workspace,
  { id, line, texts }: LoggedOperation,
  view: AuthorityView,
): Promise<OplogEntry> {
  return {
    id,
    replica: line.replica,
    seq: line.seq,
    at: line.at,
    op: line.op,
    verdict: line.verdict.verdict,
    code: line.verdict.code,
    stage: line.verdict.stage,
    actor: line.actor,
    via: await viaOf(workspace, line.chain, view),
    resource: texts === 'redacted' ? null : texts.resource,
    states: line.states,
  };
}

async function viaOf(
  workspace: Workspace,
  digest: LoggedOperation['line']['chain'],
  view: AuthorityView,
): Promise<readonly string[]> {
  const found = digest === null ? undefined : await readLoggedChain(workspace, digest, rootKeys(view));
  return agentNames(found?.chain ?? null);
}
