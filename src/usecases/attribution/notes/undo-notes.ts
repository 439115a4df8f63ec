import { decodeUtf8 } from '#domain/encoding/bytes.ts';
import { jsonField } from '#domain/encoding/json-field.ts';
import type { OperationTexts, RefChange } from '#domain/operation/operation.ts';
import { NOTES_REFS } from '#domain/refs.ts';
import { parseCommitLinks } from '#domain/state/carrier.ts';
import type { Workspace } from '#ports/workspace.ts';
import { refused, type Reversal, type VerifiedTarget } from '#usecases/undo/reversal.ts';
import { findCommit } from '#usecases/states/find-commit.ts';
import type { Ground } from '#usecases/transaction/plan.ts';
import { notesResource } from './notes-tree.ts';

/** Takes notes back that an export wrote, where nobody wrote any since. */
export async function undoNotes(
  workspace: Workspace,
  { authority }: Ground,
  target: VerifiedTarget,
): Promise<Reversal> {
  const move = notesMove(target.texts.refs);
  if (move === undefined) throw refused(target, 'it holds nothing to go back to');
  return {
    ask: {
      operation: 'undo',
      own: target.own,
      resources: [notesResource(authority.view.repository, move.name)],
    },
    plan: async () => {
      const current = (await workspace.refs.readBranch(move.name)) ?? null;
      if (current !== move.new) throw refused(target, 'the notes were changed since');
      if (move.old !== null && (await findCommit(workspace, move.old)) === undefined) {
        throw refused(target, 'the notes of before are gone');
      }
      return {
        states: [],
        refs: [{ name: move.name, old: move.new, new: move.old }],
        effects: [],
        inverse: null,
      };
    },
  };
}

/** The one move of notes that a line makes; undefined for none, or more. */
export function notesMove(refs: readonly RefChange[]): RefChange | undefined {
  const [move, ...more] = refs.filter(({ name }) => !name.startsWith('refs/heddle/'));
  return move?.name.startsWith(NOTES_REFS) === true && move.new !== null && more.length === 0
    ? move
    : undefined;
}

/**
 * What is wrong with a line that writes notes: one commit on top of where they were, that changes the notes which the
 * line names, and nothing else. Commits that are gone since cannot be looked at.
 *
 * @param refs those beside the authority chain.
 */
export async function notesMoveProblem(
  workspace: Workspace,
  { effects, result }: Pick<OperationTexts, 'effects' | 'result'>,
  refs: readonly RefChange[],
): Promise<string | undefined> {
  const move = notesMove(refs);
  if (move === undefined || refs.length + effects.length > 1) return 'it moves more than notes';
  const found = move.new === null ? undefined : await findCommit(workspace, move.new);
  if (found === undefined) return undefined;
  const links = parseCommitLinks(found.content);
  if (links === undefined || links.parents.join() !== (move.old ?? '')) {
    return 'it is not on top of where the notes were';
  }
  const before = move.old === null ? null : await workspace.revisions.commitTree(move.old);
  const changed = (await workspace.comparer.compare(before, links.tree)).map(
    ({ path }) => decodeUtf8(path)?.replaceAll('/', '') ?? '',
  );
  const named = jsonField(jsonField(result, 'notes'), 'written');
  const written = new Set(Array.isArray(named) ? named.map(String) : []);
  return changed.every((commit) => written.has(commit)) ? undefined : 'it writes other notes than it says';
}
