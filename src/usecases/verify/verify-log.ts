import type { Json } from '#domain/encoding/canonical-json.ts';
import { jsonField } from '#domain/encoding/json-field.ts';
import type { StateId } from '#domain/id.ts';
import {
  makesStates,
  type LoggedOperation,
  type OperationKind,
  type OperationLine,
  type OperationTexts,
  type RefChange,
} from '#domain/operation/operation.ts';
import {
  divergedRef,
  droppedRef,
  HEDDLE_REFS,
  isThreadHead,
  oplogRef,
  REMOTE_REFS,
  SNAPSHOT_REFS,
  THREAD_REFS,
} from '#domain/refs.ts';
import type { Workspace } from '#ports/workspace.ts';
import { loadFollowCommit, type FollowCommit } from '#usecases/states/replaced/commit-map.ts';
import { findCommit } from '#usecases/states/find-commit.ts';
import { readSoundStates, readState } from '#usecases/states/read-state.ts';
import type { VerifyReport } from './report.ts';
import type { LateWork } from './late-work.ts';
import { UntoldMoves } from './untold-moves.ts';
import { LineVerifier } from './verify-line.ts';
import type { AuthorityHistory } from './verify-authority.ts';
import type { VerifiedRequests } from './verify-request-set.ts';
import type { VerifiedReviews } from './verify-review-set.ts';
import type { VerifiedTombstones } from './verify-tombstone-set.ts';

/** What the lines are held against. */
interface Ground {
  readonly authority: AuthorityHistory;
  readonly tombstones: VerifiedTombstones;
  readonly requests: VerifiedRequests;
  readonly reviews: VerifiedReviews;
  readonly late: LateWork;
}

/** Verifies every line of every replica's log: chain, sidecars, signatures; then that lines explain the refs. */
export async function verifyLog(workspace: Workspace, report: VerifyReport, ground: Ground): Promise<void> {
  const { authority, tombstones } = ground;
  const { operations, findings } = await workspace.log.check();
  for (const { replica, seq, what } of findings) {
    report.find('operation', `${replica} ${seq ?? ''}`.trim(), what);
  }
  const byId = new Map(operations.map((operation) => [operation.id, operation]));
  const voided = await findVoided(workspace, operations);
  const lines = new LineVerifier(workspace, { ...ground, operations, voided });
  for (const operation of operations.toSorted((a, b) => a.line.lamport - b.line.lamport)) {
    report.count('operations');
    await report.guard('operation', operation.id, async () => {
      const why = (await lines.problem(operation)) ?? policyProblem(operation, byId, authority);
      report.count('signatures');
      if (why !== undefined) report.find('operation', operation.id, `line ${operation.line.seq}: ${why}`);
    });
  }
  // A log that is damaged explains nothing reliably: its own findings come first.
  if (findings.length > 0) return;
  const known = (await workspace.pins.read())?.line ?? null;
  if (known !== null && !byId.has(known.id))
    report.find('operation', known.id, `line ${known.seq}: this home wrote it, and the log lacks it`);
  const untold = new UntoldMoves();
  const moved = await verifyRefs(workspace, report, { operations, voided, untold });
  // Without tombstones a state has one carrier, and where the ref is was the whole question.
  if (tombstones.head !== null) await verifyHeads(workspace, report, { heads: moved, untold });
}

/** Nobody in a clone decides under a head that its log has left behind: that is how to outlive a record. */
export function policyProblem(
  { line }: LoggedOperation,
  byId: ReadonlyMap<string, LoggedOperation>,
  { views, knows }: AuthorityHistory,
): string | undefined {
  const before = byId.get(line.prev ?? '')?.line.policy ?? null;
  const { policy } = line;
  const back =
    before !== null && policy !== null && views.has(before) && views.has(policy) && !knows(policy, before);
  return back ? 'it was decided under an older authority record than the line before it' : undefined;
}

interface Lines {
  readonly operations: readonly LoggedOperation[];
  readonly voided: ReadonlySet<string>;
  readonly untold: UntoldMoves;
}

/**
 * Each ref below `refs/heddle/` is where the newest line about it left it. Returns for each thread's ref the state
 * that the lines say it stands for.
 */
async function verifyRefs(
  workspace: Workspace,
  report: VerifyReport,
  { operations, voided, untold }: Lines,
): Promise<ReadonlyMap<string, StateId>> {
  const follow = await loadFollowCommit(workspace);
  // A carrier that stands on a commit of Git's changed with it where that was rewritten.
  const now = followAll(follow);
  const expected = new Map<string, string | null>();
  const heads = new Map<string, StateId>();
  const isTold = toldRefs(operations);
  for (const { id, line, texts } of operations.toSorted((a, b) => a.line.lamport - b.line.lamport)) {
    if (line.verdict.verdict === 'deny' || voided.has(id)) continue;
    if (texts === 'redacted') {
      untold.note(line);
      continue;
    }
    // Git's own branches anybody moves, without a word to heddle.
    for (const ref of texts.refs.filter(({ name }) => isTold(name))) {
      if (now(expected.get(ref.name)) !== now(ref.old) && !untold.mayHaveMoved(ref.name)) {
        report.find('operation', id, `line ${line.seq}: it moves ${ref.name} from where it was not`);
      }
      untold.tell(ref.name, line.lamport);
      expected.set(ref.name, ref.new);
      noteHead(heads, { line, texts }, ref);
    }
  }
  const current = await workspace.refs.list(HEDDLE_REFS);
  for (const name of new Set([...expected.keys(), ...[...current.keys()].filter(isTold)])) {
    if (standsAs(name, current.get(name), now(expected.get(name)))) continue;
    const said = heads.get(name);
    if (await isUntold(workspace, untold, { name, at: current.get(name), said })) continue;
    report.find('ref', name, 'it is not where the log says that it is');
  }
  return heads;
}

/** Whether a line that does not tell any more may have left a ref there: that of a thread at a state of its own. */
async function isUntold(
  workspace: Workspace,
  untold: UntoldMoves,
  {
    name,
    at,
    said,
  }: { readonly name: string; readonly at: string | undefined; readonly said: StateId | undefined },
): Promise<boolean> {
  if (!untold.mayHaveMoved(name)) return false;
  if (at === undefined || !isThreadHead(name)) return true;
  const [carried] = await readSoundStates(workspace, [at]);
  if (carried === undefined) return false;
  // A redaction moves threads too, to other carriers of the same states.
  return (
    untold.names(carried.id) ||
    carried.id === said ||
    name === droppedRef(carried.id) ||
    name === divergedRef(carried.id)
  );
}

function followAll(follow: FollowCommit): (commit: string | null | undefined) => string | null {
  return (commit) => (commit === null || commit === undefined ? null : follow(commit));
}

/**
 * Refs that lines tell of. What was fetched is moved by whoever fetches, without a line: it stands for nothing before it
 * was verified. What a replica published of its log it signed, and is held against the log itself.
 */
function toldRefs(operations: readonly LoggedOperation[]): (name: string) => boolean {
  const written = new Set(operations.map(({ line }) => oplogRef(line.replica)));
  return (name) => name.startsWith(HEDDLE_REFS) && !name.startsWith(REMOTE_REFS) && !written.has(name);
}

/** A purge takes snapshots away that hold what it destroys. */
function standsAs(name: string, now: string | undefined, said: string | null | undefined): boolean {
  const isGone = now === undefined && name.startsWith(SNAPSHOT_REFS);
  return isGone || (now ?? null) === (said ?? null);
}

/** What makes a state or goes back to one says which; of a split each thread its own. A redaction changes carriers alone. */
function noteHead(
  heads: Map<string, StateId>,
  { line: { op, states }, texts }: { readonly line: OperationLine; readonly texts: OperationTexts },
  ref: RefChange,
): void {
  if (!ref.name.startsWith(THREAD_REFS)) return;
  const at = texts.refs.filter(({ name }) => name.startsWith(THREAD_REFS)).indexOf(ref);
  const state = op === 'thread-split' || op === 'pull' ? states[at] : states[0];
  if (ref.new === null) heads.delete(ref.name);
  else if ((makesStates(op) || SAYS_STATES.has(op)) && state !== undefined) heads.set(ref.name, state);
}

const SAYS_STATES: ReadonlySet<OperationKind> = new Set(['undo', 'redo', 'pull']);

/** Carriers that lines name may be gone after a purge: what stays is which state each thread stands at. */
async function verifyHeads(
  workspace: Workspace,
  report: VerifyReport,
  { heads, untold }: { readonly heads: ReadonlyMap<string, StateId>; readonly untold: UntoldMoves },
): Promise<void> {
  for (const [name, state] of heads) {
    const carrier = await workspace.refs.read(name);
    if (carrier === undefined) continue;
    await report.guard('ref', name, async () => {
      const { id } = await readState(workspace, carrier);
      if (id !== state && !untold.names(id))
        report.find('ref', name, 'it stands for another state than the log says');
    });
  }
}

/** Lines that a recovery declared void, and whose objects really are not there: else they did happen. */
export async function findVoided(
  workspace: Workspace,
  operations: readonly LoggedOperation[],
): Promise<ReadonlySet<string>> {
  const declared = new Set(operations.map(voidedBy));
  const voided = new Set<string>();
  for (const { id, texts } of operations) {
    if (!declared.has(id) || texts === 'redacted') continue;
    for (const { new: next } of texts.refs) {
      const found = next === null ? true : await findCommit(workspace, next);
      if (found === undefined) voided.add(id);
    }
  }
  return voided;
}

/** The line that a recovery found without its objects. */
function voidedBy({ line, texts }: LoggedOperation): Json | undefined {
  return line.op !== 'recovery' || texts === 'redacted' ? undefined : jsonField(texts.result, 'voided');
}
