import { jsonField } from '#domain/encoding/json-field.ts';
import type { LoggedOperation, OperationTexts, RefChange } from '#domain/operation/operation.ts';
import { AUTHORITY_REF } from '#domain/refs.ts';
import { sameAgents } from '#domain/token/chain-claim.ts';
import type { TokenChain } from '#domain/token/token.ts';
import type { Workspace } from '#ports/workspace.ts';
import { replacedBy } from '#usecases/capture/amend/replaced-state.ts';
import { claimEffect } from '#usecases/threads/claim/undo-claim.ts';
import type { LineSigner } from '#usecases/transaction/line-signature.ts';
import type { AllowedLine, LineDecisions } from '#usecases/verify/line-decisions.ts';
import {
  authorityRedoProblem,
  authorityUndoProblem,
  UNDONE_BY_RECORD,
} from '#usecases/verify/verify-authority-line.ts';
import type { AuthorityHistory } from '#usecases/verify/verify-authority.ts';
import { bringsReplacedBack } from './capture-line.ts';
import { attributionUndoProblem, isAboutAttribution } from './attribution-line.ts';
import { anewAsks, isDoneAnew } from '#usecases/undo/anew-line.ts';
import { bringsBack } from './drop-line.ts';
import { concernedThreads, movedThread, startedThread } from './line-thread.ts';
import { findRedone, redonePaths, redoThreadProblem } from './redo-line.ts';
import { bringsNameBack } from './rename-line.ts';
import { bringsPartBack } from './split-line.ts';
import { takesBack, type Reverting } from './takes-back.ts';

interface ReversalGround {
  readonly authority: AuthorityHistory;
  /** Carriers may have been rebuilt by a removal since. */
  readonly rebuilt: boolean;
  readonly decisions: LineDecisions;
  readonly byId: ReadonlyMap<string, LoggedOperation>;
}

/** Judges lines that take others back, and those that do that over: each moves what the other moved, and no more. */
export class ReversalLines {
  readonly #workspace: Workspace;
  readonly #authority: AuthorityHistory;
  readonly #rebuilt: boolean;
  readonly #decisions: LineDecisions;
  readonly #byId: ReadonlyMap<string, LoggedOperation>;
  readonly #chains = new Map<string, TokenChain | null>();

  constructor(workspace: Workspace, { authority, rebuilt, decisions, byId }: ReversalGround) {
    this.#workspace = workspace;
    this.#authority = authority;
    this.#rebuilt = rebuilt;
    this.#decisions = decisions;
    this.#byId = byId;
  }

  /** Remembers under which chain a line was signed; whose it was is asked when it is taken back. */
  noteChain(operation: string, chain: TokenChain | null): void {
    this.#chains.set(operation, chain);
  }

  /** What is wrong with a line that takes another back, or undefined. */
  async undoProblem(operation: AllowedLine, signer: LineSigner): Promise<string | undefined> {
    const undone = jsonField(operation.texts.result, 'undone');
    const target = typeof undone === 'string' ? this.#byId.get(undone) : undefined;
    if (target === undefined) return 'what it takes back is unknown';
    if (target.texts === 'redacted') return this.#untoldUndoProblem(operation, signer, target);
    const others = operation.texts.refs.filter(({ name }) => name !== AUTHORITY_REF);
    if (UNDONE_BY_RECORD.has(target.line.op)) {
      if (others.length > 0) return 'it moves more than the authority chain';
      return authorityUndoProblem({ ...target, texts: target.texts }, operation.texts, this.#authority);
    }
    if (target.line.op === 'land')
      return this.#landUndoProblem(operation, signer, { ...target, texts: target.texts });
    const own = this.#isOwn(operation, target);
    if (isAboutAttribution(target.line.op)) {
      const judged = { operation, signer, others, target: { ...target, texts: target.texts }, own };
      return attributionUndoProblem([this.#workspace, this.#decisions], judged);
    }
    return this.#workUndoProblem(operation, signer, { ...target, texts: target.texts });
  }

  /**
   * The same where the sidecar of what was taken back is redacted since: of a capture its states still tell that the
   * thread went from one that it made to the one before. Of other kinds nobody can tell any more.
   */
  async #untoldUndoProblem(
    operation: AllowedLine,
    signer: LineSigner,
    target: LoggedOperation,
  ): Promise<string | undefined> {
    const { line } = operation;
    const refs = operation.texts.refs.filter(({ name }) => name !== AUTHORITY_REF);
    const thread = movedThread(refs);
    if (target.line.op !== 'capture' || refs.length !== 1 || thread === undefined)
      return 'what it takes back is unknown';
    const reverting = { line, refs, target, inverse: refs };
    if (!(await takesBack(this.#workspace, reverting, { rebuilt: true })))
      return 'it moves what it does not take back';
    const own = this.#isOwn(operation, target);
    return this.#decisions.problem(operation, signer, { operation: 'undo', own, thread });
  }

  async #workUndoProblem(
    operation: AllowedLine,
    signer: LineSigner,
    target: AllowedLine,
  ): Promise<string | undefined> {
    const { line } = operation;
    const others = operation.texts.refs.filter(({ name }) => name !== AUTHORITY_REF);
    const inverse = target.texts.inverse?.refs ?? [];
    const reverting = { line, refs: others, target, inverse };
    const back = await this.#isTakenBack(target, reverting);
    if (!back || !takesClaimBack(operation.texts, target)) return 'it moves what it does not take back';
    const own = this.#isOwn(operation, target);
    const about = concernedThreads(inverse, { ...target, texts: target.texts });
    return this.#decisions.problem(operation, signer, { operation: 'undo', own, ...about });
  }

  async #isTakenBack({ line, texts }: AllowedLine, reverting: Reverting): Promise<boolean> {
    if (line.op === 'thread-drop') return bringsBack(this.#workspace, reverting);
    if (line.op === 'thread-rename') return bringsNameBack(this.#workspace, reverting);
    if (line.op === 'thread-split') return bringsPartBack(this.#workspace, reverting);
    if (line.op === 'capture' && replacedBy(texts) !== undefined) {
      return bringsReplacedBack(this.#workspace, reverting);
    }
    return takesBack(this.#workspace, reverting, { rebuilt: this.#rebuilt });
  }

  /** A branch's commits are never rebuilt: it goes back to just where it was. */
  async #landUndoProblem(
    operation: AllowedLine,
    signer: LineSigner,
    target: AllowedLine,
  ): Promise<string | undefined> {
    const wayBack = target.texts.refs
      .filter(({ name }) => name !== AUTHORITY_REF)
      .map(({ name, old, new: next }) => ({ name, old: next, new: old }));
    const others = operation.texts.refs.filter(({ name }) => name !== AUTHORITY_REF);
    if (JSON.stringify(others) !== JSON.stringify(wayBack)) return 'it moves what it does not take back';
    return this.#decisions.landUndoProblem(operation, signer, target);
  }

  /** The same for one that does again what was taken back. */
  async redoProblem(
    operation: AllowedLine,
    signer: LineSigner,
    others: readonly RefChange[],
  ): Promise<string | undefined> {
    const redone = findRedone(operation, this.#byId);
    if (redone === undefined) return 'what it does again is unknown';
    const { undo, target } = redone;
    if (UNDONE_BY_RECORD.has(target.line.op)) {
      if (others.length > 0) return 'it moves more than the authority chain';
      return authorityRedoProblem(target, operation.texts, this.#authority);
    }
    const own = this.#isOwn(operation, target) && this.#isOwn(operation, undo);
    if (isDoneAnew(target.line.op)) {
      const anew = { operation, signer, others, target, own };
      const before = [...this.#byId.values()];
      return this.#decisions.asksProblem(operation, signer, (view) =>
        anewAsks(this.#workspace, { view, newest: this.#authority.newest, before }, anew),
      );
    }
    const why = redoThreadProblem(operation, redone, others);
    if (why !== undefined) return why;
    const thread = movedThread(others) ?? startedThread(target.texts);
    const paths = await redonePaths(this.#workspace, others);
    return this.#decisions.problem(operation, signer, { operation: 'undo', own, thread, paths });
  }

  /** The same agents in the same order, as when it was undone. */
  #isOwn(operation: LoggedOperation, target: LoggedOperation): boolean {
    const [a, b] = [operation.line.actor, target.line.actor];
    const sameActor = a.principal === b.principal && a.agent === b.agent;
    const [mine, theirs] = [this.#chains.get(operation.id), this.#chains.get(target.id)];
    return sameActor && mine !== undefined && theirs !== undefined && sameAgents(mine, theirs);
  }
}

/** Of a claim, or the end of one, just what was there before comes back; true of all else. */
function takesClaimBack(texts: OperationTexts, target: AllowedLine): boolean {
  if (target.line.op !== 'thread-claim' && target.line.op !== 'thread-release') return true;
  const [done, meant] = [texts, target.texts.inverse].map(claimEffect);
  return done !== undefined && JSON.stringify(done) === JSON.stringify(meant);
}
