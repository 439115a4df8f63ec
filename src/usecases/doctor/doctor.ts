import type { Finding } from '#domain/result-parts.ts';
import type { DoctorResult } from '#domain/results/work-results.ts';
import { escapePath } from '#domain/encoding/percent-escape.ts';
import { HeddleError } from '#domain/error.ts';
import { shortId } from '#domain/id.ts';
import { THREAD_REFS, TOMBSTONES_REF } from '#domain/refs.ts';
import type { IndexReport } from '#ports/local-index.ts';
import type { Surroundings } from '#ports/surroundings.ts';
import type { Workspace } from '#ports/workspace.ts';
import { loadAuthority, notInitialised } from '#usecases/authority/load-authority.ts';
import { rebuildOperationIndex } from '#usecases/history/operation-index.ts';
import { findShunCheck } from '#usecases/content/shunned.ts';
import { refusedInCommit } from '#usecases/receive/refused-contents.ts';
import { rebuildStateIndex, sortedHeads } from '#usecases/states/state-index.ts';
import { findUnsoundHeads, headWayOut } from '#usecases/states/name-head.ts';
import { cloneFinding, setBackFindings } from './set-back.ts';
import { triedHooks } from './try-hooks.ts';
import { keptHeads } from '#usecases/states/walk-states.ts';
import { loadTombstones, readTombstones } from '#usecases/tombstones/load-tombstones.ts';

export interface DoctorOptions {
  /** Removes the local index, of every home, and makes this home's anew. */
  readonly rebuildIndex: boolean;
  /** Looks at a harness that was wired to this clone. */
  readonly harness?: () => Promise<readonly Finding[]>;
}

/**
 * Looks at what is cheap to see and easy to mend: git, modes of files, what dead processes left, quarantine that
 * nobody needs, the local index, and what was set back behind what this home knew. Whether signatures and logs hold is for `verify`. Findings are answers, not errors.
 */
export async function doctor(
  workspace: Workspace,
  surroundings: Surroundings,
  options: DoctorOptions,
): Promise<DoctorResult> {
  const another = await cloneFinding(workspace);
  if (another !== undefined) {
    const findings = [another, ...(await surroundings.examine())];
    return { ok: false, index: { status: 'missing', entries: null }, findings };
  }
  if ((await workspace.records.readClone()) === undefined) throw await notInitialised(workspace);
  const setBack = await setBackFindings(workspace);
  // By an authority that does not hold no tombstone can be judged.
  const isJudged = setBack.every(({ kind }) => kind !== 'authority');
  const hasLog = setBack.every(({ kind }) => kind !== 'log');
  const index = await examineIndex(workspace, options, hasLog);
  const findings = [
    ...(hasLog ? indexFindings(index.status, options) : []),
    ...setBack,
    ...(await surroundings.examine()),
    ...(hasLog ? await guarded('operation', 'log', () => unappliedFindings(workspace)) : []),
    ...(isJudged ? await guarded('tombstone', TOMBSTONES_REF, () => tombstoneFindings(workspace)) : []),
    ...(await guarded('ref', THREAD_REFS, () => headFindings(workspace))),
    ...(isJudged ? await guarded('quarantine', 'quarantine', () => quarantineFindings(workspace)) : []),
    ...(await guarded('shun', 'heddle/shun.json', () => shunFindings(workspace))),
    ...(await guarded('refused', 'HEAD', () => refusedFindings(workspace))),
    ...(await guarded('hook', 'hooks', () => triedHooks(workspace))),
    ...(await guarded('harness', 'integrate', options.harness ?? (async () => []))),
  ];
  return { ok: findings.length === 0, index, findings };
}

type IndexResult = DoctorResult['index'];

/** An index that is missing, behind or in use is none; unless it was to be made and was not. */
function indexFindings(status: IndexResult['status'], { rebuildIndex }: DoctorOptions): readonly Finding[] {
  const message = rebuildIndex ? NOT_REBUILT[status] : status === 'damaged' ? DAMAGED : undefined;
  return message === undefined ? [] : [{ kind: 'index', subject: 'heddle/index', message }];
}

const DAMAGED = 'it is damaged and is not used; --rebuild-index makes it anew';
const NOT_REBUILT: Readonly<Partial<Record<IndexResult['status'], string>>> = {
  missing: 'it was not made: this home has not changed anything in this clone yet, and has no secret for it',
  behind: 'it was made, and is behind already',
  locked: 'it was not made: another process has it',
  damaged: 'it was made, and is damaged already',
};

/** Of a log that was cut or damaged nothing is made, and nobody can tell whether the index reaches as far. */
async function examineIndex(
  workspace: Workspace,
  { rebuildIndex }: DoctorOptions,
  hasLog: boolean,
): Promise<IndexResult> {
  if (hasLog) return rebuildIndex ? rebuild(workspace) : look(workspace);
  const report = await workspace.localIndex.inspect();
  return report.kind === 'ready'
    ? { status: 'behind', entries: report.entries }
    : { status: report.kind, entries: null };
}

async function look(workspace: Workspace): Promise<IndexResult> {
  const report = await workspace.localIndex.inspect();
  if (report.kind !== 'ready') return { status: report.kind, entries: null };
  const isCurrent = await coversEverything(workspace, report);
  return { status: isCurrent ? 'current' : 'behind', entries: report.entries };
}

/** Whether every table that was made reaches as far as the refs and logs do now. */
async function coversEverything(
  workspace: Workspace,
  { coverage: { states, operations } }: Extract<IndexReport, { readonly kind: 'ready' }>,
): Promise<boolean> {
  const heads = sortedHeads(await keptHeads(workspace));
  const marks = (await workspace.log.tails()).map(({ id }) => id);
  const hasStates = states === null || states.join() === heads.join();
  return hasStates && (operations === null || operations.map(({ id }) => id).join() === marks.join());
}

async function rebuild(workspace: Workspace): Promise<IndexResult> {
  await workspace.localIndex.destroy();
  await rebuildStateIndex(workspace);
  await rebuildOperationIndex(workspace);
  const found = await look(workspace);
  // Somebody who is quicker, or a home that has no secret for one: it is as it was found.
  return found.status === 'current' ? { ...found, status: 'rebuilt' } : found;
}

async function unappliedFindings({ log }: Workspace): Promise<readonly Finding[]> {
  const unapplied = await log.unapplied();
  return unapplied.map(({ id, line }) => ({
    kind: 'operation',
    subject: id,
    message: `${line.op} is in the log, and its refs or effects are not all done`,
  }));
}

/** What of the tombstones counts for nothing; one ref is read where there is none. */
async function tombstoneFindings(workspace: Workspace): Promise<readonly Finding[]> {
  if ((await workspace.refs.read(TOMBSTONES_REF)) === undefined) return [];
  const { view } = await loadAuthority(workspace);
  const { problems } = await loadTombstones(workspace, view);
  return problems.map(({ subject, why }) => ({ kind: 'tombstone', subject, message: why }));
}

async function headFindings(workspace: Workspace): Promise<readonly Finding[]> {
  const unsound = await findUnsoundHeads(workspace);
  return unsound.map((subject) => ({ kind: 'ref', subject, message: headWayOut(subject) }));
}

/** What was taken out of the list counts all the same; the next change in this clone puts it back. */
async function shunFindings({ shun }: Workspace): Promise<readonly Finding[]> {
  const taken = (await unlessOpen(() => shun.read())).filter((entry) => entry.taken);
  const tombstones = [...new Set(taken.map(({ tombstone }) => tombstone))].toSorted();
  return tombstones.map((subject) => ({ kind: 'shun', subject, message: TAKEN }));
}

/** What is checked out of Git's own history, and heddle removed: whoever pushes it gives it away. */
async function refusedFindings(workspace: Workspace): Promise<readonly Finding[]> {
  const refused = await unlessOpen(async () => {
    // Where nothing is refused nothing is asked of git, which may not be there.
    if ((await findShunCheck(workspace)) === undefined) return [];
    const head = await workspace.revisions.resolveCommit('HEAD');
    return head === undefined ? [] : refusedInCommit(workspace, head);
  });
  return refused.map(({ path, tombstone }) => ({
    kind: 'refused',
    subject: `HEAD:${escapePath(path)}`,
    message: `it holds what ${shortId(tombstone)} removed, which stays in Git's history`,
  }));
}

/** A home that is open to others is a finding already, and every change is refused until it is closed. */
async function unlessOpen<T>(read: () => Promise<readonly T[]>): Promise<readonly T[]> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof HeddleError && error.code === 'KEY_FILE_MODE') return [];
    throw error;
  }
}

const TAKEN =
  'somebody took what it removed off heddle/shun.json; this home still refuses it, and the next change here mends the list';

async function quarantineFindings(workspace: Workspace): Promise<readonly Finding[]> {
  const kept = await workspace.quarantine.list();
  if (kept.length === 0) return [];
  const { view } = await loadAuthority(workspace);
  const { records, problems } = await readTombstones(workspace, view);
  const damaged = new Set(problems.map(({ subject }) => subject));
  return kept
    .filter((tombstone) => !records.has(tombstone) && !damaged.has(tombstone))
    .map((subject) => ({
      kind: 'quarantine',
      subject,
      message: 'content is kept here that no tombstone names',
    }));
}

/** What cannot be looked at is a finding, too. */
async function guarded(
  kind: string,
  subject: string,
  look: () => Promise<readonly Finding[]>,
): Promise<readonly Finding[]> {
  try {
    return await look();
  } catch (error) {
    if (!(error instanceof HeddleError)) throw error;
    return [{ kind, subject, message: error.message }];
  }
}
