import { rootKeys } from '#domain/authority/authority-view.ts';
import type { AuthorityView } from '#domain/authority/authority.ts';
import { jsonField } from '#domain/encoding/json-field.ts';
import { HeddleError } from '#domain/error.ts';
import type { OperationId } from '#domain/id.ts';
import { parseIncidentEvent, type IncidentEvent, type IncidentStep } from '#domain/incident/incident.ts';
import type { EvaluateToken } from '#domain/decision/decision.ts';
import { authorise } from '#domain/decision/authorise.ts';
import { asOf, sayingThen, type SignedUnder } from '#domain/decision/request-then.ts';
import type { LoggedOperation, OperationKind } from '#domain/operation/operation.ts';
import type { Instant } from '#domain/time.ts';
import type { Workspace } from '#ports/workspace.ts';
import { PastViews } from './past-views.ts';
import { verifyLineSigner } from '#usecases/transaction/line-signature.ts';

/** An event, and the line that says it. */
export interface RecordedEvent<Event extends IncidentEvent = IncidentEvent> {
  readonly event: Event;
  readonly operation: OperationId;
  readonly by: string;
  readonly at: Instant;
  /** Place among all lines of all clones. */
  readonly lamport: number;
}

export type Opening = RecordedEvent<Extract<IncidentEvent, { event: 'open' }>>;
export type StepEvent = RecordedEvent<Extract<IncidentEvent, { event: 'done' | 'skipped' }>>;

/** What the logs say of one incident. */
export interface Incident {
  readonly opened: Opening;
  /** The newest of each step. */
  readonly steps: ReadonlyMap<IncidentStep, StepEvent>;
  /** Each time that any step was done or left out, the oldest first. */
  readonly history: readonly StepEvent[];
  readonly closed: RecordedEvent | null;
  readonly since: Since;
}

/** What else the logs tell since it was opened. */
export interface Since {
  /** Place of the newest redaction or purge; 0 where there is none. */
  readonly removedAt: number;
  /** The newest freeze; null where there is none. */
  readonly froze: LineOf | null;
  /** Keys and tokens of this repository that were ended, the newest first. */
  readonly rotations: readonly (LineOf & { readonly op: OperationKind })[];
}

/** A line, by whom and when. */
type LineOf = Pick<RecordedEvent, 'operation' | 'by' | 'at'>;

const ROTATING: readonly OperationKind[] = ['key-rotate', 'key-revoke', 'token-revoke'];

/**
 * The newest incident of this clone's logs, or the one that a line opened, by the beginning of its id; undefined where
 * there is none. Only lines count whose signatures verify. Reads the logs back to the beginning of the incident.
 */
export async function readIncident(
  workspace: Workspace,
  view: AuthorityView,
  name: string | null,
): Promise<Incident | undefined> {
  const later: RecordedEvent[] = [];
  const views = new PastViews(workspace, view);
  let since: Since = { removedAt: 0, froze: null, rotations: [] };
  for await (const operation of workspace.log.newest()) {
    const { line } = operation;
    if (line.verdict.verdict === 'deny') continue;
    since = withLine(since, operation);
    const read = line.op === 'incident' ? await readEvent(workspace, views, operation) : undefined;
    if (read === undefined) continue;
    if (!isOpening(read)) later.push(read);
    else if (name === null || read.operation.startsWith(name)) return assemble(read, later, since);
  }
  return undefined;
}

/** The same. Throws `NOT_FOUND` where it is not there. */
export async function requireIncident(
  workspace: Workspace,
  view: AuthorityView,
  name: string,
): Promise<Incident> {
  const incident = await readIncident(workspace, view, name);
  if (incident !== undefined) return incident;
  throw new HeddleError('NOT_FOUND', 'no incident was opened by an operation of that id', {
    facts: { incident: name },
    preserved: 'nothing was changed',
  });
}

/** Lines come newest first. */
function withLine(since: Since, { id, line }: LoggedOperation): Since {
  if (line.op === 'redact' || line.op === 'purge') {
    return { ...since, removedAt: Math.max(since.removedAt, line.lamport) };
  }
  const of = { operation: id, by: line.actor.principal, at: line.at };
  if (ROTATING.includes(line.op)) {
    return { ...since, rotations: [...since.rotations, { ...of, op: line.op }] };
  }
  return line.op !== 'freeze' || since.froze !== null ? since : { ...since, froze: of };
}

/** Events come newest first. */
function assemble(opened: Opening, later: readonly RecordedEvent[], since: Since): Incident {
  const about = later.filter(({ event }) => event.event !== 'open' && event.incident === opened.operation);
  const history = about.filter(isStep).toReversed();
  const steps = new Map(history.map((read) => [read.event.step, read] as const));
  const closed = about.find(({ event }) => event.event === 'close') ?? null;
  return { opened, steps, history, closed, since };
}

function isOpening(read: RecordedEvent): read is Opening {
  return read.event.event === 'open';
}

function isStep(read: RecordedEvent): read is StepEvent {
  return read.event.event === 'done' || read.event.event === 'skipped';
}

/** A line by a stranger, or one that was written into the log by hand, is nobody's. */
async function readEvent(
  workspace: Workspace,
  views: PastViews,
  { id, line, texts }: LoggedOperation,
): Promise<RecordedEvent | undefined> {
  if (texts === 'redacted') return undefined;
  const event = parseIncidentEvent(jsonField(texts.args, 'verb'));
  if (event === undefined) return undefined;
  const engine = await workspace.tokens.loadEngine();
  for await (const view of views.of(line.policy)) {
    const signer = await verifyLineSigner(workspace, line, rootKeys(view));
    if (signer.kind !== 'chain') continue;
    const credential = { chain: signer.chain, bytes: signer.sealed };
    if (!couldSay(engine, view, { signed: line, credential })) continue;
    return { event, operation: id, by: line.actor.principal, at: line.at, lamport: line.lamport };
  }
  return undefined;
}

/** Whether the author of a line may say anything of an incident: the decision again, as it was asked then. */
export function couldSay(engine: EvaluateToken, view: AuthorityView, line: SignedUnder): boolean {
  const asked = { operation: 'redact:apply', resources: [view.repository] } as const;
  return authorise(sayingThen(asOf(view, line.signed.at), line, asked), engine).kind === 'allow';
}
