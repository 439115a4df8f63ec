import type { AuthorityView } from '#domain/authority/authority.ts';
import type { StateId } from '#domain/id.ts';
import type { LoggedOperation, OperationTexts } from '#domain/operation/operation.ts';
import { pathResource, threadResource } from '#domain/resource/resource.ts';
import type { Workspace } from '#ports/workspace.ts';
import { SpentBefore } from '#usecases/budgets/spent-before.ts';
import { authoriseGuarded } from '#usecases/requests/authorise-guarded.ts';
import { restoredResources } from '#usecases/restore/restore-line.ts';
import { continuedFrom } from '#usecases/states/continued-states.ts';
import type { LineSigner } from '#usecases/transaction/line-signature.ts';
import type { Work } from './late-work.ts';
import type { AuthorityHistory } from './verify-authority.ts';

/** A line that was allowed, whose sidecar is there. */
export type AllowedLine = LoggedOperation & { readonly texts: OperationTexts };

/** What a line says that it asked for. */
export interface LineAsk {
  readonly operation: 'thread:start' | 'thread:drop' | 'undo' | 'state:read';
  readonly own: boolean;
  readonly thread: string | undefined;
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
  readonly #asked = new Map<string, NonNullable<Work['allowedUnder']>>();

  constructor(workspace: Workspace, authority: AuthorityHistory) {
    this.#workspace = workspace;
    this.#authority = authority;
    this.#spent = new SpentBefore(workspace, authority.newest);
  }

  /** What was asked of the role of a line's author, to be asked under another view; null where nothing was. */
  askedAgain(id: string): Work['allowedUnder'] {
    return this.#asked.get(id) ?? null;
  }

  /** What is wrong with an allowed line by what was asked then; undefined where it is allowed again. */
  async problem(
    operation: AllowedLine,
    signer: LineSigner,
    { thread, from, paths = [], texts, ...ask }: LineAsk,
  ): Promise<string | undefined> {
    const { line } = operation;
    const view = line.policy === null ? undefined : this.#authority.views.get(line.policy);
    if (signer.kind !== 'chain' || view === undefined) return 'it was allowed without a credential';
    if (thread === undefined) return 'it names no thread';
    const request = {
      ...ask,
      resources:
        texts === undefined
          ? [
              threadResource(view.repository, thread),
              ...paths.map((path) => pathResource(view.repository, thread, path)),
            ]
          : restoredResources(view.repository, texts),
      credential: { kind: 'chain', chain: signer.chain, bytes: signer.sealed } as const,
      holder: line.holder,
      actor: line.actor,
      contradictions: [],
      unlocked: [],
      granting: null,
      continues: await continuedFrom(this.#workspace, view, { thread, from }),
      now: line.at,
      spent: await this.#spent.line(operation, signer.chain),
    };
    const decide = (authority: AuthorityView) => authoriseGuarded(this.#workspace, { ...request, authority });
    this.#asked.set(operation.id, async (authority) => (await decide(authority)).kind === 'allow');
    const decision = await decide(view);
    if (decision.kind === 'allow') return undefined;
    return `it was not allowed: ${decision.denial.code} on ${decision.denial.resource}`;
  }
}
