import { HeddleError } from '#domain/error.ts';
import { shortId, type OperationId } from '#domain/id.ts';
import type { IncidentEvent } from '#domain/incident/incident.ts';
import type { Workspace } from '#ports/workspace.ts';
import { loadAuthority } from '#usecases/authority/load-authority.ts';
import { mutate, type Mutated } from '#usecases/transaction/mutate.ts';
import type { Ask, Ground } from '#usecases/transaction/plan.ts';
import { NO_CHANGE } from '#usecases/transaction/publish.ts';
import { readIncident, type Incident } from './read-incident.ts';

/** An event, before it is known of which incident. */
export type SaidEvent = IncidentEvent extends infer Event
  ? Event extends { readonly incident: OperationId }
    ? Omit<Event, 'incident'>
    : Event
  : never;

/**
 * Writes what was done about the open incident into the log; nothing else changes. Needs maintainer at the repository.
 * Throws `INCIDENT_REFUSED` where none is open, or one is that was to be opened.
 */
export async function recordEvent(workspace: Workspace, said: SaidEvent): Promise<Mutated<null>> {
  const { view } = await loadAuthority(workspace);
  const event = aboutOpen(await readIncident(workspace, view, null), said);
  return mutate<null>(workspace, {
    op: 'incident',
    args: { ...event },
    asksPassphrase: false,
    propose: async (ground) => ({
      kind: 'ask',
      ask: incidentAsk(ground),
      plan: async () => {
        const now = aboutOpen(await readIncident(workspace, ground.authority.view, null), said);
        if (JSON.stringify(now) !== JSON.stringify(event)) throw refusedIncident('it was closed meanwhile');
        return { ...NO_CHANGE, states: [], result: null };
      },
    }),
    blind: async (ground) => incidentAsk(ground),
  });
}

/** Whoever may hide what leaked may say what was done about it. */
function incidentAsk({ authority }: Pick<Ground, 'authority'>): Ask {
  return { operation: 'redact:apply', resources: [authority.view.repository] };
}

function aboutOpen(incident: Incident | undefined, said: SaidEvent): IncidentEvent {
  const open = incident !== undefined && incident.closed === null ? incident.opened : undefined;
  if (said.event === 'open') {
    if (open === undefined) return said;
    throw refusedIncident(`${shortId(open.operation)} is open: close it first`);
  }
  if (open === undefined) throw refusedIncident('none is open: open one first');
  return { ...said, incident: open.operation };
}

/** An incident is not where a step needs it. */
export function refusedIncident(why: string, what = 'nothing can be said of an incident'): HeddleError {
  return new HeddleError('INCIDENT_REFUSED', `${what}: ${why}`, {
    preserved: 'nothing was changed',
  });
}
