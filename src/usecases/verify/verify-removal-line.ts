import { jsonField } from '#domain/encoding/json-field.ts';
import type { TombstoneId } from '#domain/id.ts';
import { repositoryResource } from '#domain/resource/resource.ts';
import type {
  Effect,
  OperationKind,
  OperationLine,
  OperationTexts,
  RefChange,
} from '#domain/operation/operation.ts';
import { isThreadHead, REQUESTS_REF, REVIEWS_REF, TOMBSTONES_REF } from '#domain/refs.ts';
import type { RemovalAct } from '#domain/removal/act-codec.ts';
import type { TombstoneRecord } from '#domain/removal/tombstone-set.ts';
import type { ObjectId, TreeEntry } from '#ports/objects.ts';
import type { Workspace } from '#ports/workspace.ts';
import { rawKey } from '#usecases/manifest/change-tree.ts';
import { isLog, logsProblem } from '#usecases/segments/moved-logs.ts';
import { DIRECTORY } from '#usecases/signed-sets/set-files.ts';
import { STATE_TEXTS } from '#usecases/states/list-carriers.ts';
import { findCommit } from '#usecases/states/find-commit.ts';
import { readState, type CarriedState } from '#usecases/states/read-state.ts';
import { capturedBy, concernedResources } from '#usecases/tombstones/decision/concerned-resources.ts';
import { recordDecisionProblem } from '#usecases/tombstones/decision/record-decision.ts';
import type { AuthorityHistory } from './verify-authority.ts';
import type { VerifiedTombstones } from './verify-tombstone-set.ts';

type RemovalKind = Extract<OperationKind, 'redact' | 'lift' | 'purge' | 'receipt'>;

/** What each kind of line does outside refs; a receipt does nothing. */
const EFFECTS: Readonly<Record<RemovalKind, Effect['kind'] | null>> = {
  redact: 'veil',
  lift: 'unveil',
  purge: 'purge',
  receipt: null,
};

/** Tells whether a line is about a removal. */
export function isRemoval(op: OperationKind): op is RemovalKind {
  return Object.hasOwn(EFFECTS, op);
}

/** Tells whether a line has effects on removed content, now or when it is undone. */
export function reachesRemoved({ effects, inverse }: OperationTexts): boolean {
  const all = [...effects, ...(inverse?.effects ?? [])];
  return all.some(({ kind }) => kind === 'veil' || kind === 'unveil' || kind === 'purge');
}

/** A line about a removal, whose signature holds. */
export interface RemovalLine {
  readonly line: OperationLine;
  readonly texts: OperationTexts;
  /** What it moves beside the authority chain. */
  readonly refs: readonly RefChange[];
}

/** What a line about a removal is held against. */
export interface RemovalGround {
  readonly authority: AuthorityHistory;
  readonly tombstones: VerifiedTombstones;
  /** States that lines of this clone captured, and the lamport time of the line. */
  readonly captured: ReadonlyMap<string, number>;
}

/**
 * What is wrong with a line about a removal. It has to move nothing but the tombstones, and carriers that stand for
 * the same states; the record that it added must still be in the set, which only grows; and it was allowed at
 * everything that the log says was there: a record's own time is only its author's word.
 */
export async function removalLineProblem(
  workspace: Workspace,
  ground: RemovalGround,
  removal: RemovalLine,
): Promise<string | undefined> {
  return (
    movesProblem(removal) ??
    recordProblem(ground.tombstones, removal) ??
    (await decisionProblem(workspace, ground, removal)) ??
    (await carriersProblem(
      workspace,
      removal.refs.filter(({ name }) => isThreadHead(name)),
    )) ??
    (await setsProblem(
      workspace,
      removal.refs.filter(({ name }) => SETS.has(name)),
    )) ??
    (await logsProblem(
      workspace,
      removal.refs.filter(({ name }) => isLog(name)),
    ))
  );
}

function movesProblem({ line, refs }: RemovalLine): string | undefined {
  const { op } = line;
  const sets = refs.filter(({ name }) => name === TOMBSTONES_REF);
  if (sets.length !== 1 || sets.some((set) => set.new === null)) return `a ${op} adds to the tombstones`;
  const rebuilds = op === 'redact' || op === 'lift';
  const others = refs.filter(({ name }) => name !== TOMBSTONES_REF);
  const stays = others.every(
    ({ name, old, new: next }) =>
      rebuilds && (isThreadHead(name) || SETS.has(name) || isLog(name)) && old !== null && next !== null,
  );
  return stays ? undefined : `a ${op} moves more than it has to`;
}

/** The record that the line added, or what the set lacks. */
function recordProblem(tombstones: VerifiedTombstones, { line, texts }: RemovalLine): string | undefined {
  const { op } = line;
  if (!isRemoval(op)) return 'it is about no removal';
  if (op === 'receipt')
    return texts.effects.length > 0 ? 'a receipt changes nothing' : receiptMissing(tombstones, line);
  const tombstone = effectOn(texts, EFFECTS[op]);
  if (tombstone === undefined) return `a ${op} is about one tombstone, and does nothing else`;
  const record = tombstones.records.get(tombstone);
  if (record === undefined) return `the tombstone ${tombstone} that it is about is not in the set`;
  return recordsOf(record, op).some((added) => isOf(added, line))
    ? undefined
    : `the ${op} that it added to ${tombstone} is not in the set`;
}

function recordsOf(
  { declaration, lifts, purges }: TombstoneRecord,
  op: Exclude<RemovalKind, 'receipt'>,
): readonly Pick<RemovalAct, 'at' | 'holder'>[] {
  if (op === 'redact') return [declaration];
  return (op === 'lift' ? lifts : purges).map(({ act }) => act);
}

/** A record is made with its line: by the same key, at the same time. */
function isOf(record: Pick<RemovalAct, 'at' | 'holder'>, line: OperationLine): boolean {
  return record.at === line.at && record.holder === line.holder;
}

async function decisionProblem(
  workspace: Workspace,
  { authority, tombstones, captured }: RemovalGround,
  { line, texts }: RemovalLine,
): Promise<string | undefined> {
  const { op } = line;
  if (!isRemoval(op) || op === 'receipt') return undefined;
  const tombstone = effectOn(texts, EFFECTS[op]);
  const record = tombstone === undefined ? undefined : tombstones.records.get(tombstone);
  const view = line.policy === null ? undefined : authority.views.get(line.policy);
  const chain = line.chain === null ? undefined : await workspace.log.readChain(line.chain);
  if (record === undefined || view === undefined || chain === undefined)
    return 'it was allowed without a credential';
  const byTime = capturedBy(line.at);
  const resources = concernedResources(view.repository, tombstones.places, {
    files: record.declaration.covers.files,
    wasThere: (carrier) => {
      const lamport = captured.get(carrier.id);
      return lamport === undefined ? byTime(carrier) : lamport < line.lamport;
    },
  });
  const whole = rewritesGit(texts) ? [repositoryResource(view.repository)] : [];
  if (resources.length + whole.length === 0) return undefined;
  const kind = op === 'redact' ? 'tombstone' : op;
  return recordDecisionProblem(
    workspace,
    { kind, record: line, chain },
    { view, resources: [...new Set([...resources, ...whole])] },
  );
}

/** Git's history is everybody's. */
function rewritesGit({ args }: OperationTexts): boolean {
  return jsonField(jsonField(args, 'verb'), 'rewriteGit') === true;
}

/** A receipt and its line are signed by one key: the replica's. */
function receiptMissing({ records }: VerifiedTombstones, line: OperationLine): string | undefined {
  const added = [...records.values()].some(({ receipts }) =>
    receipts.some(({ receipt }) => receipt.holder === line.holder && receipt.at === line.at),
  );
  return added ? undefined : 'the receipt that it added is not in the set';
}

/** The tombstone of a line's one effect. */
function effectOn({ effects }: OperationTexts, kind: Effect['kind'] | null): TombstoneId | undefined {
  const [effect, ...more] = effects;
  if (effect === undefined || effect.kind !== kind || more.length > 0) return undefined;
  return 'tombstone' in effect ? effect.tombstone : undefined;
}

/** Where a purge or git's garbage collection took one of the two, nothing can be compared. */
export async function carriersProblem(
  workspace: Workspace,
  refs: readonly RefChange[],
): Promise<string | undefined> {
  for (const { name, old, new: next } of refs) {
    const [before, after] = [await carriedState(workspace, old), await carriedState(workspace, next)];
    if (before !== undefined && after !== undefined && before.id !== after.id) {
      return `it moves ${name} to another state`;
    }
  }
  return undefined;
}

/** Sets of whose records a removal takes sidecars. */
const SETS: ReadonlySet<string> = new Set([REQUESTS_REF, REVIEWS_REF]);

/** A removal of texts replaces sidecars, and takes or adds no record. */
async function setsProblem(workspace: Workspace, refs: readonly RefChange[]): Promise<string | undefined> {
  for (const { name, old, new: next } of refs) {
    if (old === null || next === null || (await isSameButTexts(workspace, old, next))) continue;
    return `it changes more of ${name} than texts`;
  }
  return undefined;
}

/** Where a purge or git's garbage collection took one of the two, nothing can be compared. */
async function isSameButTexts(
  workspace: Pick<Workspace, 'objects'>,
  old: ObjectId,
  next: ObjectId,
): Promise<boolean> {
  const { objects } = workspace;
  if (old === next) return true;
  const [before, after] = [await objects.readTree(old), await objects.readTree(next)];
  if (before === undefined || after === undefined) return true;
  const shape = (rows: readonly TreeEntry[]): string =>
    rows.map(({ mode, name }) => `${mode} ${rawKey(name)}`).join('\0');
  if (shape(before) !== shape(after)) return false;
  for (const [index, { mode, name, id }] of before.entries()) {
    const other = after[index]?.id ?? id;
    if (other === id || rawKey(name) === STATE_TEXTS) continue;
    if (mode !== DIRECTORY || !(await isSameButTexts(workspace, id, other))) return false;
  }
  return true;
}

/** The state that a carrier stands for; undefined for none, and for one that is gone. */
export async function carriedState(
  workspace: Workspace,
  carrier: ObjectId | null,
): Promise<CarriedState | undefined> {
  if (carrier === null || (await findCommit(workspace, carrier)) === undefined) return undefined;
  return readState(workspace, carrier);
}
