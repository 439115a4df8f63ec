import { rootKeys } from '#domain/authority/authority-view.ts';
import type { AuthorityView } from '#domain/authority/authority.ts';
import type { Digest, OperationId, StateId } from '#domain/id.ts';
import { makesStates, type LoggedOperation } from '#domain/operation/operation.ts';
import { MOST_IDS, type RunEnd } from '#domain/run/run-record.ts';
import type { PublicKeyHex } from '#domain/token/token.ts';
import type { Workspace } from '#ports/workspace.ts';
import { readLoggedChain } from '#usecases/transaction/logged-chain.ts';
import { verifyLineSigner } from '#usecases/transaction/line-signature.ts';

export type RunActivity = Pick<RunEnd, 'states' | 'stateCount' | 'denials' | 'denialCount'>;

/**
 * What was done here with a run's credential, and with what was made from it, since its start: states captured and
 * requests denied, newest first.
 */
export async function runActivity(
  workspace: Workspace,
  view: AuthorityView,
  { run, block }: { readonly run: OperationId; readonly block: string },
): Promise<RunActivity> {
  const roots = rootKeys(view);
  const chains = new Map<Digest, boolean>();
  const states: StateId[] = [];
  const denials: OperationId[] = [];
  for await (const operation of workspace.log.newest()) {
    if (operation.id === run) break;
    if (!(await isOfRun(workspace, operation, { block, roots, chains }))) continue;
    if (operation.line.verdict.verdict === 'deny') denials.push(operation.id);
    else if (makesStates(operation.line.op)) states.push(...operation.line.states);
  }
  return {
    states: states.slice(0, MOST_IDS),
    stateCount: states.length,
    denials: denials.slice(0, MOST_IDS),
    denialCount: denials.length,
  };
}

interface Known {
  readonly block: string;
  readonly roots: readonly PublicKeyHex[];
  readonly chains: Map<Digest, boolean>;
}

/** A chain is read once; each line that names it has to be signed by its holder. */
async function isOfRun(
  workspace: Workspace,
  { line }: LoggedOperation,
  { block, roots, chains }: Known,
): Promise<boolean> {
  const digest = line.chain;
  if (digest === null || chains.get(digest) === false) return false;
  if (!chains.has(digest)) {
    const found = await readLoggedChain(workspace, digest, roots);
    const belongs = found?.chain.revocationIds.includes(block) === true;
    chains.set(digest, belongs);
    if (!belongs) return false;
  }
  return (await verifyLineSigner(workspace, line, roots)).kind === 'chain';
}
