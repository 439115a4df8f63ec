import type { AuthorityView } from '#domain/authority/authority.ts';
import type { Workspace } from '#ports/workspace.ts';
import type { ObjectId } from '#ports/objects.ts';
import { rawKey } from '#usecases/manifest/change-tree.ts';
import { attestState } from '#usecases/states/attest-state.ts';
import type { CarriedState } from '#usecases/states/read-state.ts';
import { StateVerifier } from '#usecases/verify/states/verify-states.ts';
import type { StateGround } from '#usecases/verify/states/state-decision.ts';
import type { LateWork } from '#usecases/verify/late-work.ts';
import type { VerifyReport } from '#usecases/verify/report.ts';

/** What is wrong with a state to which work of a range is attributed. */
export interface StateProblem {
  readonly rule: 'state-unproven' | 'state-refused';
  readonly why: string;
}

/** Raw paths by `rawKey`. */
type Paths = Map<string, Uint8Array>;

/**
 * Verifies states that a range leads to, each once: signature, chain, decision, that it is not late, and that its author
 * signed what it changed and what the range takes from it. The rest of the tree is for `verify --all`, so that a large
 * repository costs no more than a small one.
 */
export class StateChecks {
  readonly #workspace: Workspace;
  readonly #ground: Omit<StateGround, 'late'> & { readonly late: LateWork };
  readonly #verifier: StateVerifier;
  readonly #states = new Map<ObjectId, { readonly state: CarriedState; readonly paths: Paths }>();

  constructor(workspace: Workspace, ground: Omit<StateGround, 'late'> & { readonly late: LateWork }) {
    this.#workspace = workspace;
    this.#ground = ground;
    this.#verifier = new StateVerifier(workspace, ground);
  }

  get count(): number {
    return this.#states.size;
  }

  /** Verifies a state, unless it was before; what it has at these raw paths is asked about once all were seen. */
  async see(state: CarriedState, paths: readonly Uint8Array[]): Promise<void> {
    const known = this.#states.get(state.carrier);
    const seen = known ?? { state, paths: new Map<string, Uint8Array>() };
    for (const path of paths) seen.paths.set(rawKey(path), path);
    if (known !== undefined) return;
    this.#states.set(state.carrier, seen);
    await this.#ground.report.guard('state', state.id, () => this.#verifier.verifyClaim(state));
  }

  /** Whether a signature says whose a state is: everybody can write one that names somebody. */
  isProven(state: CarriedState): boolean {
    return attestState(this.#workspace, state, this.#view).attestation === 'verified';
  }

  /** By state, once all were seen. */
  async problems(): Promise<ReadonlyMap<string, StateProblem>> {
    const { report, late } = this.#ground;
    const states = [...this.#states.values()].map(({ state }) => state);
    for (const { state, paths } of this.#states.values()) {
      await this.#verifier.verifyWork(state, [...paths.values()]);
    }
    await report.guard('state', 'late work', () => late.report(this.#workspace, report));
    const found = new Map<string, StateProblem>();
    for (const [state, whys] of whysOf(report, new Set(states.map(({ id }) => id)))) {
      found.set(state, { rule: 'state-refused', why: whys.join('; ') });
    }
    for (const state of states) {
      const { attestation, why } = attestState(this.#workspace, state, this.#view);
      if (attestation !== 'verified')
        found.set(state.id, { rule: 'state-unproven', why: why ?? attestation });
    }
    return found;
  }

  get #view(): AuthorityView {
    return this.#ground.authority.newest;
  }
}

function whysOf(report: VerifyReport, ids: ReadonlySet<string>): ReadonlyMap<string, readonly string[]> {
  const whys = new Map<string, string[]>();
  for (const { subject, message } of report.result().findings) {
    if (!ids.has(subject)) continue;
    const known = whys.get(subject) ?? [];
    whys.set(subject, known);
    if (!known.includes(message)) known.push(message);
  }
  return whys;
}
