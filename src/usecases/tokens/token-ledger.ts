import type { Json } from '#domain/encoding/canonical-json.ts';
import { jsonField } from '#domain/encoding/json-field.ts';
import type { OperationId } from '#domain/id.ts';
import type { LoggedOperation } from '#domain/operation/operation.ts';
import { parseInstant, type Instant } from '#domain/time.ts';
import { budgetsOf, type Budget, type Spent } from '#domain/token/budget.ts';
import { BUDGET_KINDS } from '#domain/token/budget-kind.ts';
import { agentNames, type PublicKeyHex, type TokenBlock, type TokenChain } from '#domain/token/token.ts';
import { effectiveScope } from '#domain/token/token-scope.ts';
import { holdersOf, SpendingLedger } from '#usecases/budgets/spending-ledger.ts';

/** A token that was made here, or was seen at work here. */
export interface KnownToken {
  readonly principal: string;
  /** Null for one that a principal minted. */
  readonly agent: string | null;
  /** Agents before it, in order of delegation. */
  readonly via: readonly string[];
  readonly session: string;
  readonly holder: PublicKeyHex;
  /** Null for one without end. */
  readonly expires: Instant | null;
  /** Of its own block and each before it: its own is the last. */
  readonly revocationIds: readonly string[];
  /** Of its own block, for its own holder. */
  readonly budget: Budget;
  /** Null for one that was made elsewhere. */
  readonly made: { readonly at: Instant; readonly operation: OperationId } | null;
}

/** What somebody did with a token. */
export interface TokenUse {
  readonly states: number;
  /** Operations that were allowed. */
  readonly operations: number;
  readonly denials: number;
  readonly lastSeen: Instant | null;
}

const UNUSED: TokenUse = { states: 0, operations: 0, denials: 0, lastSeen: null };

/** Puts together what log lines and chains tell of tokens. A holder's key stands for its token: each has its own. */
export class TokenLedger {
  readonly #tokens = new Map<PublicKeyHex, KnownToken>();
  /** Last revocation ids of the chains that were taken. */
  readonly #chains = new Set<string>();
  readonly #uses = new Map<PublicKeyHex, TokenUse>();
  readonly #spending = new SpendingLedger();

  get tokens(): readonly KnownToken[] {
    return [...this.#tokens.values()];
  }

  useOf({ holder }: KnownToken): TokenUse {
    return this.#uses.get(holder) ?? UNUSED;
  }

  /** What was used up under the token by then, by all that was made from it too. */
  spentBy({ holder }: KnownToken, now: Instant): Spent {
    return this.#spending.spentBy(holder, now);
  }

  /** Takes a line of the log, with the chain that it was signed under where that can be read. */
  addLine(operation: LoggedOperation, chain: TokenChain | null): void {
    const { line } = operation;
    if (chain !== null) {
      this.addChain(chain);
      this.#spending.add(operation, holdersOf(chain));
    }
    const made = madeToken(operation, chain);
    const known = made === undefined ? undefined : this.#tokens.get(made.holder);
    if (made !== undefined) this.#tokens.set(made.holder, { ...(known ?? made), made: made.made });
    const counted = line.verdict.verdict === 'deny' ? 'denials' : 'operations';
    this.#count(line.holder, counted, line.at);
  }

  /** Takes a state whose signature is good. */
  addState(state: { readonly holder: PublicKeyHex; readonly capturedAt: Instant }): void {
    this.#count(state.holder, 'states', state.capturedAt);
  }

  /** Takes a chain for each agent in it. Whose session it began from is nobody's child. */
  addChain(chain: TokenChain): void {
    const last = chain.revocationIds.at(-1) ?? '';
    if (this.#chains.has(last)) return;
    this.#chains.add(last);
    for (const [index, block] of chain.blocks.entries()) {
      if (block.kind !== 'delegation') continue;
      const blocks = chain.blocks.slice(0, endOf(chain.blocks, index));
      // What signatures vouch for goes before what a line said.
      this.#tokens.set(block.holder, {
        principal: chain.authority.principal,
        agent: block.agent,
        via: agentsOf(chain.blocks.slice(0, index)),
        session: chain.authority.session,
        holder: block.holder,
        expires: effectiveScope(blocks).notAfter,
        revocationIds: chain.revocationIds.slice(0, index + 1),
        budget: ownBudget(chain.blocks.slice(index), block.holder),
        made: this.#tokens.get(block.holder)?.made ?? null,
      });
    }
  }

  #count(holder: PublicKeyHex, what: 'states' | 'operations' | 'denials', at: Instant): void {
    const use = this.#uses.get(holder) ?? UNUSED;
    const lastSeen = use.lastSeen === null || use.lastSeen < at ? at : use.lastSeen;
    this.#uses.set(holder, { ...use, [what]: use[what] + 1, lastSeen });
  }
}

/** The tightest bound of each kind: a block that was added for the same holder may have one of its own. */
function ownBudget(blocks: readonly TokenBlock[], holder: PublicKeyHex): Budget {
  const bounds = new Map<string, number>();
  for (const check of budgetsOf(blocks)) {
    if (check.holder !== holder) continue;
    bounds.set(check.budget, Math.min(check.atMost, bounds.get(check.budget) ?? check.atMost));
  }
  return Object.fromEntries(bounds);
}

/** Where the checks of an agent's own token end: at the next agent. */
function endOf(blocks: readonly TokenBlock[], index: number): number {
  const next = blocks.findIndex(({ kind }, at) => at > index && kind === 'delegation');
  return next < 0 ? blocks.length : next;
}

function agentsOf(blocks: readonly TokenBlock[]): readonly string[] {
  return blocks.flatMap((block) => (block.kind === 'delegation' ? [block.agent] : []));
}

/** What a line says that it made; undefined where it made none, or its words are gone. */
function madeToken({ id, line, texts }: LoggedOperation, parent: TokenChain | null): KnownToken | undefined {
  if (texts === 'redacted' || line.verdict.verdict === 'deny') return undefined;
  const made = { at: line.at, operation: id };
  // An approval makes its token while it is carried out: its answer names it.
  const said = saidToken(
    line.op === 'approve' ? jsonField(texts.result, 'token') : jsonField(texts.args, 'verb'),
  );
  if (said === undefined) return undefined;
  const { block, ...token } = said;
  if (!MAKES_TOKENS.includes(line.op)) return undefined;
  if (line.op === 'token-mint' || parent === null) return { ...token, via: [], revocationIds: [block], made };
  const { principal, session } = parent.authority;
  const revocationIds = [...parent.revocationIds, block];
  return { ...token, principal, session, via: agentNames(parent), revocationIds, made };
}

const MAKES_TOKENS: readonly string[] = ['token-mint', 'token-attenuate', 'approve'];

type SaidToken = Pick<KnownToken, 'principal' | 'agent' | 'session' | 'holder' | 'expires' | 'budget'> & {
  readonly block: string;
};

function saidToken(args: Json | undefined): SaidToken | undefined {
  const [principal, session, holder, block] = ['principal', 'session', 'holder', 'block'].map((name) =>
    textOf(args, name),
  );
  const expires = instantOf(textOf(args, 'expires'));
  if (principal === undefined || session === undefined || expires === undefined) return undefined;
  if (holder === undefined || block === undefined) return undefined;
  const budget = budgetIn(jsonField(args, 'budget'));
  return { principal, agent: textOf(args, 'agent') ?? null, session, holder, expires, budget, block };
}

function budgetIn(said: Json | undefined): Budget {
  const bounds = BUDGET_KINDS.flatMap((kind): [string, number][] => {
    const atMost = jsonField(said, kind);
    return typeof atMost === 'number' && Number.isSafeInteger(atMost) && atMost >= 0 ? [[kind, atMost]] : [];
  });
  return Object.fromEntries(bounds);
}

function textOf(args: Json | undefined, name: string): string | undefined {
  const value = jsonField(args, name);
  return typeof value === 'string' ? value : undefined;
}

/** Undefined for what is no time; what a sidecar says is up to whoever signed the line. */
function instantOf(text: string | undefined): Instant | undefined {
  try {
    return text === undefined ? undefined : parseInstant(text);
  } catch {
    return undefined;
  }
}
