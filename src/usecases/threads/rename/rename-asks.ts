import type { Actor } from '#domain/actor/actor.ts';
import type { AuthorityView } from '#domain/authority/authority.ts';
import { threadResource } from '#domain/resource/resource.ts';
import type { TokenChain } from '#domain/token/token.ts';
import type { Workspace } from '#ports/workspace.ts';
import { continuedStates } from '#usecases/states/continued-states.ts';
import type { CarriedState } from '#usecases/states/read-state.ts';
import { ownsThread } from '#usecases/threads/drop/own-thread.ts';
import type { Ask } from '#usecases/transaction/plan.ts';

/** A thread that gets another name. */
export interface Renaming {
  readonly from: string;
  readonly to: string;
  /** Newest state; null where nothing was captured. */
  readonly head: CarriedState | null;
  readonly startedBy: string | null;
}

/**
 * What renaming needs: to drop the one thread, to start the other, and to capture there. A name is a place in the tree
 * of rights, so it is no way around what holds at the new one.
 */
export async function renameAsks(
  workspace: Workspace,
  {
    view,
    actor,
    chain,
  }: {
    readonly view: AuthorityView;
    readonly actor: Pick<Actor, 'principal'>;
    readonly chain: TokenChain | null;
  },
  { from, to, head, startedBy }: Renaming,
): Promise<readonly [Ask, ...Ask[]]> {
  const resources = [threadResource(view.repository, to)];
  const continues = continuedStates(workspace, view, { thread: to, states: head === null ? [] : [head] });
  const dropping: Ask = {
    operation: 'thread:drop',
    resources: [threadResource(view.repository, from)],
    own: await ownsThread(workspace, { view, actor, chain, head, startedBy }),
  };
  const starting: Ask = { operation: 'thread:start', resources, continues };
  const capturing: Ask = {
    operation: 'state:capture',
    resources,
    continues,
    asks: { states: 1, files: 0, lines: 0 },
  };
  return head === null ? [dropping, starting] : [dropping, starting, capturing];
}
