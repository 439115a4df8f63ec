import { commandsOf, isLeft, isReady } from './commands.ts';
import type { AuthorityView } from '#domain/authority/authority.ts';
import { shortId } from '#domain/id.ts';
import { INCIDENT_STEPS, type IncidentStep } from '#domain/incident/incident.ts';
import { guardsPurges } from '#domain/request/guarded-purge.ts';
import { isUnbelieved, type TombstoneRecord } from '#domain/removal/tombstone-set.ts';
import type {
  IncidentResult,
  IncidentStepResult,
  IncidentTombstone,
} from '#domain/results/removal/incident-results.ts';
import type { PurgeProposal } from '#domain/results/removal/proposal-results.ts';
import type { Workspace } from '#ports/workspace.ts';
import { listProposals } from '#usecases/removal/ceremony/answer-proposal.ts';
import { readTombstones } from '#usecases/tombstones/load-tombstones.ts';
import { summariseTombstone } from '#usecases/tombstones/tombstone-summary.ts';
import { unconfirmedBy } from '#usecases/tombstones/unconfirmed.ts';
import type { Incident, StepEvent } from './read-incident.ts';

/** What is told of an incident, without what a command did just now. */
export type ToldIncident = Omit<IncidentResult, 'found' | 'copies' | 'operation'>;

/** Of a repository where none was ever opened: what would be done. */
export function tellNone({ frozen }: AuthorityView): ToldIncident {
  return {
    incident: null,
    status: 'none',
    reason: null,
    by: null,
    since: null,
    closedAt: null,
    frozen: frozen !== null,
    steps: INCIDENT_STEPS.map((step) => todo(step, null)),
    history: [],
    tombstones: [],
    proposals: [],
    outOfReach: [],
  };
}

/** Tells where an incident stands, by its lines, the tombstones made since, and whether the repository is frozen. */
export async function tellIncident(
  workspace: Workspace,
  view: AuthorityView,
  incident: Incident,
): Promise<ToldIncident> {
  const { opened, closed } = incident;
  const { records } = await readTombstones(workspace, view);
  const here = (await workspace.knownReplica())?.replica ?? null;
  const tombstones = [...records.values()]
    .filter((record) => record.declaration.at >= opened.at && !isUnbelieved(record))
    .map((record) => tellTombstone(record, { view, here, reason: opened.event.reason }));
  const proposals = await liveProposals(workspace, view, tombstones);
  const steps = INCIDENT_STEPS.map((step) => tellStep(step, { incident, view, tombstones, proposals }));
  return {
    incident: opened.operation,
    status: closed === null ? 'open' : 'closed',
    reason: opened.event.reason,
    by: opened.by,
    since: opened.at,
    closedAt: closed?.at ?? null,
    frozen: view.frozen !== null,
    steps: closed === null ? steps : steps.map((step) => ({ ...step, commands: [] })),
    history: incident.history.map(recorded),
    tombstones,
    proposals,
    outOfReach: outOfReach(incident, tombstones),
  };
}

/** Where no policy asks others, nothing is looked for. */
async function liveProposals(
  workspace: Workspace,
  view: AuthorityView,
  tombstones: readonly IncidentTombstone[],
): Promise<readonly PurgeProposal[]> {
  const left = tombstones.filter(isLeft).map(({ tombstone }) => tombstone);
  if (left.length === 0 || !guardsPurges(view)) return [];
  const { proposals } = await listProposals(workspace, { all: false });
  return proposals.filter(({ tombstone }) => left.some((one) => one === tombstone));
}

function tellTombstone(
  record: TombstoneRecord,
  {
    view,
    here,
    reason,
  }: { readonly view: AuthorityView; readonly here: string | null; readonly reason: string },
): IncidentTombstone {
  const { tombstone, status, reason: said } = summariseTombstone(record);
  const own = record.receipts.filter(({ receipt }) => receipt.replica === here);
  const complete = own.some(({ receipt }) => receipt.outcome === 'complete');
  return {
    tombstone,
    status,
    own: said === reason,
    here: own.length === 0 ? null : complete ? 'complete' : 'incomplete',
    places: complete ? [] : own.flatMap(({ texts }) => texts.places),
    unconfirmed: unconfirmedBy(record, view),
  };
}

interface Ground {
  readonly incident: Incident;
  readonly view: AuthorityView;
  readonly tombstones: readonly IncidentTombstone[];
  readonly proposals: readonly PurgeProposal[];
}

/** A step that the state of the repository itself tells is done needs no line that says so. */
function tellStep(step: IncidentStep, ground: Ground): IncidentStepResult {
  const event = ground.incident.steps.get(step);
  const shown = SHOWN[step]?.(ground);
  if (shown !== undefined && shown.done) {
    return { ...UNTOLD, step, status: 'done', by: shown.by, at: shown.at, note: shown.note };
  }
  if (event !== undefined && !isStale(event, ground)) return recorded(event);
  const commands = commandsOf(step, ground);
  return { ...todo(step, shown?.note ?? (event === undefined ? null : STALE)), commands };
}

const STALE = 'something was removed since it was done: do it again';

/** What was looked at before the last removal says nothing of what is there now. */
function isStale({ event, lamport }: StepEvent, { incident }: Ground): boolean {
  return event.event === 'done' && event.step === 'verify' && lamport < incident.since.removedAt;
}

interface Shown {
  readonly done: boolean;
  readonly by: string | null;
  readonly at: IncidentStepResult['at'];
  readonly note: string | null;
}

/** The list of tombstones has them all. */
const MOST_NAMED = 3;

const UNSHOWN: Shown = { done: false, by: null, at: null, note: null };

/** What the state of the repository tells of a step by itself. */
const SHOWN: Partial<Record<IncidentStep, (ground: Ground) => Shown>> = {
  freeze: ({ view: { frozen }, incident: { since } }) => ({
    done: frozen !== null || since.froze !== null,
    by: frozen?.by ?? since.froze?.by ?? null,
    at: frozen?.since ?? since.froze?.at ?? null,
    note:
      frozen === null ? null : `${frozen.breakGlass ? 'as break-glass; ' : ''}\`heddle unfreeze\` ends it`,
  }),
  // Whether that was what leaked nobody but people can say.
  rotate: ({ incident: { since } }) => {
    const [newest, ...others] = since.rotations;
    if (newest === undefined) return UNSHOWN;
    const more = others.length === 0 ? '' : `, and ${others.length} more`;
    return { ...UNSHOWN, note: `${newest.op} by ${newest.by} since it was opened${more}` };
  },
  redact: ({ tombstones }) => {
    const hidden = tombstones.filter(({ status }) => status !== 'lifted');
    const named = hidden.slice(0, MOST_NAMED).map(({ tombstone }) => shortId(tombstone));
    const more = hidden.length > MOST_NAMED ? ` and ${hidden.length - MOST_NAMED} more` : '';
    const note = hidden.length === 0 ? null : named.join(', ') + more;
    return { done: hidden.length > 0, by: null, at: null, note };
  },
  purge: ({ tombstones, proposals }) => {
    const meant = tombstones.filter(({ status }) => status !== 'lifted');
    const gone = meant.filter(({ here }) => here === 'complete');
    const done = meant.length > 0 && gone.length === meant.length;
    const waiting = proposals.filter((proposal) => !isReady(proposal)).length;
    const waits =
      waiting === 0 ? '' : `; ${waiting} ${waiting === 1 ? 'waits' : 'wait'} for others, or its time`;
    const note = meant.length === 0 ? null : `${gone.length} of ${meant.length} purged in this clone${waits}`;
    return { done, by: null, at: null, note };
  },
};

function recorded({ event, operation, by, at }: StepEvent): IncidentStepResult {
  const of = { ...UNTOLD, step: event.step, by, at, operation };
  if (event.event === 'skipped') return { ...of, status: 'skipped', note: event.reason };
  const { rotatedAt, seen, findings } = event;
  const note = findings === null ? null : 'nothing is wrong';
  return { ...of, status: 'done', note, rotatedAt, seen };
}

const UNTOLD = {
  by: null,
  at: null,
  note: null,
  rotatedAt: null,
  seen: null,
  operation: null,
  commands: [],
} as const;

function todo(step: IncidentStep, note: string | null): IncidentStepResult {
  const commands = commandsOf(step, { tombstones: [], proposals: [] });
  return { ...UNTOLD, step, status: 'todo', note, commands };
}

/** What this clone cannot reach, or could not look into: nobody is to think that it is clean. */
function outOfReach({ steps }: Incident, tombstones: readonly IncidentTombstone[]): readonly string[] {
  const blind = [...steps.values()].flatMap(({ event }) =>
    event.event === 'done' ? (event.seen?.notSearched ?? []) : [],
  );
  const left = tombstones.flatMap(({ tombstone, places }) =>
    places.map((place) => `${shortId(tombstone)} still stands at ${place}`),
  );
  const others = tombstones.flatMap(({ tombstone, unconfirmed }) =>
    unconfirmed.map((replica) => `clone ${replica.slice(0, 12)} has not confirmed ${shortId(tombstone)}`),
  );
  return [...new Set([...left, ...blind]), ...others, ELSEWHERE];
}

const ELSEWHERE =
  'copies that no heddle clone told of: hosts, forks, backups, caches, logs of CI, machines of agents';
