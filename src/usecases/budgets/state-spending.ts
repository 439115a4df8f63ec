import { formatHex } from '#domain/encoding/bytes.ts';
import { HeddleError } from '#domain/error.ts';
import type { AuthorisationRequest } from '#domain/decision/decision.ts';
import { budgetsOf, hasBudget } from '#domain/token/budget.ts';
import type { TokenChain } from '#domain/token/token.ts';
import type { ObjectId } from '#ports/objects.ts';
import type { Workspace } from '#ports/workspace.ts';
import { carrierTrees, filesBefore } from '#usecases/states/carrier-trees.ts';
import type { CarriedState } from '#usecases/states/read-state.ts';
import type { SpentBefore } from './spent-before.ts';

/** What a decision about a state is to know of its budgets, and what is wrong with what its line says. */
export interface StateSpending {
  readonly facts: Pick<AuthorisationRequest, 'spent' | 'asks'>;
  readonly problem: string | undefined;
}

const UNKNOWN: StateSpending = { facts: {}, problem: undefined };

/**
 * What the budgets of a state's chain were used up to when it was captured, and what it used up itself. No facts where
 * no line here tells though one should, which lets every budget refuse.
 *
 * @param options.paths raw, touched by the state.
 * @param options.removed true where contents were removed since, which changes how many lines there are.
 */
export async function stateSpending(
  workspace: Workspace,
  { carried, chain }: { readonly carried: CarriedState; readonly chain: TokenChain },
  options: {
    readonly before: SpentBefore;
    readonly paths: readonly Uint8Array[];
    readonly removed: boolean;
  },
): Promise<StateSpending> {
  if (budgetsOf(chain.blocks).length === 0) return UNKNOWN;
  const known = await options.before.state(carried.id, chain);
  if (known === undefined) return UNKNOWN;
  const said = known.said?.lines ?? null;
  const counts = hasBudget(chain, 'lines') && !options.removed;
  const lines = (counts ? await countAgain(workspace, carried) : undefined) ?? said ?? 0;
  const files = new Set(options.paths.map((path) => formatHex(path))).size;
  return {
    facts: { spent: known.spent, asks: { states: 1, files, lines } },
    problem:
      said !== null && lines > said
        ? `its line says that it changed ${said} lines, it changed ${lines}`
        : undefined,
  };
}

/** Undefined without git: another algorithm would count other lines. */
async function countAgain(workspace: Workspace, carried: CarriedState): Promise<number | undefined> {
  const { files } = await carrierTrees(workspace, carried.carrier);
  const before: ObjectId | null = await filesBefore(workspace, carried);
  try {
    return await workspace.comparer.countLines(before, files);
  } catch (error) {
    if (error instanceof HeddleError && error.code === 'GIT_MISSING') return undefined;
    throw error;
  }
}
