import { jsonField } from '#domain/encoding/json-field.ts';
import type { OperationTexts, RefChange } from '#domain/operation/operation.ts';
import { IMPORTS_REF } from '#domain/refs.ts';
import type { Workspace } from '#ports/workspace.ts';
import { refused, type Reversal, type VerifiedTarget } from '#usecases/undo/reversal.ts';
import { findCommit } from '#usecases/states/find-commit.ts';
import type { Ground } from '#usecases/transaction/plan.ts';
import { moveImports, readImportRows, rowDigest, rowsOf } from './imports/import-set.ts';

/** Takes an import back: it goes out of the set, and what others imported since stays. */
export async function undoImport(
  workspace: Workspace,
  { authority }: Ground,
  target: VerifiedTarget,
): Promise<Reversal> {
  const id = importOf(target.texts);
  if (id === undefined) throw refused(target, 'it names no import');
  return {
    ask: { operation: 'undo', own: target.own, resources: [authority.view.repository] },
    plan: async ({ batch }) => {
      const set = await readImportRows(workspace);
      const rows = set.rows.filter((row) => rowDigest(row) !== id);
      if (rows.length === set.rows.length) throw refused(target, 'what it imported is not there any more');
      return { states: [], refs: [moveImports(batch, set, rows)], effects: [], inverse: null };
    },
  };
}

/** The import that a line says that it made. */
function importOf({ result }: Pick<OperationTexts, 'result'>): string | undefined {
  const id = jsonField(result, 'import');
  return typeof id === 'string' ? id : undefined;
}

/** What a line does outside refs, and what the import said that it is about. */
type Said = Pick<OperationTexts, 'effects' | 'result'>;

/**
 * What is wrong with what a line that imports moves: the set grows by the import that it names.
 *
 * @param refs those beside the authority chain.
 */
export function importMoveProblem(
  workspace: Workspace,
  said: Said,
  refs: readonly RefChange[],
): Promise<string | undefined> {
  return moveProblem(workspace, said, { refs, grows: true });
}

/** The same for one that takes an import back: the set shrinks by it. */
export function importUndoProblem(
  workspace: Workspace,
  said: Said,
  refs: readonly RefChange[],
): Promise<string | undefined> {
  return moveProblem(workspace, said, { refs, grows: false });
}

async function moveProblem(
  workspace: Workspace,
  { effects, result }: Said,
  { refs, grows }: { readonly refs: readonly RefChange[]; readonly grows: boolean },
): Promise<string | undefined> {
  const id = importOf({ result });
  const [move, ...more] = refs;
  if (move?.name !== IMPORTS_REF || more.length + effects.length > 0) return 'it moves more than the imports';
  if (id === undefined) return 'it names no import';
  const fewer = await namesAt(workspace, grows ? move.old : move.new);
  const all = await namesAt(workspace, grows ? move.new : move.old);
  // What no ref keeps any more may be gone from the repository.
  if (fewer === undefined || all === undefined) return undefined;
  const same = [...fewer, id].toSorted().join() === all.toSorted().join();
  return same ? undefined : 'the imports that it moves are not those that it says';
}

async function namesAt(
  workspace: Workspace,
  commit: RefChange['new'],
): Promise<readonly string[] | undefined> {
  if (commit === null) return [];
  if ((await findCommit(workspace, commit)) === undefined) return undefined;
  return (await rowsOf(workspace, commit)).map((row) => rowDigest(row) ?? row.name.join());
}
