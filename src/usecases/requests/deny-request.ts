import { guardOf } from '#domain/decision/gates/guard.ts';
import type { DenyResult } from '#domain/results/request-results.ts';
import { agentNames } from '#domain/token/token.ts';
import type { Workspace } from '#ports/workspace.ts';
import { knowAuthority } from '#usecases/authority/load-authority.ts';
import { mutate, type Mutated } from '#usecases/transaction/mutate.ts';
import { NO_CHANGE } from '#usecases/transaction/publish.ts';
import { recordAuthor } from '#usecases/signed-sets/sign-record.ts';
import { answerAsk, closed } from './approval-step.ts';
import { isWithdrawal } from './answer-right.ts';
import { askedOf, judgeRequest, type Bench, type JudgedRequest } from './judge.ts';
import { findRequest, loadRequests } from './open-requests.ts';
import { RequestDraft } from './set/request-draft.ts';

/**
 * Answers a request with no. Whoever may approve may, and whoever asked takes it back with this; what people agreed to,
 * until it ends. Throws `NOT_FOUND`, `AMBIGUOUS`, `REQUEST_CLOSED`.
 */
export async function denyRequest(
  workspace: Workspace,
  { name, reason }: { readonly name: string; readonly reason: string },
): Promise<Mutated<Omit<DenyResult, 'operation'>>> {
  const { view } = await knowAuthority(workspace);
  const before = await loadRequests(workspace, { view, now: workspace.clock.now() });
  const { id } = findRequest(before, name);
  return mutate<Omit<DenyResult, 'operation'>>(workspace, {
    op: 'deny',
    args: { request: id, reason },
    asksPassphrase: false,
    propose: async (ground) => {
      const { authority, caller, now } = ground;
      const loaded = await loadRequests(workspace, { view: authority.view, now });
      const record = findRequest(loaded, id);
      const judged = judgeRequest(loaded.bench, record);
      if (judged.status !== 'open' && !isConsent(loaded.bench, judged)) throw closed(judged);
      return {
        kind: 'ask',
        ask: answerAsk(loaded.bench, record, caller),
        plan: async ({ batch }) => {
          const draft = new RequestDraft(workspace, recordAuthor(ground), { loaded, batch });
          draft.answer(id, { verdict: 'deny', gives: null, reason });
          const result = {
            request: id,
            asked: askedOf(record),
            principal: record.request.actor.principal,
            via: agentNames(record.credential.chain),
            withdrawn: caller.chain !== null && isWithdrawal(record, { chain: caller.chain }),
            reason,
          };
          return { ...NO_CHANGE, states: [], refs: [draft.refChange()], result };
        },
      };
    },
  });
}

/** What people agreed to is used until it ends, and so can be taken back until then. */
function isConsent({ view, now }: Bench, { record, status }: JudgedRequest): boolean {
  const { request } = record;
  return status === 'approved' && now < request.expires && guardOf({ ...request, authority: view }) !== null;
}
