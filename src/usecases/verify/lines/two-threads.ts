import type { LoggedOperation, RefChange } from '#domain/operation/operation.ts';
import type { Workspace } from '#ports/workspace.ts';
import { renameAsks } from '#usecases/threads/rename/rename-asks.ts';
import type { LineSigner } from '#usecases/transaction/line-signature.ts';
import type { AllowedLine, LineDecisions } from '#usecases/verify/line-decisions.ts';
import { readRename } from './rename-line.ts';
import { splitLineAsks } from './split-line.ts';

/** What is wrong with a line that takes from one thread what another one begins with, or undefined. */
export async function twoThreadsProblem(
  workspace: Workspace,
  decisions: LineDecisions,
  {
    operation,
    signer,
    others,
    before,
  }: {
    readonly operation: AllowedLine;
    readonly signer: LineSigner;
    /** What it moves beside the authority chain. */
    readonly others: readonly RefChange[];
    readonly before: readonly LoggedOperation[];
  },
): Promise<string | undefined> {
  if (operation.line.op === 'thread-split') {
    return decisions.asksProblem(operation, signer, (view) =>
      splitLineAsks(workspace, view, { operation, others }),
    );
  }
  const renamed = await readRename(workspace, { operation, refs: others, before });
  if (typeof renamed === 'string') return renamed;
  const chain = signer.kind === 'chain' ? signer.chain : null;
  const { actor } = operation.line;
  return decisions.asksProblem(operation, signer, (view) =>
    renameAsks(workspace, { view, actor, chain }, renamed),
  );
}
