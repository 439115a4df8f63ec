import type { AuthorityView } from '#domain/authority/authority.ts';
import type { Workspace } from '#ports/workspace.ts';
import type { ObjectId } from '#ports/objects.ts';
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

/** Verifies states that a range leads to, each once: signature, chain, decision, content, and that it is not late. */
export class StateChecks {
  readonly #workspace: Workspace;
  readonly #ground: Omit<StateGround, 'late'> & { readonly late: LateWork };
  readonly #verifier: StateVerifier;
  readonly #states = new Map<ObjectId, CarriedState>();

  constructor(workspace: Workspace, ground: Omit<StateGround, 'late'> & { readonly late: LateWork }) {
    this.#workspace = workspace;
    this.#ground = ground;
    this.#verifier = new StateVerifier(workspace, ground);
  }

  get count(): number {
    return this.#states.size;
  }

  /** Verifies a state, unless it was before. */
  async see(state: CarriedState): Promise<void> {
    if (this.#states.has(state.carrier)) return;
    this.#states.set(state.carrier, state);
    await this.#ground.report.guard('state', state.id, () => this.#verifier.verify(state));
  }

  /** Whether a signature says whose a state is: everybody can write one that names somebody. */
  isProven(state: CarriedState): boolean {
    return attestState(this.#workspace, state, this.#view).attestation === 'verified';
  }

  /** By state, once all were seen. */
  async problems(): Promise<ReadonlyMap<string, StateProblem>> {
    const { report, late } = this.#ground;
    await report.guard('state', 'late work', () => late.report(this.#workspace, report));
    const found = new Map<string, StateProblem>();
    for (const [state, whys] of whysOf(report, new Set([...this.#states.values()].map(({ id }) => id)))) {
      found.set(state, { rule: 'state-refused', why: whys.join('; ') });
    }
    for (const state of this.#states.values()) {
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
