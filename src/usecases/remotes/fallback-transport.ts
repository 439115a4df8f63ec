import { decodeUtf8, utf8 } from '#domain/encoding/bytes.ts';
import { HeddleError } from '#domain/error.ts';
import { readRefusal } from '#domain/server/push-refusal.ts';
import { HEDDLE_REFS } from '#domain/refs.ts';
import {
  encodeFallbackRefs,
  FALLBACK_FILE,
  FALLBACK_REF,
  LARGEST_FALLBACK,
  parseFallbackRefs,
} from '#domain/remotes/fallback-refs.ts';
import { encodeCarrierCommit, parseCommitLinks } from '#domain/state/carrier.ts';
import type { ObjectId } from '#ports/objects.ts';
import type { Incoming, PushAnswer, RemoteUpdate, Transport } from '#ports/boundary/transport.ts';
import type { Workspace } from '#ports/workspace.ts';

interface Sending {
  readonly atomic: boolean;
  readonly beside: Incoming;
}

/** What the branch of a remote holds. */
interface Table {
  readonly tip: ObjectId | null;
  readonly refs: ReadonlyMap<string, ObjectId>;
}

const EMPTY: Table = { tip: null, refs: new Map() };

/**
 * A transport to hosts that refuse `refs/heddle/*`, too: there one branch keeps them. It is used where a remote has that
 * branch and none of those refs, where it was asked for, or where a push was refused for those refs alone and the host
 * takes the branch. Everybody else is none the wiser. One for each call of a verb: it knows what it listed.
 */
export class FallbackTransport implements Transport {
  readonly #base: Transport;
  readonly #now: Workspace['clock'];
  #table: Table = EMPTY;
  #uses = false;
  /** The host has refs of heddle by themselves: it takes them. */
  #takes = false;
  #held: Incoming | undefined;
  #found = false;

  constructor(base: Transport, clock: Workspace['clock']) {
    this.#base = base;
    this.#now = clock;
  }

  /** True once a push found out that the host takes branches alone. */
  get foundOut(): boolean {
    return this.#found;
  }

  find: Transport['find'] = async (name) => this.#base.find(name);
  pushAddresses: Transport['pushAddresses'] = async (name) => this.#base.pushAddresses(name);
  add: Transport['add'] = async (name, address) => this.#base.add(name, address);
  usesFallback: Transport['usesFallback'] = async (name) => this.#base.usesFallback(name);
  forgetFallback: Transport['forgetFallback'] = async (name) => this.#base.forgetFallback(name);
  useFallback: Transport['useFallback'] = async (name) => this.#base.useFallback(name);
  leaving: Transport['leaving'] = async (heads, known) => this.#base.leaving(heads, known);
  leavingCommits: Transport['leavingCommits'] = async (heads, known) =>
    this.#base.leavingCommits(heads, known);
  isAncestor: Transport['isAncestor'] = async (commit, head) => this.#base.isAncestor(commit, head);

  async list(name: string, prefixes: readonly string[]): Promise<ReadonlyMap<string, ObjectId>> {
    const listed = new Map(await this.#base.list(name, [...new Set([...prefixes, FALLBACK_REF])]));
    const tip = listed.get(FALLBACK_REF) ?? null;
    listed.delete(FALLBACK_REF);
    const own = [...listed.keys()].filter((ref) => ref.startsWith(HEDDLE_REFS));
    this.#takes = own.length > 0;
    this.#uses = (await this.#base.usesFallback(name)) || (!this.#takes && tip !== null);
    if (!this.#uses) return listed;
    // A push that was killed may have left it; git fetches nothing while it is there.
    await this.#base.forgetFallback(name);
    this.#table = tip === null ? EMPTY : await this.#readTable(name, tip);
    for (const ref of own) listed.delete(ref);
    for (const [ref, id] of this.#table.refs) {
      if (prefixes.some((prefix) => ref === prefix || (prefix.endsWith('/') && ref.startsWith(prefix))))
        listed.set(ref, id);
    }
    return listed;
  }

  /** What the branch leads to came with it. */
  async fetch(name: string, tips: readonly ObjectId[]): Promise<Incoming> {
    const held = this.#held;
    this.#held = undefined;
    if (held === undefined) return this.#base.fetch(name, tips);
    const found = await held.objects.readMany(tips, LARGEST_FALLBACK);
    if (!found.includes(undefined)) return held;
    await held.close();
    throw invalid('it names what it does not lead to');
  }

  async push(
    name: string,
    updates: readonly RemoteUpdate[],
    sending: Sending,
  ): Promise<PushAnswer | 'not-atomic'> {
    if (this.#uses) return this.#pushTable(name, updates, sending);
    const answer = await this.#base.push(name, updates, sending);
    if (answer === 'not-atomic' || this.#takes || !isAboutRefs(answer)) return answer;
    const second = await this.#pushTable(name, updates, sending);
    if (second === 'not-atomic' || second.refused.length > 0) return answer;
    this.#uses = true;
    this.#found = true;
    await this.#base.useFallback(name);
    return second;
  }

  async #readTable(name: string, tip: ObjectId): Promise<Table> {
    const held = await this.#base.fetch(name, [tip]);
    try {
      const refs = parseFallbackRefs(await fileOf(held, tip));
      this.#held = held;
      return { tip, refs };
    } catch (error) {
      await held.close();
      throw error;
    }
  }

  /** The branch moves forward by one commit, together with whatever is not heddle's own. */
  async #pushTable(
    name: string,
    updates: readonly RemoteUpdate[],
    sending: Sending,
  ): Promise<PushAnswer | 'not-atomic'> {
    const own = updates.filter(({ ref }) => ref.startsWith(HEDDLE_REFS));
    const others = updates.filter(({ ref }) => !ref.startsWith(HEDDLE_REFS));
    if (own.length === 0) return this.#base.push(name, updates, sending);
    const refs = new Map([...this.#table.refs, ...own.map(({ ref, new: next }) => [ref, next] as const)]);
    const tip = await this.#write(sending.beside, refs);
    const move = { ref: FALLBACK_REF, old: this.#table.tip, new: tip };
    const answer = await this.#pushBranch(name, [move, ...others], sending);
    if (answer === 'not-atomic') return answer;
    const named = <T extends { readonly ref: string }>(row: T): readonly T[] =>
      row.ref === FALLBACK_REF ? own.map(({ ref }) => ({ ...row, ref })) : [row];
    const moved = answer.moved.flatMap((ref) => named({ ref })).map(({ ref }) => ref);
    if (answer.moved.includes(FALLBACK_REF) && answer.refused.every(({ ref }) => ref !== FALLBACK_REF))
      this.#table = { tip, refs };
    return { ...answer, moved, refused: answer.refused.flatMap(named) };
  }

  async #pushBranch(
    name: string,
    updates: readonly RemoteUpdate[],
    sending: Sending,
  ): Promise<PushAnswer | 'not-atomic'> {
    try {
      return await this.#base.push(name, updates, sending);
    } finally {
      await this.#base.forgetFallback(name);
    }
  }

  /** Whatever a name leads to, now or before, is among the ancestors. */
  async #write({ writer }: Incoming, refs: ReadonlyMap<string, ObjectId>): Promise<ObjectId> {
    const batch = writer.batch();
    const { tip, refs: before } = this.#table;
    const known = new Set(before.values());
    const fresh = [...new Set(refs.values())].filter((id) => !known.has(id)).toSorted();
    const file = batch.add('blob', encodeFallbackRefs(refs));
    const tree = batch.addTree([{ mode: '100644', name: utf8(FALLBACK_FILE), id: file }]);
    const content = encodeCarrierCommit({
      tree,
      parents: [...(tip === null ? [] : [tip]), ...fresh],
      principal: 'heddle',
      at: this.#now.now(),
      message: 'heddle refs',
    });
    const commit = batch.add('commit', content);
    await batch.write();
    return commit;
  }
}

/** The content of the only file. */
async function fileOf({ objects }: Incoming, tip: ObjectId): Promise<Uint8Array> {
  const commit = await objects.read(tip, LARGEST_FALLBACK);
  const tree = commit?.kind === 'commit' ? parseCommitLinks(commit.content)?.tree : undefined;
  const [file, ...others] = tree === undefined ? [] : ((await objects.readTree(tree)) ?? []);
  const isOurs = others.length === 0 && file?.mode === '100644' && decodeUtf8(file.name) === FALLBACK_FILE;
  const blob = isOurs ? await objects.read(file.id, LARGEST_FALLBACK) : undefined;
  if (blob?.kind !== 'blob') throw invalid('its newest commit is none of heddle');
  return blob.content;
}

/** The transport of a workspace, to whatever kind of host. */
export async function openTransport(workspace: Workspace): Promise<FallbackTransport> {
  return new FallbackTransport(await workspace.transport(), workspace.clock);
}

/**
 * Refused for refs of heddle, as far as anybody can tell: for no other, or all alike, as by a hook that judges a whole
 * push. Where that had another reason, it refuses the branch as well.
 */
function isAboutRefs({ refused, moved, said }: PushAnswer): boolean {
  // A server with heddle takes such refs, and said what is wrong with these.
  if (said.some((line) => readRefusal(line) !== undefined)) return false;
  const meant = refused.filter(({ kind }) => kind !== 'other');
  return (
    meant.some(({ ref }) => ref.startsWith(HEDDLE_REFS)) &&
    moved.length === 0 &&
    meant.every(({ kind }) => kind === 'refused') &&
    (meant.every(({ ref }) => ref.startsWith(HEDDLE_REFS)) || new Set(meant.map(({ why }) => why)).size === 1)
  );
}

function invalid(why: string): HeddleError {
  return new HeddleError('FORMAT_INVALID', `the remote's ${FALLBACK_REF} does not hold: ${why}`, {
    facts: { ref: FALLBACK_REF },
    preserved: 'nothing was changed',
  });
}
