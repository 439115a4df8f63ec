import { decodeUtf8, equalBytes } from '#domain/encoding/bytes.ts';
import { divergedRef, droppedRef, THREAD_REFS, threadRef } from '#domain/refs.ts';
import { encodeCarrierCommit, parseCommitLinks, stateMessage } from '#domain/state/carrier.ts';
import type { ObjectId } from '#ports/objects.ts';
import type { Workspace } from '#ports/workspace.ts';
import { attestState } from '#usecases/states/attest-state.ts';
import { carrierTrees, filesBefore } from '#usecases/states/carrier-trees.ts';
import { findCommit } from '#usecases/states/find-commit.ts';
import { readState, type CarriedState } from '#usecases/states/read-state.ts';
import { keptHeads, parentCarriers } from '#usecases/states/walk-states.ts';
import { StateDecision, type StateGround } from './state-decision.ts';
import { ManifestVerifier } from './verify-manifest.ts';
import { wantedPaths, type WantedPaths } from './wanted-paths.ts';
import type { VerifyReport } from '#usecases/verify/report.ts';
import { sidecarProblem, type VerifiedTombstones } from '#usecases/verify/verify-tombstone-set.ts';
import type { AuthorityHistory } from '#usecases/verify/verify-authority.ts';

/** Verifies every state that the given threads reach: carrier, signature, chain, decision, manifest. */
export async function verifyStates(
  workspace: Workspace,
  options: StateGround & {
    /** Null for every thread. */
    readonly thread: string | null;
  },
): Promise<void> {
  const { thread } = options;
  const heads = await keptHeads(workspace);
  const queue = [...heads].filter(([ref]) => thread === null || ref === threadRef(thread));
  return verifyStatesFrom(workspace, options, { heads: queue, isKnown: async () => false });
}

/** The same from some heads, ref and carrier, down to carriers that were verified before. */
export async function verifyStatesFrom(
  workspace: Workspace,
  options: StateGround,
  {
    heads: queue,
    isKnown,
  }: {
    readonly heads: readonly (readonly [ref: string, carrier: ObjectId])[];
    readonly isKnown: (carrier: ObjectId) => Promise<boolean>;
  },
): Promise<void> {
  const { report } = options;
  const verifier = new StateVerifier(workspace, options);
  const seen = new Set<ObjectId>();
  const pending: Pending[] = queue.map(([ref, carrier]) => ({
    subject: `${placeOf(ref)} (${carrier})`,
    carrier,
    ref,
  }));
  for (let next = pending.shift(); next !== undefined; next = pending.shift()) {
    const { subject, carrier } = next;
    if (seen.has(carrier) && next.ref === null) continue;
    await report.guard('state', subject, async () => {
      const carried = await readState(workspace, carrier);
      if (next.ref !== null && !belongsAt(carried, next.ref)) {
        const where = placeOf(next.ref);
        report.find('state', carried.id, `it is of ${carried.state.thread}, and stands for ${where}`);
      }
      if (seen.has(carrier) || (await isKnown(carrier))) return;
      seen.add(carrier);
      workspace.progress.step('verifying states', seen.size, null);
      await verifier.verify(carried);
      for (const parent of parentCarriers(carried)) {
        if (await isKnown(parent)) continue;
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

/** A thread by its name, a dropped one by its ref. */
function placeOf(ref: string): string {
  return ref.startsWith(THREAD_REFS) ? ref.slice(THREAD_REFS.length) : ref;
}

function belongsAt({ id, state }: CarriedState, ref: string): boolean {
  return [threadRef(state.thread), droppedRef(id), divergedRef(id)].includes(ref);
}

const CARRIED = new Set([
  '100644 attestation.json',
  '100644 chain',
  '100644 state.json',
  '100644 texts.json',
  '40000 files',
  '40000 manifest',
]);

/** Verifies states one by one: carrier, signature, chain, decision, manifest. */
export class StateVerifier {
  readonly #workspace: Workspace;
  readonly #report: VerifyReport;
  readonly #authority: AuthorityHistory;
  readonly #tombstones: VerifiedTombstones;
  readonly #manifests: ManifestVerifier;
  readonly #decision: StateDecision;

  constructor(workspace: Workspace, ground: StateGround) {
    const { report, authority, tombstones } = ground;
    this.#workspace = workspace;
    this.#report = report;
    this.#authority = authority;
    this.#tombstones = tombstones;
    this.#manifests = new ManifestVerifier(workspace, report, tombstones);
    this.#decision = new StateDecision(workspace, ground);
  }

  /** What is wrong with a state becomes findings. */
  async verify(carried: CarriedState): Promise<void> {
    await this.#verifyStanding(carried);
    await this.#report.guard('state', carried.id, () => this.#verifyContent(carried, 'all'));
    await this.#verifyDecision(carried);
  }

  /** The same without what it holds, which {@link verifyWork} asks about. */
  async verifyClaim(carried: CarriedState): Promise<void> {
    await this.#verifyStanding(carried);
    await this.#verifyDecision(carried);
  }

  /**
   * Whether a state holds what its author signed: where it differs from what it continues, and at other raw paths. That
   * is hashed up to the tree that the state names; what stands beside these paths is not read.
   */
  async verifyWork(carried: CarriedState, paths: readonly Uint8Array[]): Promise<void> {
    await this.#report.guard('state', carried.id, async () => {
      const { files } = await carrierTrees(this.#workspace, carried.carrier);
      const before = await filesBefore(this.#workspace, carried);
      const changes = await this.#workspace.comparer.compare(before, files);
      const only = wantedPaths([...changes.map(({ path }) => path), ...paths]);
      await this.#verifyContent(carried, only);
    });
  }

  async #verifyDecision(carried: CarriedState): Promise<void> {
    const { chain } = attestState(this.#workspace, carried, this.#authority.newest);
    await this.#report.guard('state', carried.id, () => this.#decision.verify(carried, chain));
  }

  async #verifyStanding(carried: CarriedState): Promise<void> {
    const { id, state } = carried;
    this.#report.count('states');
    const attested = attestState(this.#workspace, carried, this.#authority.newest);
    this.#report.count('signatures');
    if (attested.chain !== null) this.#report.count('chains');
    if (attested.why !== null) this.#report.find('state', id, attested.why);
    if (state.repo !== this.#authority.newest.genesis) {
      this.#report.find('state', id, 'it belongs to another repository');
    }
    const texts = sidecarProblem(this.#tombstones, id, carried.redactedBy);
    if (texts !== undefined) this.#report.find('state', id, texts);
    await this.#report.guard('state', id, () => this.#verifyCarrier(carried));
    await this.#report.guard('state', id, () => this.#verifyParents(carried));
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

  async #verifyContent(carried: CarriedState, only: WantedPaths): Promise<void> {
    const trees = await carrierTrees(this.#workspace, carried.carrier);
    const id = await this.#manifests.verify(trees, carried.id, only);
    if (id !== carried.state.tree) {
      this.#report.find('state', carried.id, 'its manifest is not the one that the state names');
    }
  }
}
