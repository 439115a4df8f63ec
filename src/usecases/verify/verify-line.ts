import { rootKeys } from '#domain/authority/authority-view.ts';
import { AUTHORITY_REF } from '#domain/refs.ts';
import {
  makesStates,
  type LoggedOperation,
  type OperationKind,
  type OperationTexts,
  type RefChange,
} from '#domain/operation/operation.ts';
import type { Workspace } from '#ports/workspace.ts';
import { receiveLineProblem } from '#usecases/receive/receive-line.ts';
import { pullLineProblem } from '#usecases/remotes/pull/pull-line.ts';
import { verifyLineSigner, type LineSigner } from '#usecases/transaction/line-signature.ts';
import type { WorkListener } from './late-work.ts';
import { LineDecisions, type AllowedLine } from './line-decisions.ts';
import type { AuthorityHistory } from './verify-authority.ts';
import { ConsentLines } from './lines/consent-lines.ts';
import { WorkLines } from './lines/work-lines.ts';
import { ReversalLines } from './lines/reversal-lines.ts';
import { isAboutRequest, requestLineProblem, type RequestGround } from './verify-request-line.ts';
import type { VerifiedRequests } from './verify-request-set.ts';
import type { VerifiedReviews } from './verify-review-set.ts';
import { isRemoval, reachesRemoved, removalLineProblem, type RemovalGround } from './verify-removal-line.ts';
import { sidecarProblem, type VerifiedTombstones } from './verify-tombstone-set.ts';

/**
 * Judges lines one by one: who signed them, and whether their author could be allowed what they say was done.
 * States and authority records are verified by themselves; a line is held to move its own refs, and no others.
 */
export class LineVerifier {
  readonly #workspace: Workspace;
  readonly #authority: AuthorityHistory;
  readonly #tombstones: VerifiedTombstones;
  readonly #voided: ReadonlySet<string>;
  readonly #removals: RemovalGround;
  readonly #requests: RequestGround;
  readonly #late: WorkListener;
  readonly #decisions: LineDecisions;
  readonly #reversals: ReversalLines;
  readonly #consents: ConsentLines;
  readonly #work: WorkLines;

  constructor(
    workspace: Workspace,
    {
      authority,
      tombstones,
      requests,
      reviews,
      late,
      operations,
      voided,
    }: {
      readonly authority: AuthorityHistory;
      readonly tombstones: VerifiedTombstones;
      readonly requests: VerifiedRequests;
      readonly reviews: VerifiedReviews;
      readonly late: WorkListener;
      readonly operations: readonly LoggedOperation[];
      /** Lines that never had an effect. */
      readonly voided: ReadonlySet<string>;
    },
  ) {
    this.#workspace = workspace;
    this.#authority = authority;
    this.#tombstones = tombstones;
    this.#decisions = new LineDecisions(workspace, authority);
    this.#voided = voided;
    this.#late = late;
    this.#requests = { authority, requests };
    this.#consents = new ConsentLines(workspace, { authority, requests, tombstones, operations });
    this.#removals = { authority, tombstones, captured: capturedStates(operations) };
    this.#reversals = new ReversalLines(workspace, {
      authority,
      rebuilt: tombstones.head !== null,
      decisions: this.#decisions,
      byId: new Map(operations.map((operation) => [operation.id, operation])),
    });
    this.#work = new WorkLines(workspace, {
      authority,
      decisions: this.#decisions,
      reversals: this.#reversals,
      reviews: { reviews, decisions: this.#decisions, voided },
      operations,
    });
  }

  /** What is wrong with a line, or undefined. */
  async problem(operation: LoggedOperation): Promise<string | undefined> {
    const { line, texts } = operation;
    const roots = rootKeys(this.#authority.newest);
    const signer = await verifyLineSigner(this.#workspace, line, roots);
    if (signer.kind === 'refused') return signer.why;
    this.#reversals.noteChain(operation.id, signer.kind === 'chain' ? signer.chain : null);
    if (line.repo !== this.#authority.newest.genesis) return 'it belongs to another repository';
    if (line.policy !== null && !this.#authority.views.has(line.policy)) {
      return 'the authority record it was decided under is unknown';
    }
    const taken = this.#sidecarProblem(operation);
    if (taken !== undefined || texts === 'redacted') return taken;
    if (line.verdict.verdict === 'deny')
      return changes(texts) ? 'it was denied and changes something' : undefined;
    return this.#allowedProblem({ ...operation, texts }, signer);
  }

  /** What a redacted line did cannot be told any more; that it may not be told, somebody signed. */
  #sidecarProblem({ id, line, texts }: LoggedOperation): string | undefined {
    if (texts === 'redacted' && line.verdict.verdict === 'allow') this.#noteUntold({ id, line });
    return sidecarProblem(this.#tombstones, id, texts === 'redacted' ? 'any' : null);
  }

  #noteUntold({ id, line }: Pick<LoggedOperation, 'id' | 'line'>): void {
    for (const { hides, declaration } of this.#tombstones.records.values()) {
      if (hides && declaration.covers.texts.includes(id)) this.#consents.noteUntold(line, declaration.at);
    }
  }

  /** What is wrong with an allowed line by itself; whether it came too late is told when all of them were seen. */
  async #allowedProblem(operation: AllowedLine, signer: LineSigner): Promise<string | undefined> {
    const { refs } = operation.texts;
    const why =
      this.#authorityProblem(refs) ??
      (await this.#allowanceProblem(operation, signer)) ??
      (await this.#consents.problem(operation, signer.kind === 'chain' ? signer.chain : null));
    if (signer.kind === 'chain' && !this.#voided.has(operation.id)) {
      const deniedUnder = this.#decisions.askedAgain(operation.id);
      this.#late.noteLine(operation, { chain: signer.chain, deniedUnder });
    }
    return why;
  }

  async #allowanceProblem(operation: AllowedLine, signer: LineSigner): Promise<string | undefined> {
    const { line, texts } = operation;
    const others = texts.refs.filter(({ name }) => name !== AUTHORITY_REF);
    if (isAboutRequest(line.op)) {
      if (this.#voided.has(operation.id)) return undefined;
      return requestLineProblem(this.#workspace, this.#requests, operation, others);
    }
    const arrivalProblem = ARRIVALS[line.op];
    if (arrivalProblem !== undefined) {
      if (this.#voided.has(operation.id)) return undefined;
      return arrivalProblem(this.#workspace, this.#tombstones, { texts, refs: others });
    }
    if (isRemoval(line.op)) {
      if (this.#voided.has(operation.id)) return undefined;
      return removalLineProblem(this.#workspace, this.#removals, { line, texts, refs: others });
    }
    if (reachesRemoved(texts)) return `a ${line.op} hides or destroys a content`;
    if (CLAIMS.has(line.op) && changes(texts)) return this.#work.claimProblem(operation, signer);
    if (CHANGE_NOTHING.has(line.op)) return changes(texts) ? `a ${line.op} changes something` : undefined;
    return this.#work.problem(operation, signer, others);
  }

  /** The chain of authority only ever grows. */
  #authorityProblem(refs: readonly RefChange[]): string | undefined {
    const { commits, knows } = this.#authority;
    for (const { name, old, new: next } of refs) {
      if (name !== AUTHORITY_REF) continue;
      const from = old === null ? null : commits.get(old);
      const to = next === null ? undefined : commits.get(next);
      const grows =
        from !== undefined && to !== undefined && from !== to && (from === null || knows(to, from));
      if (!grows) return 'it moves the authority chain back';
    }
    return undefined;
  }
}

/** They bring what other clones have. */
const ARRIVALS: Partial<Record<OperationKind, typeof receiveLineProblem>> = {
  receive: receiveLineProblem,
  pull: pullLineProblem,
};

/** They make claims and end them; they change nothing else. */
const CLAIMS: ReadonlySet<OperationKind> = new Set(['thread-claim', 'thread-release', 'recovery']);

const CHANGE_NOTHING: ReadonlySet<OperationKind> = new Set([
  'token-mint',
  'token-attenuate',
  'recovery',
  'run-start',
  'run-end',
  'hook',
]);

/** When each state was captured here, by the lines of this clone. */
function capturedStates(operations: readonly LoggedOperation[]): ReadonlyMap<string, number> {
  return new Map(
    operations
      .filter(({ line }) => makesStates(line.op) && line.verdict.verdict === 'allow')
      .flatMap(({ line }) => line.states.map((state) => [state, line.lamport] as const)),
  );
}

function changes({ refs, effects }: OperationTexts): boolean {
  return refs.length > 0 || effects.length > 0;
}
