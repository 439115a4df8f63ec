import { applyRecord, beginView } from '#domain/authority/apply-record.ts';
import type { Author, AuthorityVerifier } from '#domain/authority/author.ts';
import { judgeEntry, type AuthorityEntry, type FoldResult } from '#domain/authority/authority-fold.ts';
import { findPrincipal } from '#domain/authority/authority-view.ts';
import type { AuthorityRecord, AuthorityView } from '#domain/authority/authority.ts';
import { genesisBody } from '#domain/authority/genesis.ts';
import { lastingOwners } from '#domain/authority/last-owner.ts';
import { grantsNeeded } from '#domain/authority/record-rules.ts';
import type { AuthorityId } from '#domain/id.ts';
import { beatenRecords } from './beaten.ts';
import { inOrder, knows, type RecordNode } from './record-node.ts';
import { replay } from './replay.ts';

/** What two chains come to where they are joined. */
export interface JoinedViews {
  readonly view: AuthorityView;
  /** Records that give nothing any more, in order, but for those that gave nothing before. */
  readonly beaten: readonly AuthorityId[];
}

/** A record that was added, and what all up to it come to. */
export type AddedRecord =
  | { readonly kind: 'view'; readonly id: AuthorityId; readonly view: AuthorityView }
  | Extract<FoldResult, { readonly kind: 'violation' }>;

interface Folded {
  readonly node: RecordNode;
  /** Null where it can be made again from a record before: a chain of thousands keeps few of them. */
  view: AuthorityView | null;
  /** All records up to this one that give nothing. */
  readonly beaten: ReadonlySet<AuthorityId>;
}

/**
 * Authority records with all that any of them was made with knowledge of: a chain, where none was made apart from
 * others. What the records up to one come to depends on which they are, not on the order in which they arrived or were
 * joined.
 */
export class AuthorityGraph {
  readonly #verifier: AuthorityVerifier;
  readonly #folded = new Map<AuthorityId, Folded>();
  /** By line, its newest record. */
  readonly #tips: AuthorityId[] = [];
  /** By root key, the records that registered it. */
  readonly #registrations = new Map<string, readonly RecordNode[]>();

  constructor(verifier: AuthorityVerifier) {
    this.#verifier = verifier;
  }

  /** Adds a record whose predecessors are here; one that is not valid is not added. Twice is once. */
  add(entry: AuthorityEntry): AddedRecord {
    const { record } = entry;
    const { ground, link } = placed(this.#before(record), record);
    const step = judgeEntry(ground?.view ?? null, entry, { verifier: this.#verifier, link });
    if (step.kind === 'violation') return step;
    const known = this.#folded.get(step.id);
    if (known !== undefined) return { kind: 'view', id: step.id, view: this.#viewOf(known) };
    const folded = this.#fold(step.id, { record, author: step.author, before: ground });
    this.#register(folded.node);
    this.#folded.set(step.id, folded);
    this.#tips[folded.node.line] = step.id;
    const [followed, ...others] = record.prev.map((id) => this.#folded.get(id));
    if (followed !== undefined && others.length === 0 && followed.node.record.prev.length === 1)
      followed.view = null;
    return { kind: 'view', id: step.id, view: this.#viewOf(folded) };
  }

  has(id: AuthorityId): boolean {
    return this.#folded.has(id);
  }

  /** What the records up to one come to; undefined where it is not here. */
  view(id: AuthorityId): AuthorityView | undefined {
    const folded = this.#folded.get(id);
    return folded === undefined ? undefined : this.#viewOf(folded);
  }

  /** Tells whether a record is `other`, or was made with knowledge of it; false where either is not here. */
  knows(id: AuthorityId, other: AuthorityId): boolean {
    const [a, b] = [this.#folded.get(id), this.#folded.get(other)];
    return a !== undefined && b !== undefined && knows(a.node, b.node);
  }

  /** Whether a record gives nothing among all up to another one. */
  isBeaten(id: AuthorityId, among: AuthorityId): boolean {
    return this.#folded.get(among)?.beaten.has(id) === true;
  }

  /** What a record's author signed under: what a revocation names. */
  signedUnder(id: AuthorityId): Pick<RecordNode, 'session' | 'blocks'> {
    const { session, blocks } = this.#folded.get(id)?.node ?? NOTHING;
    return { session, blocks };
  }

  /** Records up to one that gave something there, and give nothing any more by another that was made with knowledge of it. */
  beatenSince(known: AuthorityId, newer: AuthorityId): readonly AuthorityId[] {
    const [a, b] = [this.#folded.get(known), this.#folded.get(newer)];
    if (a === undefined || b === undefined) return [];
    return [...b.beaten].filter((id) => !a.beaten.has(id) && this.knows(known, id));
  }

  /** What two records and all before them come to together; undefined where either is not here. */
  join(one: AuthorityId, other: AuthorityId): JoinedViews | undefined {
    const [a, b] = [this.#folded.get(one), this.#folded.get(other)];
    if (a === undefined || b === undefined) return undefined;
    return this.#viewOf(a).genesis === this.#viewOf(b).genesis ? this.#join(a, b) : undefined;
  }

  /** Views that were not kept follow from the nearest one before them, along one line of records. */
  #viewOf(folded: Folded): AuthorityView {
    const since: RecordNode[] = [];
    let at = folded;
    while (at.view === null) {
      const before = this.#folded.get(at.node.record.prev[0] ?? at.node.id);
      if (before === undefined || before === at)
        throw new Error('invariant: what is folded follows something');
      since.push(at.node);
      at = before;
    }
    return since
      .toReversed()
      .reduce<AuthorityView>((view, { id, record }) => applyRecord(view, id, record), at.view);
  }

  #join(a: Folded, b: Folded): JoinedViews & { readonly all: ReadonlySet<AuthorityId> } {
    const [ofA, ofB] = [this.#upTo(a.node), this.#upTo(b.node)];
    const alone = [
      ofA.filter((node) => !knows(b.node, node)),
      ofB.filter((node) => !knows(a.node, node)),
    ] as const;
    const together = [...ofA, ...alone[1]];
    const before = new Set([...a.beaten, ...b.beaten]);
    const all = beatenRecords(alone, before, together);
    const base = this.#base(a.node, b.node, together);
    const since = together.filter((node) => node.id !== base.node.id && knows(node, base.node));
    const view = replay(this.#viewOf(base), since, all);
    const beaten = inOrder(together.filter(({ id }) => all.has(id) && !before.has(id))).map(({ id }) => id);
    return { view, beaten, all };
  }

  /** The newest record that all others know, or are known by: nothing before it was made apart from anything. */
  #base(a: RecordNode, b: RecordNode, together: readonly RecordNode[]): Folded {
    const common = inOrder(together.filter((node) => knows(a, node) && knows(b, node)));
    const found = common.findLast((base) => together.every((node) => knows(node, base) || knows(base, node)));
    const folded = found === undefined ? undefined : this.#folded.get(found.id);
    if (folded === undefined) throw new Error('invariant: records of one repository know its genesis');
    return folded;
  }

  #upTo(node: RecordNode): readonly RecordNode[] {
    return [...this.#folded.values()].map((folded) => folded.node).filter((other) => knows(node, other));
  }

  /** What a record is judged by: null for a genesis, a clause where its predecessors are not what they have to be. */
  #before(record: AuthorityRecord): Before | null | string {
    if (record.prev.length === 0) return null;
    const [a, b, ...others] = record.prev.map((id) => this.#folded.get(id));
    if (a === undefined || others.length > 0) return ASTRAY;
    const joins = record.body.kind === 'merge';
    if (joins !== (record.prev.length === 2)) return ASTRAY;
    const { node, beaten } = a;
    if (!joins) return { view: this.#viewOf(a), beaten, after: [node], seq: node.record.seq };
    return b === undefined ? ASTRAY : this.#beforeMerge(a, b);
  }

  #beforeMerge(a: Folded, b: Folded): Before | string {
    if (this.#viewOf(a).genesis !== this.#viewOf(b).genesis) return 'it joins two repositories';
    if (a.node.id >= b.node.id) return 'it does not name what it joins in order';
    if (knows(a.node, b.node) || knows(b.node, a.node)) return 'it joins what was not apart';
    const { view, all } = this.#join(a, b);
    if (lastingOwners(view).length === 0) return 'no owner would be left whose grant does not end';
    return {
      view,
      beaten: all,
      after: [a.node, b.node],
      seq: Math.max(a.node.record.seq, b.node.record.seq),
    };
  }

  #fold(
    id: AuthorityId,
    {
      record,
      author,
      before,
    }: {
      readonly record: AuthorityRecord;
      readonly author: Author | null;
      readonly before: Before | null;
    },
  ): Folded {
    const place = this.#place(before?.after ?? []);
    const facts = before === null ? NOTHING : this.#facts(before, record, author);
    const node = { id, record, ...place, ...facts };
    if (before === null)
      return { node, view: beginView(id, record.at, genesisBody(record)), beaten: new Set() };
    return { node, view: applyRecord(before.view, id, record), beaten: before.beaten };
  }

  /** On the line of the first predecessor that nothing follows yet, or on one of its own. */
  #place(after: readonly RecordNode[]): Pick<RecordNode, 'line' | 'place' | 'known'> {
    const known = new Map<number, number>();
    for (const node of after)
      for (const [line, place] of node.known) known.set(line, Math.max(place, known.get(line) ?? -1));
    const last = after.find(({ id, line }) => this.#tips[line] === id);
    const line = last?.line ?? this.#tips.length;
    const place = last === undefined ? 0 : last.place + 1;
    return { line, place, known: known.set(line, place) };
  }

  #facts(
    before: Before,
    record: AuthorityRecord,
    author: Author | null,
  ): Pick<RecordNode, 'session' | 'blocks' | 'support' | 'removed'> {
    if (author === null || author.kind === 'refused') return NOTHING;
    const { view } = before;
    const { body } = record;
    const taken = body.kind === 'grant' && body.action === 'remove' ? body.grant : undefined;
    const signed =
      author.kind === 'chain'
        ? { session: author.chain.authority.session, blocks: author.chain.revocationIds }
        : { session: null, blocks: [] };
    return {
      ...signed,
      support: [
        ...this.#registration(before, record.by),
        ...grantsNeeded(view, record, author, this.#verifier),
      ],
      removed: view.grants.find(({ id }) => id === taken) ?? null,
    };
  }

  /** The records that registered somebody's live keys: more than one where two registered the same apart. */
  #registration({ view, beaten, after }: Before, principal: string): readonly AuthorityId[] {
    const root = findPrincipal(view, principal)?.keys.root ?? '';
    return (this.#registrations.get(root) ?? [])
      .filter((node) => !beaten.has(node.id) && after.some((last) => knows(last, node)))
      .map(({ id }) => id);
  }

  #register(node: RecordNode): void {
    const { body } = node.record;
    if (body.kind !== 'key' || body.action === 'revoke') return;
    const { root } = body.keys;
    this.#registrations.set(root, [...(this.#registrations.get(root) ?? []), node]);
  }
}

interface Before {
  readonly view: AuthorityView;
  readonly beaten: ReadonlySet<AuthorityId>;
  readonly after: readonly RecordNode[];
  /** The highest of the predecessors'. */
  readonly seq: number;
}

const NOTHING = { session: null, blocks: [], support: [], removed: null } as const;
const ASTRAY = 'it does not continue the chain';

/** What a record is judged on, and what is wrong with where it stands. */
function placed(
  before: Before | null | string,
  record: AuthorityRecord,
): { readonly ground: Before | null; readonly link: string | undefined } {
  if (typeof before === 'string') return { ground: null, link: before };
  return { ground: before, link: before === null ? undefined : placeProblem(before, record) };
}

function placeProblem({ view, seq }: Before, record: AuthorityRecord): string | undefined {
  if (record.repo !== view.genesis) return 'it belongs to another repository';
  return record.seq === seq + 1 ? undefined : 'it is out of sequence';
}
