import type { AuthorityView } from '#domain/authority/authority.ts';
import type { Denial } from '#domain/decision/decision.ts';
import { requestThen } from '#domain/decision/request-then.ts';
import { HeddleError } from '#domain/error.ts';
import type { ContinuedState } from '#domain/policy/policy-breach.ts';
import { pathResource, threadResource } from '#domain/resource/resource.ts';
import type { TokenChain } from '#domain/token/token.ts';
import type { ObjectId, TreeChange } from '#ports/objects.ts';
import type { Workspace } from '#ports/workspace.ts';
import { SpentBefore } from '#usecases/budgets/spent-before.ts';
import { stateSpending } from '#usecases/budgets/state-spending.ts';
import { authoriseGuarded } from '#usecases/requests/authorise-guarded.ts';
import { leftOutOf } from '#usecases/states/brought/left-out.ts';
import { carrierTrees, filesBefore, type CarrierTrees } from '#usecases/states/carrier-trees.ts';
import { asksAttestation, continuedStates } from '#usecases/states/continued-states.ts';
import { readState, type CarriedState } from '#usecases/states/read-state.ts';
import { parentCarriers } from '#usecases/states/walk-states.ts';
import type { WorkListener } from '#usecases/verify/late-work.ts';
import type { VerifyReport } from '#usecases/verify/report.ts';
import type { AuthorityHistory } from '#usecases/verify/verify-authority.ts';
import type { VerifiedTombstones } from '#usecases/verify/verify-tombstone-set.ts';
import { HiddenChanges } from './hidden-changes.ts';
import { withoutNameless, withoutRenamed } from './without-renamed.ts';

/** What states are held against. */
export interface StateGround {
  readonly report: VerifyReport;
  readonly authority: AuthorityHistory;
  readonly tombstones: VerifiedTombstones;
  /** Where work waits to be held against the records that came after it. */
  readonly late: Pick<WorkListener, 'note'>;
  /** True where all of it was fetched, and no line of this clone tells of it. */
  readonly received: boolean;
}

/** What a state changed, as raw paths. */
interface Difference {
  readonly paths: readonly Uint8Array[];
  /** What may have stood there before: it is hidden now. */
  readonly hidden: readonly Uint8Array[];
}

/**
 * What was asked then. There are two answers where it cannot be told any more: everything in which a first state
 * differs from its base may be hidden now, and then it touched either that or nothing.
 */
function questions({ paths, hidden }: Difference): readonly (readonly Uint8Array[])[] {
  return paths.length === 0 && hidden.length > 0 ? [hidden, []] : [paths];
}

/** Asks again of states whether they were allowed, and hands them on to be held against what came after them. */
export class StateDecision {
  readonly #workspace: Workspace;
  readonly #report: VerifyReport;
  readonly #authority: AuthorityHistory;
  readonly #tombstones: VerifiedTombstones;
  readonly #hidden: HiddenChanges;
  readonly #spent: SpentBefore;
  readonly #late: Pick<WorkListener, 'note'>;

  constructor(workspace: Workspace, { report, authority, tombstones, late, received }: StateGround) {
    this.#workspace = workspace;
    this.#report = report;
    this.#authority = authority;
    this.#tombstones = tombstones;
    this.#hidden = new HiddenChanges(workspace, tombstones);
    this.#spent = new SpentBefore(workspace, authority.newest, received);
    this.#late = late;
  }

  /** Asks the decision again as it was asked then: the same head, the same time, everything that was touched. */
  async verify(carried: CarriedState, chain: TokenChain | null): Promise<void> {
    const { state, id } = carried;
    const view = this.#authority.views.get(state.policy);
    if (view === undefined || chain === null || carried.chain === null) {
      this.#report.find('state', id, 'the authority record it was decided under is unknown');
      return;
    }
    const { paths, hidden } = await this.#difference(carried);
    const removed = this.#tombstones.hidden.size + this.#tombstones.names.size > 0;
    const options = { before: this.#spent, paths, removed };
    const spending = await stateSpending(this.#workspace, { carried, chain }, options);
    if (spending.problem !== undefined) this.#report.find('state', id, spending.problem);
    const { holder, actor, capturedAt: at } = state;
    const captured = { signed: { holder, actor, at }, credential: { chain, bytes: carried.chain } };
    const continues = await this.#continued(carried, view);
    const asked = { operation: 'state:capture', continues, ...spending.facts } as const;
    const denials = async (authority: AuthorityView): Promise<readonly Denial[]> => {
      const found: Denial[] = [];
      for (const touched of questions({ paths, hidden })) {
        const resources = touchedResources(view, state.thread, touched);
        const request = requestThen(authority, captured, { ...asked, resources });
        const decision = await authoriseGuarded(this.#workspace, request);
        if (decision.kind === 'allow') return [];
        found.push(decision.denial);
      }
      return found;
    };
    const problems = (await denials(view)).map(({ code, resource }) => `${code} on ${resource}`);
    if (problems.length > 0) this.#report.find('state', id, `it was not allowed: ${problems.join('; ')}`);
    this.#late.note({
      kind: 'state',
      id,
      policy: state.policy,
      principal: state.actor.principal,
      chain,
      changes: true,
      deniedUnder: async (authority) => (await denials(authority))[0],
    });
  }

  /** As it was found when it was captured: under the keys that were known then. */
  async #continued(carried: CarriedState, view: AuthorityView): Promise<readonly ContinuedState[]> {
    const { thread } = carried.state;
    if (!asksAttestation(view, thread)) return [];
    const states = await Promise.all(
      parentCarriers(carried).map((carrier) => readState(this.#workspace, carrier)),
    );
    return continuedStates(this.#workspace, view, { thread, states });
  }

  /** Only a purge rewrites Git's history. */
  #isPurged(): boolean {
    return [...this.#tombstones.records.values()].some(({ countedPurges }) => countedPurges.length > 0);
  }

  async #difference(carried: CarriedState): Promise<Difference> {
    const { base } = carried.texts;
    const isMoved = base !== carried.signedBase && !this.#isPurged();
    if (isMoved || carried.gitParents.slice(carried.state.parents.length).join() !== (base ?? '')) {
      throw new HeddleError('OBJECT_CORRUPT', 'its carrier begins from another commit than its texts say');
    }
    const trees = await carrierTrees(this.#workspace, carried.carrier);
    const before = await filesBefore(this.#workspace, carried);
    const compared = await this.#workspace.comparer.compare(before, trees.files);
    const isFirst = parentCarriers(carried).length === 0;
    // Git's own history keeps the name: nothing was renamed when the state was captured.
    const changes = isFirst
      ? withoutRenamed(compared)
      : [...compared, ...(await this.#leftOut(carried, before, trees))];
    // Without tombstones Git's answer is exact.
    if (this.#tombstones.hidden.size === 0) return { paths: changes.map(({ path }) => path), hidden: [] };
    const [parent] = parentCarriers(carried);
    if (parent !== undefined) {
      const { manifest } = await carrierTrees(this.#workspace, parent);
      const hidden = await this.#hidden.between(manifest, trees.manifest);
      return { paths: [...changes.map(({ path }) => path), ...hidden], hidden: [] };
    }
    const told = before === null ? changes : await this.#hidden.withoutHidden(changes, trees.manifest);
    const kept = new Set(told);
    const untold = changes.filter((change) => !kept.has(change));
    return { paths: told.map(({ path }) => path), hidden: untold.map(({ path }) => path) };
  }

  /**
   * What a state leaves out of a commit that it brings in was asked about, too: landed, it takes that back. Not what was
   * taken away since from the thread alone, nor where history is cut off here, which makes more of it.
   */
  async #leftOut(
    carried: CarriedState,
    from: ObjectId | null,
    { files, manifest }: CarrierTrees,
  ): Promise<readonly TreeChange[]> {
    const { changes, isTold } = await leftOutOf(this.#workspace, { carried, from, tree: files });
    if (!isTold || changes.length === 0) return [];
    const { base } = carried.texts;
    const isNamed = this.#tombstones.names.size === 0 || base === null;
    const named = isNamed ? changes : withoutNameless(changes, await this.#sinceBase(base, files));
    return this.#hidden.withoutHidden(named, manifest);
  }

  async #sinceBase(base: ObjectId, files: ObjectId): Promise<readonly TreeChange[]> {
    return this.#workspace.comparer.compare(await this.#workspace.revisions.commitTree(base), files);
  }
}

function touchedResources(
  { repository }: AuthorityView,
  thread: string,
  paths: readonly Uint8Array[],
): readonly string[] {
  if (paths.length === 0) return [threadResource(repository, thread)];
  return paths.map((path) => pathResource(repository, thread, path));
}
