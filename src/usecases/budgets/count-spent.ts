import { rootKeys } from '#domain/authority/authority-view.ts';
import type { AuthorityView } from '#domain/authority/authority.ts';
import { jsonField } from '#domain/encoding/json-field.ts';
import type { Digest } from '#domain/id.ts';
import type { LoggedOperation } from '#domain/operation/operation.ts';
import type { Instant } from '#domain/time.ts';
import { budgetHolders, type Spent } from '#domain/token/budget.ts';
import { chainDigest } from '#domain/token/chain-digest.ts';
import type { PublicKeyHex, TokenChain } from '#domain/token/token.ts';
import type { Workspace } from '#ports/workspace.ts';
import {
  everyOperation,
  foreignLogs,
  type OperationReader,
} from '#usecases/segments/published-operations.ts';
import { readLoggedChain } from '#usecases/transaction/logged-chain.ts';
import { holdersOf, SpendingLedger } from './spending-ledger.ts';

type Logs = OperationReader & Pick<Workspace, 'tokens'>;

/** Whose budgets, where, and when. */
export interface SpentQuestion {
  readonly caller: { readonly chain: TokenChain | null };
  readonly authority: { readonly view: AuthorityView };
  readonly now: Instant;
}

/**
 * Counts what was spent before under each holder that a budget of the caller's chain names, over all logs of this
 * clone and what others published. Reads nothing where there is no budget. Under the repository's lock nobody spends meanwhile.
 */
export async function countSpent(
  workspace: Logs,
  { caller: { chain }, authority: { view }, now }: SpentQuestion,
): Promise<readonly Spent[]> {
  return countSpentUnder(workspace, { holders: budgetHolders(chain?.blocks ?? []), view, now });
}

/** The same for any holders, in one go through the logs. */
export async function countSpentUnder(
  workspace: Logs,
  {
    holders: asked,
    view,
    now,
  }: {
    readonly holders: readonly PublicKeyHex[];
    readonly view: AuthorityView;
    readonly now: Instant;
  },
): Promise<readonly Spent[]> {
  const wanted = new Set(asked);
  if (wanted.size === 0) return [];
  const ledger = new SpendingLedger({ hidden: 'everything' });
  const chains = new ChainHolders(workspace, view);
  const unborn = (await onlyReplica(workspace)) ? new Set(wanted) : undefined;
  for await (const operation of everyOperation(workspace)) {
    // Where somebody took the chain away, whose line it was cannot be told: it counts for everybody.
    const holders = (await chains.of(operation)) ?? wanted;
    ledger.add(
      operation,
      [...wanted].filter((holder) => holders.has(holder)),
    );
    const made = madeHolder(operation);
    // Only who does not hold a key yet can make a token for it: its holder's word would end its own count.
    if (unborn !== undefined && made !== undefined && !holders.has(made)) unborn.delete(made);
    if (unborn?.size === 0) break;
  }
  return Array.from(wanted, (holder) => ledger.spentBy(holder, now));
}

/** In one log nothing stands under a key before the line that says that it was made; of several nobody knows the order. */
async function onlyReplica(workspace: Logs): Promise<boolean> {
  return (await workspace.log.tails()).length + (await foreignLogs(workspace)).size <= 1;
}

/** The key that a line made, with a token for it. */
function madeHolder({ line, texts }: LoggedOperation): PublicKeyHex | undefined {
  if (texts === 'redacted' || line.verdict.verdict === 'deny') return undefined;
  if (line.op !== 'token-mint' && line.op !== 'token-attenuate') return undefined;
  const holder = jsonField(jsonField(texts.args, 'verb'), 'holder');
  return typeof holder === 'string' ? holder : undefined;
}

const NOBODY: ReadonlySet<PublicKeyHex> = new Set();

/** The holders of the chains of lines, each chain read once. */
export class ChainHolders {
  readonly #workspace: Logs;
  readonly #view: AuthorityView;
  readonly #known = new Map<Digest, ReadonlySet<PublicKeyHex> | undefined>();

  constructor(workspace: Logs, view: AuthorityView) {
    this.#workspace = workspace;
    this.#view = view;
  }

  /** Nobody for a line without a chain; undefined where its chain is missing, another one, or cannot be read. */
  async of({ line: { chain } }: LoggedOperation): Promise<ReadonlySet<PublicKeyHex> | undefined> {
    if (chain === null) return NOBODY;
    if (!this.#known.has(chain)) this.#known.set(chain, await this.#read(chain));
    return this.#known.get(chain);
  }

  async #read(digest: Digest): Promise<ReadonlySet<PublicKeyHex> | undefined> {
    const found = await readLoggedChain(this.#workspace, digest, rootKeys(this.#view));
    const isNamed = found !== undefined && chainDigest(this.#workspace.hasher, found.chain) === digest;
    return isNamed ? holdersOf(found.chain) : undefined;
  }
}
