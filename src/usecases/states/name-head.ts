import { shellWord } from '#domain/encoding/shell-line.ts';
import { HeddleError } from '#domain/error.ts';
import { HEDDLE_REFS, isThreadHead } from '#domain/refs.ts';
import type { ObjectId } from '#ports/objects.ts';
import type { Workspace } from '#ports/workspace.ts';
import { readSoundStates, readState, type CarriedState } from './read-state.ts';

/** Reads the state that a thread's head carries; throws `OBJECT_CORRUPT`, naming the ref, where it carries none. */
export async function readHead(workspace: Workspace, head: ObjectId): Promise<CarriedState> {
  try {
    return await readState(workspace, head);
  } catch (error) {
    throw await nameHead(workspace, error);
  }
}

/** One clause for each thread ref that leads to no state, with the way out. */
export async function tellUnsoundHeads(workspace: Workspace): Promise<readonly string[]> {
  const refs = await findUnsoundHeads(workspace);
  return refs.map((ref) => `${ref} ${headWayOut(ref)}; it is passed over`);
}

/** Thread refs that lead to no state. Verbs that walk over threads pass them over. */
export async function findUnsoundHeads(workspace: Workspace): Promise<readonly string[]> {
  const heads = new Map([...(await workspace.refs.list(HEDDLE_REFS))].filter(([name]) => isThreadHead(name)));
  const sound = await readSoundStates(workspace, [...new Set(heads.values())]);
  const carriers = new Set(sound.map(({ carrier }) => carrier));
  return [...heads].filter(([, head]) => !carriers.has(head)).map(([ref]) => ref);
}

/** What is wrong with such a ref, and the command that takes it away. */
export function headWayOut(ref: string): string {
  return `leads to no state; \`git update-ref -d ${shellWord(ref)}\` takes it away`;
}

/**
 * Tells a head that carries no state by its ref's name, with the way out: somebody pointed it elsewhere, and nothing
 * that is about the thread works until it is gone. Any other error is returned as it is.
 */
export async function nameHead({ refs }: Pick<Workspace, 'refs'>, error: unknown): Promise<unknown> {
  if (!(error instanceof HeddleError) || error.code !== 'OBJECT_CORRUPT') return error;
  const found = [...(await refs.list(HEDDLE_REFS))].find(([, head]) => head === error.facts['commit']);
  if (found === undefined) return error;
  const [ref] = found;
  return new HeddleError('OBJECT_CORRUPT', `${ref} ${headWayOut(ref)}`, {
    facts: { ...error.facts, ref },
    preserved: 'nothing was changed',
    cause: error,
  });
}
