import type { AuthorityView } from '#domain/authority/authority.ts';
import type { Denial } from '#domain/decision/decision.ts';
import { jsonField } from '#domain/encoding/json-field.ts';
import type { AuthorityId, StateId } from '#domain/id.ts';
import { makesStates, tellsOfExchange, type LoggedOperation } from '#domain/operation/operation.ts';
import { AUTHORITY_REF } from '#domain/refs.ts';
import type { TokenChain } from '#domain/token/token.ts';
import type { Workspace } from '#ports/workspace.ts';
import { everyOperation } from '#usecases/segments/published-operations.ts';
import { keptHeads, walkSoundStates } from '#usecases/states/walk-states.ts';
import type { VerifyReport } from './report.ts';
import type { AuthorityHistory } from './verify-authority.ts';

type ChainRecord = AuthorityHistory['records'][number];
/** A record that lessens authority, with what its author knew. */
type Lessening = Extract<ChainRecord, { readonly seen: readonly string[] }>;

/** Something that was done: a state, a line of a log, or a review. */
export interface Work {
  readonly kind: 'state' | 'operation' | 'review';
  readonly id: string;
  /** The head that it says it was decided under; its author's word. */
  readonly policy: AuthorityId | null;
  readonly principal: string;
  readonly chain: TokenChain;
  /** False for what only says something: a freeze and a grant were not asked. */
  readonly changes: boolean;
  /** What would refuse it under another view, undefined for nothing; null where no role was asked, or elsewhere. */
  readonly deniedUnder: ((view: AuthorityView) => Promise<Denial | undefined>) | null;
}

interface Suspect {
  readonly work: Work;
  readonly by: Lessening;
}

/** Hears of all work that was verified, to hold it against more than its own decision. */
export type WorkListener = Pick<LateWork, 'note' | 'noteLine'>;

/**
 * Holds work against the records that came after the head it says it was decided under, and that would have stopped it.
 * Whoever lost a token, a role or a free hand still has the key and can date back: under an older head, at an earlier
 * time. What such a record's author had seen stays good: states among the ancestors of a head that it names, or of lines
 * up to one that it names, and those lines. Anything else is late. A freeze takes nothing from anybody for good: once it
 * is lifted whoever worked before they heard of it could do the same again, and theirs is no longer late.
 */
export class LateWork {
  readonly #history: AuthorityHistory;
  readonly #lessening: readonly Lessening[];
  readonly #suspects: Suspect[] = [];

  constructor(history: AuthorityHistory) {
    this.#history = history;
    const lifted = liftedFreezes(history);
    const stands = ({ id, kind }: ChainRecord): boolean => kind !== 'freeze' || !lifted.has(id);
    this.#lessening = history.records.flatMap((one) => ('seen' in one && stands(one) ? [one] : []));
  }

  /** Remembers work for {@link report}. Under a head that knows of a record the decision itself refuses. */
  note(work: Work): void {
    const { policy } = work;
    for (const by of this.#lessening) {
      const knew = policy !== null && this.#history.knows(policy, by.id);
      if (!knew && this.#hits(by, work)) this.#suspects.push({ work, by });
    }
  }

  /** The same for an allowed line. One that brings a record itself knows it. */
  noteLine(operation: LoggedOperation, rest: Pick<Work, 'chain' | 'deniedUnder'>): void {
    const { id, line, texts } = operation;
    if (tellsOfExchange(line.op)) return;
    const refs = texts === 'redacted' ? [] : texts.refs;
    const [brought] = refs
      .filter(({ name }) => name === AUTHORITY_REF)
      .flatMap(({ new: next }) => this.#history.commits.get(next ?? '') ?? []);
    const knows = brought ?? line.policy;
    const changes = texts !== 'redacted' && (refs.length > 0 || texts.effects.length > 0);
    this.note({
      kind: 'operation',
      id,
      policy: knows,
      principal: line.actor.principal,
      changes,
      ...rest,
    });
  }

  /**
   * Reports the work that the author of such a record had not seen.
   *
   * @param unsure hears instead of what may have been seen: beside a state that is not there, and is not meant to be.
   */
  async report(
    workspace: Workspace,
    report: VerifyReport,
    unsure?: (subject: string, message: string) => void,
  ): Promise<void> {
    if (this.#suspects.length === 0) return;
    const parents = await readParents(workspace);
    for (const by of new Set(this.#suspects.map((suspect) => suspect.by))) {
      const seen = new Set([...ancestorsOf(by.seen, parents), ...(await doneUpTo(workspace, by.seen))]);
      for (const { work, by: record } of this.#suspects) {
        if (record !== by || seen.has(work.id)) continue;
        if (by.kind === 'grant' && (await this.#neededNot(by, work))) continue;
        const message = `it is late: ${WORDS[by.kind]} ${by.id}, which had not seen it${settledBy(work, by)}`;
        const lacksOne = by.seen.some((id) => id.startsWith('hs-') && !parents.has(id));
        if (unsure !== undefined && lacksOne) unsure(work.id, message);
        else report.find(work.kind, work.id, message);
      }
    }
  }

  #hits(by: Lessening, { chain, principal, changes, deniedUnder }: Work): boolean {
    switch (by.kind) {
      case 'key':
        return chain.root === by.root;
      case 'revoke':
        return (
          by.session === chain.authority.session ||
          (by.block !== null && chain.revocationIds.includes(by.block))
        );
      case 'freeze':
        return changes;
      case 'grant':
        return deniedUnder !== null && this.#granted(by)?.principal === principal;
    }
  }

  #granted(by: Lessening) {
    const grant = by.kind === 'grant' ? by.grant : undefined;
    const [before] = by.prev;
    const view = before === undefined ? undefined : this.#history.views.get(before);
    return view?.grants.find(({ id }) => id === grant);
  }

  /** Whether the work was allowed without the grant that was removed, too. */
  async #neededNot(by: Lessening, { policy, deniedUnder }: Work): Promise<boolean> {
    const view = this.#history.views.get(policy ?? this.#history.newest.genesis);
    if (by.kind !== 'grant' || view === undefined || deniedUnder === null) return true;
    const grants = view.grants.filter(({ id }) => id !== by.grant);
    return (await deniedUnder({ ...view, grants })) === undefined;
  }
}

/**
 * Freezes that somebody lifted, and not in vain: where two were made apart, one is still there when the other is lifted.
 * Nothing is frozen now, or it could be frozen again.
 */
function liftedFreezes({ records, newest, knows }: AuthorityHistory): ReadonlySet<AuthorityId> {
  const freezes = records.filter(({ kind }) => kind === 'freeze');
  const lifting = records.filter(
    ({ id, kind }) =>
      kind === 'unfreeze' && (newest.frozen === null || freezes.some((freeze) => knows(freeze.id, id))),
  );
  return new Set(freezes.filter(({ id }) => lifting.some((one) => knows(one.id, id))).map(({ id }) => id));
}

/** What helps. A line stays for as long as its log, and counts for no more than that somebody wrote it. */
function settledBy({ kind }: Work, by: Lessening): string {
  if (by.kind === 'freeze') return '; an owner lifts the freeze with `heddle unfreeze`';
  if (kind === 'operation') return '; it gives nothing, and nothing takes a line out of a log';
  return kind === 'state' ? '; whoever may captures anew what is to stay of it' : '';
}

const WORDS: Readonly<Record<Lessening['kind'], string>> = {
  revoke: 'its chain was revoked by',
  key: 'the keys behind its chain were revoked by',
  freeze: 'the repository was frozen by',
  grant: 'what allowed it was removed by',
};

/** Every state of every thread, with its parents. */
async function readParents(workspace: Workspace): Promise<ReadonlyMap<string, readonly StateId[]>> {
  const parents = new Map<string, readonly StateId[]>();
  for await (const { id, state } of walkSoundStates(workspace, [...(await keptHeads(workspace)).values()])) {
    parents.set(id, state.parents);
  }
  return parents;
}

function ancestorsOf(
  heads: readonly string[],
  parents: ReadonlyMap<string, readonly StateId[]>,
): ReadonlySet<string> {
  const found = new Set<string>();
  const pending = [...heads];
  for (let id = pending.pop(); id !== undefined; id = pending.pop()) {
    if (found.has(id)) continue;
    const above = parents.get(id);
    if (above === undefined) continue;
    found.add(id);
    pending.push(...above);
  }
  return found;
}

/** Lines up to one of these, and what they captured or said: what was undone since is in no thread any more. */
async function doneUpTo(workspace: Workspace, heads: readonly string[]): Promise<readonly string[]> {
  const wanted = new Set(heads);
  const reached = new Set<string>();
  const done: string[] = [];
  for await (const { id, line, texts } of everyOperation(workspace)) {
    if (wanted.has(id)) reached.add(line.replica);
    if (!reached.has(line.replica)) continue;
    done.push(id);
    if (line.verdict.verdict === 'deny') continue;
    if (makesStates(line.op)) done.push(...line.states);
    const said = line.op === 'review' && texts !== 'redacted' ? jsonField(texts.result, 'review') : null;
    if (typeof said === 'string') done.push(said);
  }
  return done;
}
