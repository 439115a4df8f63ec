import { HeddleError } from '#domain/error.ts';
import { shortId, type OperationId } from '#domain/id.ts';
import type { LoggedOperation, OperationKind, OperationTexts } from '#domain/operation.ts';
import type { UndoResult } from '#domain/results.ts';
import type { Workspace } from '#ports/workspace.ts';
import { mutate, type Mutated } from '#usecases/transaction/mutate.ts';
import type { Ask, Drafts, Ground, Plan, Proposal } from '#usecases/transaction/plan.ts';
import { undoGrant } from './undo-grant.ts';
import { undoThread } from './undo-thread.ts';

type Undone = Omit<UndoResult, 'operation'>;

/** How one kind of operation is taken back: what that needs, and what it does. */
export interface Reversal {
  readonly ask: Ask;
  readonly plan: (drafts: Drafts) => Promise<Omit<Plan<Undone>, 'result' | 'paths'>>;
}

export interface Target {
  readonly id: OperationId;
  readonly line: LoggedOperation['line'];
  readonly texts: OperationTexts;
}

/** Kinds that can be taken back; what is not here is refused by name. */
const REVERSALS: Partial<
  Record<OperationKind, (workspace: Workspace, ground: Ground, target: Target) => Promise<Reversal>>
> = {
  capture: undoThread,
  'thread-start': undoThread,
  'grant-add': undoGrant,
  'grant-remove': undoGrant,
};

/**
 * Takes back one operation: the named one, or the newest of this actor that can be. Throws `UNDO_NOTHING`, and
 * `UNDO_REFUSED` where something was built on it or it cannot be reversed.
 */
export async function undo(workspace: Workspace, name: string | null): Promise<Mutated<Undone>> {
  return mutate<Undone>(workspace, {
    op: 'undo',
    args: { operation: name },
    unlock: true,
    propose: (ground) => propose(workspace, ground, name),
  });
}

async function propose(
  workspace: Workspace,
  ground: Ground,
  name: string | null,
): Promise<Proposal<Undone>> {
  const target = await findTarget(workspace, ground, name);
  const reverse = REVERSALS[target.line.op];
  if (reverse === undefined) throw refused(target, `${target.line.op} cannot be undone`);
  const reversal = await reverse(workspace, ground, target);
  return {
    kind: 'ask',
    ask: reversal.ask,
    plan: async (drafts) => {
      const plan = await reversal.plan(drafts);
      const result = { undone: target.id, op: target.line.op, states: plan.states };
      return { ...plan, paths: target.texts.paths, result };
    },
  };
}

async function findTarget(
  workspace: Workspace,
  ground: Ground,
  name: string | null,
): Promise<Target> {
  const undone = new Set<string>();
  const matches: Target[] = [];
  for await (const { id, line, texts } of workspace.log.newest()) {
    if (line.verdict.verdict === 'deny' || texts === 'redacted') continue;
    if (line.op === 'undo') undone.add(undoneBy(texts));
    const wanted = name === null ? isMine(ground, line) : id.startsWith(name);
    if (!wanted || line.op === 'undo') continue;
    if (name === null && (undone.has(id) || REVERSALS[line.op] === undefined)) continue;
    matches.push({ id, line, texts });
    if (name === null || id === name) break;
  }
  const [match] = matches;
  if (match === undefined) throw nothing(name);
  if (matches.length > 1) throw ambiguous(name ?? '', matches);
  if (undone.has(match.id)) throw refused(match, 'it was undone already');
  return match;
}

/** Per actor: an agent undoes what that agent did, a person what the person did. */
function isMine({ caller }: Ground, line: LoggedOperation['line']): boolean {
  return line.actor.principal === caller.actor.principal && line.actor.agent === caller.actor.agent;
}

/** Tells whether a target is the caller's own work. */
export function isOwn(ground: Ground, { line }: Target): boolean {
  return isMine(ground, line);
}

function undoneBy({ result }: OperationTexts): string {
  const undone: unknown =
    typeof result === 'object' && result !== null && 'undone' in result ? result.undone : undefined;
  return typeof undone === 'string' ? undone : '';
}

/** Something stands in the way of taking `target` back. */
export function refused({ id, line }: Target, why: string): HeddleError {
  return new HeddleError('UNDO_REFUSED', `${shortId(id)} (${line.op}): ${why}`, {
    facts: { operation: id, op: line.op },
    preserved: 'nothing was changed',
  });
}

function nothing(name: string | null): HeddleError {
  const why = name === null ? 'there is nothing of yours to undo' : 'no operation has this id';
  return new HeddleError(name === null ? 'UNDO_NOTHING' : 'NOT_FOUND', why, {
    facts: { operation: name },
    preserved: 'nothing was changed',
  });
}

function ambiguous(name: string, matches: readonly Target[]): HeddleError {
  return new HeddleError('AMBIGUOUS', `${name} is the beginning of ${matches.length} operations`, {
    facts: { operation: name },
    preserved: 'nothing was changed',
  });
}

