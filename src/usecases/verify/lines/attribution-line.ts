import type { OperationKind, RefChange } from '#domain/operation/operation.ts';
import type { Workspace } from '#ports/workspace.ts';
import { notesResource } from '#usecases/attribution/notes/notes-tree.ts';
import { notesMove, notesMoveProblem } from '#usecases/attribution/notes/undo-notes.ts';
import { importMoveProblem, importUndoProblem } from '#usecases/attribution/undo-import.ts';
import type { LineSigner } from '#usecases/transaction/line-signature.ts';
import type { Ask } from '#usecases/transaction/plan.ts';
import type { AllowedLine, LineDecisions } from '#usecases/verify/line-decisions.ts';

/** Tells whether a line brings other tools' attribution here, or ours to them. */
export function isAboutAttribution(op: OperationKind): boolean {
  return op === 'attribution-import' || op === 'attribution-export';
}

/** A line, and what it moves beside the authority chain. */
interface Judged {
  readonly operation: AllowedLine;
  readonly signer: LineSigner;
  readonly others: readonly RefChange[];
}

type Bench = readonly [workspace: Workspace, decisions: LineDecisions];

/** What is wrong with such a line: it moves what it says, and its author could be allowed to. */
export async function attributionLineProblem(
  bench: Bench,
  { operation, signer, others }: Judged,
): Promise<string | undefined> {
  const [workspace] = bench;
  const { line, texts } = operation;
  const imports = line.op === 'attribution-import';
  const why = await (imports ? importMoveProblem : notesMoveProblem)(workspace, texts, others);
  const operationOf = imports ? 'state:capture' : 'thread:land';
  return why ?? decided(bench, { operation, signer, others }, { operation: operationOf });
}

/** The same of a line that takes such a one, `target`, back. */
export async function attributionUndoProblem(
  bench: Bench,
  { target, own, ...judged }: Judged & { readonly target: AllowedLine; readonly own: boolean },
): Promise<string | undefined> {
  const why = await wayBackProblem(bench[0], target, judged);
  return why ?? decided(bench, { ...judged, others: target.texts.refs }, { operation: 'undo', own });
}

async function wayBackProblem(
  workspace: Workspace,
  { line, texts }: AllowedLine,
  { operation, others }: Judged,
): Promise<string | undefined> {
  const { effects } = operation.texts;
  if (line.op === 'attribution-import') {
    return importUndoProblem(workspace, { effects, result: texts.result }, others);
  }
  const move = notesMove(texts.refs);
  const back = move === undefined ? [] : [{ name: move.name, old: move.new, new: move.old }];
  const same = move !== undefined && effects.length === 0 && JSON.stringify(others) === JSON.stringify(back);
  return same ? undefined : 'it moves what it does not take back';
}

/** Imports are about the whole repository, an export about the notes that it moves. */
function decided(
  [, decisions]: Bench,
  { operation, signer, others }: Judged,
  ask: Pick<Ask, 'operation' | 'own'>,
): Promise<string | undefined> {
  const notes = notesMove(others);
  return decisions.asksProblem(operation, signer, async ({ repository }) => [
    { ...ask, resources: [notes === undefined ? repository : notesResource(repository, notes.name)] },
  ]);
}
