import type { AuthorityView } from '#domain/authority/authority.ts';
import type { StateId } from '#domain/id.ts';
import { makesStates, type LoggedOperation } from '#domain/operation/operation.ts';
import { budgetHolders, unspent, type Spending, type Spent } from '#domain/token/budget.ts';
import type { PublicKeyHex, TokenChain } from '#domain/token/token.ts';
import type { Workspace } from '#ports/workspace.ts';
import { ChainHolders } from './count-spent.ts';
import { spentBy, SpendingLedger } from './spending-ledger.ts';

/** The capture of a state: what was spent before it, and what its line says that it spent itself; null without one. */
export interface CaptureSpending {
  readonly spent: readonly Spent[];
  readonly said: Spending | null;
}

interface ReadLog {
  /** Lines under each holder, by holder and replica. */
  readonly under: ReadonlyMap<string, readonly LoggedOperation[]>;
  /** The line that captured each state. */
  readonly captures: ReadonlyMap<StateId, LoggedOperation>;
  /** True where the clone began with states of another one, whose lines stayed there. */
  readonly adopted: boolean;
}

/**
 * What was spent of budgets before a line or a state was made, as far as its own replica knew then: lines that came
 * from elsewhere later make no old work invalid. Reads the log at the first chain that has a budget, and only then.
 */
export class SpentBefore {
  readonly #workspace: Workspace;
  readonly #view: AuthorityView;
  readonly #received: boolean;
  #log: Promise<ReadLog> | undefined;

  /**
   * @param view the newest, which knows every root key.
   * @param received true where all states were made elsewhere.
   */
  constructor(workspace: Workspace, view: AuthorityView, received = false) {
    this.#workspace = workspace;
    this.#view = view;
    this.#received = received;
  }

  /** Before a line. */
  async line({ line }: LoggedOperation, chain: TokenChain): Promise<readonly Spent[]> {
    const wanted = budgetHolders(chain.blocks);
    if (wanted.length === 0) return [];
    const { under } = await this.#read();
    return wanted.map((holder) => {
      const ledger = new SpendingLedger();
      for (const operation of under.get(placeOf(holder, line.replica)) ?? []) {
        if (operation.line.seq < line.seq) ledger.add(operation, [holder]);
      }
      return ledger.spentBy(holder, line.at);
    });
  }

  /**
   * Of a state under a chain with budgets; undefined where no line here captured it, though one should have. What was
   * captured elsewhere is asked only what it tells itself: whether it is more by itself than its budgets allow.
   */
  async state(id: StateId, chain: TokenChain): Promise<CaptureSpending | undefined> {
    const { captures, adopted } = await this.#read();
    const captured = captures.get(id);
    if (captured === undefined) {
      return this.#received || adopted ? { spent: unspent(chain.blocks), said: null } : undefined;
    }
    return { spent: await this.line(captured, chain), said: spentBy(captured) };
  }

  #read(): Promise<ReadLog> {
    return (this.#log ??= this.#readLog());
  }

  /** A line whose chain is missing has a finding of its own. */
  async #readLog(): Promise<ReadLog> {
    const chains = new ChainHolders(this.#workspace, this.#view);
    const under = new Map<string, LoggedOperation[]>();
    const captures = new Map<StateId, LoggedOperation>();
    let adopted = false;
    for (const operation of (await this.#workspace.log.check()).operations) {
      const { line } = operation;
      adopted ||= line.op === 'pull' || (line.op === 'adopt' && line.seq === 0);
      for (const holder of (await chains.of(operation)) ?? []) {
        const place = placeOf(holder, line.replica);
        const known = under.get(place);
        if (known === undefined) under.set(place, [operation]);
        else known.push(operation);
      }
      if (!makesStates(line.op) || line.verdict.verdict === 'deny') continue;
      for (const state of line.states) captures.set(state, operation);
    }
    return { under, captures, adopted };
  }
}

function placeOf(holder: PublicKeyHex, replica: string): string {
  return `${holder} ${replica}`;
}
