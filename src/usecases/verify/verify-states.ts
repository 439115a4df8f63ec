import type { AuthorityView } from '#domain/authority/authority.ts';
import { decodeUtf8, equalBytes } from '#domain/encoding/bytes.ts';
import { HeddleError } from '#domain/error.ts';
import type { ContinuedState } from '#domain/policy/policy-breach.ts';
import { droppedRef, THREAD_REFS, threadRef } from '#domain/refs.ts';
import { encodeCarrierCommit, parseCommitLinks, stateMessage } from '#domain/state/carrier.ts';
import { pathResource, threadResource } from '#domain/resource/resource.ts';
import type { ObjectId } from '#ports/objects.ts';
import type { Workspace } from '#ports/workspace.ts';
import { authoriseGuarded } from '#usecases/requests/authorise-guarded.ts';
import { SpentBefore } from '#usecases/budgets/spent-before.ts';
import { stateSpending } from '#usecases/budgets/state-spending.ts';
import { attestState, type AttestedState } from '#usecases/states/attest-state.ts';
import { asksAttestation, continuedStates } from '#usecases/states/continued-states.ts';
import { carrierTrees, filesBefore } from '#usecases/states/carrier-trees.ts';
import { findCommit } from '#usecases/states/find-commit.ts';
import { readState, type CarriedState } from '#usecases/states/read-state.ts';
import { keptHeads, parentCarriers } from '#usecases/states/walk-states.ts';
import { TEXTS_TAKEN } from '#usecases/tombstones/set/examine-tombstones.ts';
import { HiddenChanges } from './hidden-changes.ts';
import { ManifestVerifier } from './verify-manifest.ts';
import type { VerifyReport } from './report.ts';
import type { LateWork } from './late-work.ts';
import { coversTexts, type VerifiedTombstones } from './verify-tombstone-set.ts';
import type { AuthorityHistory } from './verify-authority.ts';

/** Verifies every state that the given threads reach: carrier, signature, chain, decision, manifest. */
export async function verifyStates(
  workspace: Workspace,
  options: Ground & {
    /** Null for every thread. */
    readonly thread: string | null;
  },
): Promise<void> {
  const { report, thread } = options;
  const heads = await keptHeads(workspace);
  const verifier = new StateVerifier(workspace, options);
  const queue = [...heads].filter(([ref]) => thread === null || ref === threadRef(thread));
  const seen = new Set<ObjectId>();
  const pending: Pending[] = queue.map(([ref, carrier]) => ({
    subject: `${ref.startsWith(THREAD_REFS) ? ref.slice(THREAD_REFS.length) : ref} (${carrier})`,
    carrier,
    ref,
  }));
  for (let next = pending.shift(); next !== undefined; next = pending.shift()) {
    const { subject, carrier } = next;
    if (seen.has(carrier) && next.ref === null) continue;
    await report.guard('state', subject, async () => {
      const carried = await readState(workspace, carrier);
      if (
        next.ref !== null &&
        ![threadRef(carried.state.thread), droppedRef(carried.id)].includes(next.ref)
      ) {
        const place = next.ref.startsWith(THREAD_REFS) ? next.ref.slice(THREAD_REFS.length) : next.ref;
        report.find('state', carried.id, `it is of ${carried.state.thread}, and stands for ${place}`);
      }
      if (seen.has(carrier)) return;
      seen.add(carrier);
      await verifier.verify(carried);
      for (const parent of parentCarriers(carried)) {
        pending.push({ subject: `parent of ${carried.id} (${parent})`, carrier: parent, ref: null });
      }
    });
  }
}

interface Pending {
  readonly subject: string;
  readonly carrier: ObjectId;
  /** The ref whose head it is; null for what is below. */
  readonly ref: string | null;
}

const CARRIED = new Set([
  '100644 attestation.json',
  '100644 chain',
  '100644 state.json',
  '100644 texts.json',
  '40000 files',
  '40000 manifest',
]);

interface Ground {
  readonly report: VerifyReport;
  readonly authority: AuthorityHistory;
  readonly tombstones: VerifiedTombstones;
  /** Where work waits to be held against the records that came after it. */
  readonly late: LateWork;
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

class StateVerifier {
  readonly #workspace: Workspace;
  readonly #report: VerifyReport;
  readonly #authority: AuthorityHistory;
  readonly #tombstones: VerifiedTombstones;
  readonly #manifests: ManifestVerifier;
  readonly #hidden: HiddenChanges;
  readonly #spent: SpentBefore;
  readonly #late: LateWork;

  constructor(workspace: Workspace, { report, authority, tombstones, late }: Ground) {
    this.#workspace = workspace;
    this.#report = report;
    this.#authority = authority;
    this.#tombstones = tombstones;
    this.#manifests = new ManifestVerifier(workspace, report, tombstones);
    this.#late = late;
    this.#hidden = new HiddenChanges(workspace, tombstones);
    this.#spent = new SpentBefore(workspace, authority.newest);
  }

  async verify(carried: CarriedState): Promise<void> {
    const { id, state } = carried;
    this.#report.count('states');
    const attested = attestState(this.#workspace, carried, this.#authority.newest);
    this.#report.count('signatures');
    if (attested.chain !== null) this.#report.count('chains');
    if (attested.why !== null) this.#report.find('state', id, attested.why);
    if (state.repo !== this.#authority.newest.genesis) {
      this.#report.find('state', id, 'it belongs to another repository');
    }
    const { redactedBy } = carried;
    if (redactedBy !== null && !coversTexts(this.#tombstones, id, redactedBy)) {
      this.#report.find('state', id, TEXTS_TAKEN);
    }
    await this.#report.guard('state', id, () => this.#verifyCarrier(carried));
    await this.#report.guard('state', id, () => this.#verifyParents(carried));
    await this.#report.guard('state', id, () => this.#verifyContent(carried));
    await this.#report.guard('state', id, () => this.#verifyDecision(carried, attested));
  }

  /** A carrier is a function of its state: what else one held would travel with it, asked of nobody. */
  async #verifyCarrier(carried: CarriedState): Promise<void> {
    const { id, state, carrier, gitParents } = carried;
    const commit = await findCommit(this.#workspace, carrier);
    const links = commit === undefined ? undefined : parseCommitLinks(commit.content);
    const expected = encodeCarrierCommit({
      tree: links?.tree ?? '',
      parents: gitParents,
      principal: state.actor.principal,
      at: state.capturedAt,
      message: stateMessage(id, state.thread),
    });
    if (commit === undefined || !equalBytes(commit.content, expected)) {
      this.#report.find('state', id, 'its carrier is not the commit that it makes');
    }
    const entries = (await this.#workspace.objects.readTree(carrier)) ?? [];
    const found = entries.map(({ mode, name }) => `${mode} ${decodeUtf8(name) ?? ''}`);
    if (found.some((entry) => !CARRIED.has(entry))) {
      this.#report.find('state', id, 'its carrier holds more than the state');
    }
  }

  async #verifyParents(carried: CarriedState): Promise<void> {
    const parents = parentCarriers(carried);
    for (const [index, carrier] of parents.entries()) {
      const parent = await readState(this.#workspace, carrier);
      if (parent.id !== carried.state.parents[index]) {
        this.#report.find('state', carried.id, 'its carrier has another parent than the state');
      }
      const [older, newer] = [parent.state.policy, carried.state.policy].map(
        (policy) => this.#authority.views.get(policy)?.seq,
      );
      if (older !== undefined && newer !== undefined && newer < older) {
        this.#report.find(
          'state',
          carried.id,
          'it was decided under an older authority record than its parent',
        );
      }
    }
  }

  async #verifyContent(carried: CarriedState): Promise<void> {
    const trees = await carrierTrees(this.#workspace, carried.carrier);
    const id = await this.#manifests.verify(trees.manifest, trees.files, carried.id);
    if (id !== carried.state.tree) {
      this.#report.find('state', carried.id, 'its manifest is not the one that the state names');
    }
  }

  /** Asks the decision again as it was asked then: the same head, the same time, everything that was touched. */
  async #verifyDecision(carried: CarriedState, { chain }: AttestedState): Promise<void> {
    const { state, id } = carried;
    const view = this.#authority.views.get(state.policy);
    if (view === undefined || chain === null || carried.chain === null) {
      this.#report.find('state', id, 'the authority record it was decided under is unknown');
      return;
    }
    const { paths, hidden } = await this.#difference(carried);
    const removed = this.#tombstones.hidden.size > 0;
    const options = { before: this.#spent, paths, removed };
    const spending = await stateSpending(this.#workspace, { carried, chain }, options);
    if (spending.problem !== undefined) this.#report.find('state', id, spending.problem);
    const request = {
      operation: 'state:capture',
      credential: { kind: 'chain', chain, bytes: carried.chain },
      holder: state.holder,
      actor: state.actor,
      contradictions: [],
      unlocked: [],
      granting: null,
      continues: await this.#continued(carried, view),
      now: state.capturedAt,
      ...spending.facts,
    } as const;
    const refusals = async (authority: AuthorityView): Promise<readonly string[]> => {
      const problems: string[] = [];
      for (const asked of questions({ paths, hidden })) {
        const resources = touchedResources(view, state.thread, asked);
        const decision = await authoriseGuarded(this.#workspace, { ...request, resources, authority });
        if (decision.kind === 'allow') return [];
        problems.push(`${decision.denial.code} on ${decision.denial.resource}`);
      }
      return problems;
    };
    const problems = await refusals(view);
    if (problems.length > 0) this.#report.find('state', id, `it was not allowed: ${problems.join('; ')}`);
    this.#late.note({
      kind: 'state',
      id,
      policy: state.policy,
      principal: state.actor.principal,
      chain,
      changes: true,
      allowedUnder: async (authority) => (await refusals(authority)).length === 0,
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

  async #difference(carried: CarriedState): Promise<Difference> {
    const { base } = carried.texts;
    if (carried.state.parents.length === 0 && carried.gitParents.join() !== (base ?? '')) {
      throw new HeddleError('OBJECT_CORRUPT', 'its carrier begins from another commit than its texts say');
    }
    const trees = await carrierTrees(this.#workspace, carried.carrier);
    const before = await filesBefore(this.#workspace, carried);
    const changes = await this.#workspace.comparer.compare(before, trees.files);
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
}

function touchedResources(
  { repository }: AuthorityView,
  thread: string,
  paths: readonly Uint8Array[],
): readonly string[] {
  if (paths.length === 0) return [threadResource(repository, thread)];
  return paths.map((path) => pathResource(repository, thread, path));
}
