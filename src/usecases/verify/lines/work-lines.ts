import type { StateId } from '#domain/id.ts';
import type {
  LoggedOperation,
  OperationKind,
  OperationTexts,
  RefChange,
} from '#domain/operation/operation.ts';
import type { Workspace } from '#ports/workspace.ts';
import { concernedByPending, pendingLineProblem } from '#usecases/landing/pending/verify-pending.ts';
import { adoptLineProblem } from '#usecases/receive/adopt-line.ts';
import { pushLineProblem } from '#usecases/remotes/push/push-line.ts';
import { restoreLineProblem } from '#usecases/restore/restore-line.ts';
import { restoredThread } from '#usecases/restore/undo-restore.ts';
import { ownsThread } from '#usecases/threads/drop/own-thread.ts';
import type { LineSigner } from '#usecases/transaction/line-signature.ts';
import type { AllowedLine, LineDecisions } from '#usecases/verify/line-decisions.ts';
import { authorityLineProblem } from '#usecases/verify/verify-authority-line.ts';
import type { AuthorityHistory } from '#usecases/verify/verify-authority.ts';
import { attributionLineProblem } from './attribution-line.ts';
import { captureLineProblem } from './capture-line.ts';
import { claimAsk, recoveryProblem, releaseAsk } from './claim-line.ts';
import { readDrop } from './drop-line.ts';
import { postureLineProblem } from '#usecases/hooks/posture-line.ts';
import { incidentLineProblem } from '#usecases/incident/incident-line.ts';
import { exceptionLineProblem } from '#usecases/secrets/exception-line.ts';
import { startedThread } from './line-thread.ts';
import type { ReversalLines } from './reversal-lines.ts';
import { reviewLineProblem, type ReviewLineGround } from './review-line.ts';
import { twoThreadsProblem } from './two-threads.ts';

/** What is wrong with an allowed line, by the refs that it moves beside the authority chain; undefined for nothing. */
type Judge = (
  operation: AllowedLine,
  signer: LineSigner,
  others: readonly RefChange[],
) => Promise<string | undefined>;

/**
 * Judges lines about threads, reviews and attribution: each moves its own refs and no others, and its author could be
 * allowed to.
 */
export class WorkLines {
  readonly #workspace: Workspace;
  readonly #authority: AuthorityHistory;
  readonly #decisions: LineDecisions;
  readonly #reversals: ReversalLines;
  readonly #reviews: ReviewLineGround;
  /** Every line of the log. */
  readonly #operations: readonly LoggedOperation[];

  /** How lines are judged that move more than the authority chain. */
  readonly #judges: Readonly<Partial<Record<OperationKind, Judge>>> = {
    capture: async (operation, _, others) =>
      captureLineProblem(this.#workspace, this.#authority.newest, { operation, others }),
    continue: async (operation, _, others) =>
      captureLineProblem(this.#workspace, this.#authority.newest, { operation, others }),
    'land-conflict': async (operation, signer, others) => this.#pendingProblem(operation, signer, others),
    adopt: async (operation, signer) => adoptLineProblem(operation, signer),
    abort: async (operation, signer, others) => this.#pendingProblem(operation, signer, others),
    undo: async (operation, signer) => this.#reversals.undoProblem(operation, signer),
    redo: async (operation, signer, others) => this.#reversals.redoProblem(operation, signer, others),
    restore: async (operation, signer, others) => this.#restoreProblem(operation, others, signer),
    review: async (operation, signer, others) =>
      reviewLineProblem(this.#reviews, operation, { signer, others }),
    land: async (operation, signer) => this.#decisions.landProblem(operation, signer),
    'thread-drop': async (operation, signer, others) => this.#dropProblem(operation, signer, others),
    'thread-rename': async (...asked) => this.#twoThreadsProblem(...asked),
    'thread-split': async (...asked) => this.#twoThreadsProblem(...asked),
    'attribution-import': async (operation, signer, others) =>
      attributionLineProblem([this.#workspace, this.#decisions], { operation, signer, others }),
    'attribution-export': async (operation, signer, others) =>
      attributionLineProblem([this.#workspace, this.#decisions], { operation, signer, others }),
    push: async (...asked) => pushLineProblem(this.#decisions, ...asked),
    posture: async (...asked) => postureLineProblem(this.#decisions, ...asked),
    incident: async (...asked) => incidentLineProblem(this.#decisions, ...asked),
    'secrets-allow': async (...asked) => exceptionLineProblem(this.#decisions, ...asked),
  };

  constructor(
    workspace: Workspace,
    {
      authority,
      decisions,
      reversals,
      reviews,
      operations,
    }: {
      readonly authority: AuthorityHistory;
      readonly decisions: LineDecisions;
      readonly reversals: ReversalLines;
      readonly reviews: ReviewLineGround;
      readonly operations: readonly LoggedOperation[];
    },
  ) {
    this.#workspace = workspace;
    this.#authority = authority;
    this.#decisions = decisions;
    this.#reversals = reversals;
    this.#reviews = reviews;
    this.#operations = operations;
  }

  /** What is wrong with such a line, by the refs that it moves beside the authority chain; undefined for nothing. */
  async problem(
    operation: AllowedLine,
    signer: LineSigner,
    others: readonly RefChange[],
  ): Promise<string | undefined> {
    const { line, texts } = operation;
    const judge = this.#judges[line.op];
    if (judge !== undefined) return judge(operation, signer, others);
    // Its records are judged by themselves.
    if (others.length > 0) return `a ${line.op} moves more than the authority chain`;
    if (line.op !== 'thread-start') return authorityLineProblem(operation, this.#authority);
    const thread = startedThread(texts);
    const ask = { operation: 'thread:start', own: false, thread } as const;
    return this.#decisions.problem(operation, signer, { ...ask, from: startedFrom(texts) });
  }

  /** The same of a line that makes a claim, gives one back or ends one. */
  async claimProblem(operation: AllowedLine, signer: LineSigner): Promise<string | undefined> {
    if (operation.line.op === 'recovery') return recoveryProblem(operation, signer);
    const claims = operation.line.op === 'thread-claim';
    const ask = claims ? claimAsk(operation) : releaseAsk(operation, signer, this.#operations);
    return typeof ask === 'string' ? ask : this.#decisions.problem(operation, signer, ask);
  }

  async #pendingProblem(
    operation: AllowedLine,
    signer: LineSigner,
    others: readonly RefChange[],
  ): Promise<string | undefined> {
    const ask = { operation: 'state:read', own: false, thread: concernedByPending(operation.texts) } as const;
    return pendingLineProblem(operation, others) ?? this.#decisions.problem(operation, signer, ask);
  }

  async #dropProblem(
    operation: AllowedLine,
    signer: LineSigner,
    refs: readonly RefChange[],
  ): Promise<string | undefined> {
    const dropped = await readDrop(this.#workspace, { operation, refs, before: this.#operations });
    if (typeof dropped === 'string') return dropped;
    const chain = signer.kind === 'chain' ? signer.chain : null;
    const { newest: view } = this.#authority;
    const own = await ownsThread(this.#workspace, { ...dropped, view, actor: operation.line.actor, chain });
    return this.#decisions.problem(operation, signer, {
      operation: 'thread:drop',
      own,
      thread: dropped.thread,
    });
  }

  async #twoThreadsProblem(
    operation: AllowedLine,
    signer: LineSigner,
    others: readonly RefChange[],
  ): Promise<string | undefined> {
    return twoThreadsProblem(this.#workspace, this.#decisions, {
      operation,
      signer,
      others,
      before: this.#operations,
    });
  }

  async #restoreProblem(
    operation: AllowedLine,
    others: readonly RefChange[],
    signer: LineSigner,
  ): Promise<string | undefined> {
    const { texts } = operation;
    const ask = { operation: 'state:read', own: false, thread: restoredThread(texts), texts } as const;
    return restoreLineProblem(operation, others) ?? this.#decisions.problem(operation, signer, ask);
  }
}

/** The state that a thread began from, by its record. */
function startedFrom({ effects }: OperationTexts): StateId | undefined {
  for (const effect of effects) if (effect.kind === 'thread') return effect.record?.from ?? undefined;
  return undefined;
}
