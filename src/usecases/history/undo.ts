import type { Json } from '#domain/encoding/canonical-json.ts';
import { jsonField } from '#domain/encoding/json-field.ts';
import { HeddleError } from '#domain/error.ts';
import { shortId, type OperationId } from '#domain/id.ts';
import type { OperationKind } from '#domain/operation/operation.ts';
import type { Workspace } from '#ports/workspace.ts';
import { mutate, type Mutated } from '#usecases/transaction/mutate.ts';
import type { Ground, Proposal } from '#usecases/transaction/plan.ts';
import { findOperation } from './operation-index.ts';
import {
  isMine,
  refused,
  verifyTarget,
  type Reversal,
  type Target,
  type Undone,
  type VerifiedTarget,
} from './reversal.ts';
import { isLiftable, undoRedaction } from '#usecases/removal/lift.ts';
import { stopsUndo, whyFinal } from './final.ts';
import { undoDrop } from './undo-drop.ts';
import { undoFreeze } from './undo-freeze.ts';
import { undoGrant } from './undo-grant.ts';
import { undoKey } from './undo-key.ts';
import { undoLand } from './undo-land.ts';
import { undoPolicy } from './undo-policy.ts';
import { undoRestore } from '#usecases/restore/undo-restore.ts';
import { undoThread } from './undo-thread.ts';

/** Kinds that can be taken back; what is not here is refused by name. */
const REVERSALS: Partial<
  Record<OperationKind, (workspace: Workspace, ground: Ground, target: VerifiedTarget) => Promise<Reversal>>
> = {
  capture: undoThread,
  'thread-start': undoThread,
  'grant-add': undoGrant,
  'grant-remove': undoGrant,
  'key-add': undoKey,
  redact: undoRedaction,
  freeze: undoFreeze,
  unfreeze: undoFreeze,
  'policy-set': undoPolicy,
  'thread-drop': undoDrop,
  restore: undoRestore,
  land: undoLand,
};

/**
 * Takes back one operation: the named one, or the newest of this actor that can be. Throws `UNDO_NOTHING`, and
 * `UNDO_REFUSED` where something was built on it or it cannot be reversed.
 */
export async function undo(workspace: Workspace, name: string | null): Promise<Mutated<Undone>> {
  return mutate<Undone>(workspace, {
    op: 'undo',
    args: { operation: name },
    asksPassphrase: await meansRedaction(workspace, name),
    propose: (ground) => propose(workspace, ground, name),
  });
}

async function propose(workspace: Workspace, ground: Ground, name: string | null): Promise<Proposal<Undone>> {
  const found = name === null ? await findNewest(workspace, ground) : await findNamed(workspace, name);
  const reverse = REVERSALS[found.line.op];
  if (reverse === undefined) throw refused(found, whyFinal(found));
  const target = await verifyTarget(workspace, ground, found);
  const reversal = await reverse(workspace, ground, target);
  return {
    kind: 'ask',
    ask: reversal.ask,
    ...(reversal.op === undefined ? {} : { op: reversal.op }),
    plan: async (drafts) => {
      const plan = await reversal.plan(drafts);
      const result = { undone: target.id, op: target.line.op, states: plan.states };
      return { ...plan, paths: target.texts.paths, result };
    },
  };
}

/** The caller's newest operation that can be taken back and was not. */
async function findNewest(workspace: Workspace, ground: Ground): Promise<Target> {
  for await (const { target, gone } of readTargets(workspace)) {
    if (!isMine(ground, target.line)) continue;
    if (REVERSALS[target.line.op] !== undefined && (await stands(workspace, target, gone))) return target;
    const why = stopsUndo(target);
    if (why !== undefined) throw refused(target, why);
  }
  throw new HeddleError('UNDO_NOTHING', 'there is nothing of yours to undo', {
    preserved: 'nothing was changed',
  });
}

/** Of a redaction the tombstones tell: a line that somebody wrote must not keep an owner from lifting it. */
async function stands(workspace: Workspace, target: Target, gone: string | undefined): Promise<boolean> {
  if (gone === undefined) return true;
  return target.line.op === 'redact' && (await isLiftable(workspace, target));
}

/** Letters of an id that name an operation. */
const SHORTEST = 4;

async function findNamed(workspace: Workspace, name: string): Promise<Target> {
  const beginning = name.startsWith('ho-') ? name : `ho-${name}`;
  // A slip of the finger must not name an operation.
  if (beginning.length < 'ho-'.length + SHORTEST) {
    throw new HeddleError('AMBIGUOUS', `${name.slice(0, 80)} is too short for the id of an operation`, {
      facts: { operation: name.slice(0, 80) },
      preserved: 'nothing was changed',
    });
  }
  const matches = await findTargets(workspace, beginning);
  const [match] = matches;
  if (match === undefined || matches.length > 1) throw notOne(name, matches.length);
  if (await stands(workspace, match.target, match.gone)) return match.target;
  throw refused(match.target, match.gone ?? 'it was undone already');
}

/** Reading so many lines costs less than loading an index. */
const READ_FIRST = 1024;

/** Reads back to the one that has this beginning, where the index knows that no other has, or else all of the log. */
async function findTargets(workspace: Workspace, beginning: string): Promise<readonly TargetFound[]> {
  const matches: TargetFound[] = [];
  let only: OperationId | undefined;
  let read = 0;
  for await (const found of readTargets(workspace)) {
    if (found.target.id.startsWith(beginning)) matches.push(found);
    read += 1;
    if (read === READ_FIRST) only = await findOperation(workspace, beginning);
    if (only !== undefined && matches[0]?.target.id === only) break;
  }
  return matches;
}

/** Only a lift needs unlocked keys, and nobody waits for the lock until a passphrase was typed. */
async function meansRedaction(workspace: Workspace, name: string | null): Promise<boolean> {
  for await (const { target, gone } of readTargets(workspace)) {
    if (REVERSALS[target.line.op] === undefined || !(await stands(workspace, target, gone))) continue;
    if (name === null) return target.line.op === 'redact';
    if (target.id.includes(name)) return target.line.op === 'redact';
  }
  return false;
}

interface TargetFound {
  readonly target: Target;
  /** Why it no longer stands; undefined where it does. */
  readonly gone: string | undefined;
}

/** Operations that were allowed, newest first, each with what a later one says of it. */
async function* readTargets(workspace: Workspace): AsyncGenerator<TargetFound> {
  const gone = new Map<Json | undefined, string>();
  const purged = new Map<string, string>();
  for await (const { id, line, texts } of workspace.log.newest()) {
    if (line.verdict.verdict === 'deny' || texts === 'redacted') continue;
    if (line.op === 'undo' || line.op === 'lift')
      gone.set(jsonField(texts.result, 'undone'), 'it was undone already');
    if (line.op === 'recovery') gone.set(jsonField(texts.result, 'voided'), 'it is void');
    const crossed = line.states.map((state) => purged.get(state)).find((why) => why !== undefined);
    yield { target: { id, line, texts }, gone: gone.get(id) ?? crossed };
    if (line.op !== 'purge') continue;
    for (const state of line.states) purged.set(state, `it lies behind the purge ${shortId(id)}`);
  }
}

function notOne(name: string, found: number): HeddleError {
  const why = found === 0 ? 'no operation has this id' : `${name} is the beginning of ${found} operations`;
  return new HeddleError(found === 0 ? 'NOT_FOUND' : 'AMBIGUOUS', why, {
    facts: { operation: name.slice(0, 80) },
    preserved: 'nothing was changed',
  });
}
