import { rootKeys } from '#domain/authority/authority-view.ts';
import { jsonField } from '#domain/encoding/json-field.ts';
import { HeddleError } from '#domain/error.ts';
import type { OperationId } from '#domain/id.ts';
import type { LoggedOperation } from '#domain/operation/operation.ts';
import type { RunListResult, RunShowResult, RunStatus, RunSummary } from '#domain/results/run-results.ts';
import { parseRunEnd, parseRunStart, type RunEnd, type RunStart } from '#domain/run/run-record.ts';
import { agentNames, type PublicKeyHex } from '#domain/token/token.ts';
import type { Workspace } from '#ports/workspace.ts';
import { knowAuthority } from '#usecases/authority/load-authority.ts';
import { verifyLineSigner } from '#usecases/transaction/line-signature.ts';
import { recover } from '#usecases/transaction/recover.ts';

/** Ended runs that are listed unless all are asked for. */
const USUALLY_LISTED = 20;

/** Runs of this clone and of those whose logs are here, those that still run first, then newest first. */
export async function listRuns(
  workspace: Workspace,
  { all }: { readonly all: boolean },
): Promise<RunListResult & { readonly notes: readonly string[] }> {
  const notes = await settleFirst(workspace);
  const runs: RunSummary[] = [];
  for await (const found of readRuns(workspace)) runs.push(summariseRun(found));
  const [going, over] = [
    runs.filter(({ status }) => status === 'running' || status === 'orphaned'),
    runs.filter(({ status }) => status === 'ended' || status === 'unknown'),
  ];
  const listed = all ? over : over.slice(0, USUALLY_LISTED);
  return { runs: [...going, ...listed], more: over.length - listed.length, notes };
}

/** One run, by its id or the beginning of it. Throws `NOT_FOUND`, `AMBIGUOUS`. */
export async function showRun(
  workspace: Workspace,
  name: string,
): Promise<RunShowResult & { readonly notes: readonly string[] }> {
  const notes = await settleFirst(workspace);
  const beginning = name.startsWith('ho-') ? name : `ho-${name}`;
  const found: FoundRun[] = [];
  for await (const run of readRuns(workspace)) if (run.id.startsWith(beginning)) found.push(run);
  const [only] = found;
  if (only === undefined || found.length > 1 || beginning.length < SHORTEST) throw notOne(name, found.length);
  const { start, end } = only;
  return {
    ...summariseRun(only),
    holder: start.holder,
    block: start.block,
    expires: start.expires,
    argvHash: start.argvHash,
    argvNonce: start.argvNonce,
    cwd: start.cwd,
    timeout: start.timeout,
    variables: start.variables,
    credential: start.credential,
    parent: start.parent,
    supervisor: start.supervisor,
    stateIds: end?.states ?? [],
    denialIds: end?.denials ?? [],
    notes,
  };
}

/** Letters that name a run, `ho-` included. */
const SHORTEST = 7;

function notOne(name: string, count: number): HeddleError {
  const what = name.slice(0, 80);
  const code = count === 0 ? 'NOT_FOUND' : 'AMBIGUOUS';
  const why = count === 0 ? `no run is called ${what}` : `${what} does not name one run`;
  return new HeddleError(code, why, { facts: { run: what } });
}

/** Whoever asks for runs asks what became of them. Where the lock is held, the next command sees to it. */
async function settleFirst(workspace: Workspace): Promise<readonly string[]> {
  if ((await workspace.runNotes.list()).length === 0) return [];
  return (await workspace.lock.tryRun(() => recover(workspace))) ?? [];
}

/** What the log says of a run. */
export interface FoundRun {
  readonly id: OperationId;
  readonly line: {
    readonly at: LoggedOperation['line']['at'];
    readonly actor: Pick<LoggedOperation['line']['actor'], 'principal'>;
  };
  readonly via: readonly string[];
  readonly start: RunStart;
  readonly end: RunEnd | null;
  readonly status: RunStatus;
}

/** A run that is over, by its credential. */
export type EndedRun = Pick<RunStart, 'holder' | 'block'> & { readonly principal: string };

/** Runs whose end stands in the log: their credentials are gone. */
export async function endedRuns(workspace: Workspace): Promise<readonly EndedRun[]> {
  const ended: EndedRun[] = [];
  for await (const { line, start, status } of readRuns(workspace)) {
    if (status !== 'ended') continue;
    ended.push({ holder: start.holder, block: start.block, principal: line.actor.principal });
  }
  return ended;
}

/** Newest first. A run ends by a line of the clone that it began in; of several, the first one said it. */
async function* readRuns(workspace: Workspace): AsyncIterable<FoundRun> {
  const { view } = await knowAuthority(workspace);
  const roots = rootKeys(view);
  const noted = new Set(await workspace.runNotes.list());
  const ends = new Map<string, RunEnd>();
  for await (const operation of workspace.log.newest()) {
    const { id, line, texts } = operation;
    if (texts === 'redacted' || (line.op !== 'run-start' && line.op !== 'run-end')) continue;
    const args = jsonField(texts.args, 'verb');
    const via = await viaOf(workspace, operation, roots);
    if (via === undefined) continue;
    const end = line.op === 'run-end' ? parseRunEnd(args) : undefined;
    if (end !== undefined) ends.set(`${line.replica} ${end.run}`, end);
    const start = line.op === 'run-start' ? parseRunStart(args) : undefined;
    if (start === undefined) continue;
    const ended = ends.get(`${line.replica} ${id}`) ?? null;
    const status = ended === null ? await statusOf(workspace, id, noted) : 'ended';
    yield { id, line, via, start, end: ended, status };
  }
}

/** Agents that whoever signed a line acted through; undefined where nobody did who can be believed. */
async function viaOf(
  workspace: Workspace,
  { line }: LoggedOperation,
  roots: readonly PublicKeyHex[],
): Promise<readonly string[] | undefined> {
  const signer = await verifyLineSigner(workspace, line, roots);
  if (signer.kind === 'refused') return undefined;
  return signer.kind === 'chain' ? agentNames(signer.chain) : [];
}

async function statusOf(
  workspace: Workspace,
  run: OperationId,
  noted: ReadonlySet<OperationId>,
): Promise<RunStatus> {
  const note = noted.has(run) ? await workspace.runNotes.read(run) : undefined;
  if (note === undefined) return 'unknown';
  const processes = await workspace.processes();
  if (processes.state(note.supervisor) !== 'dead') return 'running';
  const alive = note.child !== null && processes.state(note.child) !== 'dead';
  return alive ? 'orphaned' : 'unknown';
}

/** A run as lists show it. */
export function summariseRun({ id, line, via, start, end, status }: FoundRun): RunSummary {
  return {
    run: id,
    status,
    principal: line.actor.principal,
    via,
    agent: start.agent,
    argv: start.argv,
    thread: start.thread,
    startedAt: line.at,
    ...(end === null ? NOT_ENDED : endOf(end)),
  };
}

type Ending = Pick<RunSummary, 'endedAt' | 'outcome' | 'code' | 'signal' | 'states' | 'denials'>;

const NOT_ENDED: Ending = {
  endedAt: null,
  outcome: null,
  code: null,
  signal: null,
  states: null,
  denials: null,
};

function endOf({ endedAt, outcome, code, signal, stateCount, denialCount }: RunEnd): Ending {
  return { endedAt, outcome, code, signal, states: stateCount, denials: denialCount };
}
