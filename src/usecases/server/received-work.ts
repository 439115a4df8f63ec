import type { AuthorityView } from '#domain/authority/authority.ts';
import type { Denial } from '#domain/decision/decision.ts';
import type { LoggedOperation } from '#domain/operation/operation.ts';
import type { Workspace } from '#ports/workspace.ts';
import type { LateWork, Work, WorkListener } from '#usecases/verify/late-work.ts';
import { VerifyReport } from '#usecases/verify/report.ts';
import type { AuthorityHistory } from '#usecases/verify/verify-authority.ts';
import type { Refusals } from './refusals.ts';

/**
 * Holds work that a push brings against more than the head that it names, which is its author's word: against records
 * that came after that head and whose authors had not seen it, and against the policies that the server has by now.
 */
export class ReceivedWork implements WorkListener {
  readonly #late: LateWork;
  readonly #history: AuthorityHistory;
  readonly #policies: AuthorityView['policies'];
  readonly #work: Work[] = [];

  /** @param options.policies what the server asks, before the push. */
  constructor(
    late: LateWork,
    {
      history,
      policies,
    }: { readonly history: AuthorityHistory; readonly policies: AuthorityView['policies'] },
  ) {
    this.#late = late;
    this.#history = history;
    this.#policies = policies;
  }

  note(work: Work): void {
    this.#late.note(work);
    this.#work.push(work);
  }

  noteLine(operation: LoggedOperation, rest: Pick<Work, 'chain' | 'deniedUnder'>): void {
    this.#late.noteLine(operation, rest);
    const { id, line } = operation;
    const { policy, actor } = line;
    this.#work.push({ kind: 'operation', id, policy, principal: actor.principal, changes: true, ...rest });
  }

  /** Refuses what came too late, or against what is asked. Once, when all of it was noted. */
  async judge(workspace: Workspace, refusals: Refusals): Promise<void> {
    const report = new VerifyReport();
    await this.#late.report(workspace, report);
    for (const one of this.#work) {
      const view = one.policy === null ? undefined : this.#history.views.get(one.policy);
      if (view === undefined || one.deniedUnder === null || view.policies === this.#policies) continue;
      const denial = await one.deniedUnder({ ...view, policies: this.#policies });
      if (denial !== undefined)
        report.find(one.kind, one.id, 'it is against what the policies of this server ask');
    }
    refusals.takeOver(report);
    await refusals.explain((id) => this.#denialOf(id));
  }

  /** By what the work was decided under; where that allowed it, by what came since. */
  async #denialOf(id: string): Promise<Denial | undefined> {
    const work = this.#work.find((one) => one.id === id);
    if (work === undefined || work.policy === null || work.deniedUnder === null) return undefined;
    const { views, newest } = this.#history;
    for (const view of [views.get(work.policy), newest, { ...newest, policies: this.#policies }]) {
      const denial = view === undefined ? undefined : await work.deniedUnder(view);
      if (denial !== undefined) return denial;
    }
    return undefined;
  }
}
