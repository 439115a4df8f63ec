import type { AuthorityView } from '#domain/authority/authority.ts';
import type { Denial } from '#domain/decision/decision.ts';
import { requestThen } from '#domain/decision/request-then.ts';
import type { StateId } from '#domain/id.ts';
import type { LoggedOperation, OperationTexts } from '#domain/operation/operation.ts';
import { pathResource, threadResource } from '#domain/resource/resource.ts';
import type { Workspace } from '#ports/workspace.ts';
import { SpentBefore } from '#usecases/budgets/spent-before.ts';
import { contentProblem } from '#usecases/landing/logged/merged-again.ts';
import { landingClaim, landingUndoAsk } from '#usecases/landing/logged/verify-landing.ts';
import { authoriseGuarded } from '#usecases/requests/authorise-guarded.ts';
import { restoredResources } from '#usecases/restore/restore-line.ts';
import { continuedFrom } from '#usecases/states/continued-states.ts';
import type { LineSigner } from '#usecases/transaction/line-signature.ts';
import type { Ask } from '#usecases/transaction/plan.ts';
import type { Work } from './late-work.ts';
import type { AuthorityHistory } from './verify-authority.ts';

/** A line that was allowed, whose sidecar is there. */
export type AllowedLine = LoggedOperation & { readonly texts: OperationTexts };

/** What a line says that it asked for. */
export interface LineAsk {
  readonly operation: 'thread:start' | 'thread:drop' | 'thread:claim' | 'undo' | 'state:read' | 'review';
  readonly own: boolean;
  readonly thread: string | undefined;
  /** Other threads that were asked about with it. */
  readonly beside?: readonly string[];
  /** Where it was asked beside the thread itself. */
  readonly paths?: readonly Uint8Array[];
  /** The state that a thread began from. */
  readonly from?: StateId | undefined;
  /** Where the thread's files were asked about, and not the thread. */
  readonly texts?: OperationTexts;
}

/** Asks again of lines whether they were allowed: under the head, and at the time, that they name. */
export class LineDecisions {
  readonly #workspace: Workspace;
  readonly #authority: AuthorityHistory;
  readonly #spent: SpentBefore;
  readonly #asked = new Map<string, NonNullable<Work['deniedUnder']>>();

  constructor(workspace: Workspace, authority: AuthorityHistory) {
    this.#workspace = workspace;
    this.#authority = authority;
    this.#spent = new SpentBefore(workspace, authority.newest);
  }

  /** What was asked of the role of a line's author, to be asked under another view; null where nothing was. */
  askedAgain(id: string): Work['deniedUnder'] {
    return this.#asked.get(id) ?? null;
  }

  /** What is wrong with an allowed line by what was asked then; undefined where it is allowed again. */
  async problem(
    operation: AllowedLine,
    signer: LineSigner,
    { thread, beside = [], from, paths = [], texts, ...ask }: LineAsk,
  ): Promise<string | undefined> {
    return this.asksProblem(operation, signer, async (view) => {
      if (thread === undefined) return 'it names no thread';
      const continues = await continuedFrom(this.#workspace, view, { thread, from });
      const resources =
        texts === undefined
          ? [
              ...[thread, ...beside].map((name) => threadResource(view.repository, name)),
              ...paths.map((path) => pathResource(view.repository, thread, path)),
            ]
          : restoredResources(view.repository, texts);
      return [{ ...ask, resources, continues }];
    });
  }

  /** The same of a landing: at every path that it touched, of what was landed, and that this is what it brought. */
  async landProblem(operation: AllowedLine, signer: LineSigner): Promise<string | undefined> {
    return this.asksProblem(operation, signer, async (view) => {
      const claim = await landingClaim(this.#workspace, view, operation);
      if (claim.kind === 'refused') return claim.why;
      return (await contentProblem(this.#workspace, view, operation)) ?? claim.asks;
    });
  }

  /** The same of taking a landing back. */
  async landUndoProblem(
    operation: AllowedLine,
    signer: LineSigner,
    target: AllowedLine,
  ): Promise<string | undefined> {
    return this.asksProblem(operation, signer, async (view) => {
      const ask = await landingUndoAsk(this.#workspace, view, target);
      return ask === undefined ? 'what it takes back is no landing' : [ask];
    });
  }

  /** What is wrong with an allowed line by everything that its author had to be allowed. */
  async asksProblem(
    operation: AllowedLine,
    signer: LineSigner,
    asksUnder: (view: AuthorityView) => Promise<readonly Ask[] | string>,
  ): Promise<string | undefined> {
    const { line } = operation;
    const view = line.policy === null ? undefined : this.#authority.views.get(line.policy);
    if (signer.kind !== 'chain' || view === undefined) return 'it was allowed without a credential';
    const asks = await asksUnder(view);
    if (typeof asks === 'string') return asks;
    const spent = await this.#spent.line(operation, signer.chain);
    const credential = { chain: signer.chain, bytes: signer.sealed };
    const deniedUnder = async (authority: AuthorityView): Promise<Denial | undefined> => {
      for (const ask of asks) {
        const request = requestThen(
          authority,
          { signed: line, credential },
          {
            ...askedThen(ask),
            // That a root key was unlocked nobody can tell later.
            unlocked: [signer.chain.root],
            spent,
          },
        );
        const decision = await authoriseGuarded(this.#workspace, request);
        if (decision.kind === 'deny') return decision.denial;
      }
      return undefined;
    };
    this.#asked.set(operation.id, deniedUnder);
    const denial = await deniedUnder(view);
    return denial === undefined ? undefined : `it was not allowed: ${denial.code} on ${denial.resource}`;
  }
}

/** What of it is asked again. */
function askedThen(ask: Ask) {
  return {
    operation: ask.operation,
    own: ask.own ?? false,
    resources: ask.resources,
    continues: ask.continues ?? [],
    ...(ask.landing === undefined ? {} : { landing: ask.landing }),
  };
}
