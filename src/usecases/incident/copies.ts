import type { AuthorityView } from '#domain/authority/authority.ts';
import type { TombstoneId } from '#domain/id.ts';
import type { CleanUpKit } from '#domain/removal/clean-up-kit.ts';
import { gitPushes } from '#domain/removal/git-pushes.ts';
import type { IncidentCopies, IncidentTombstone } from '#domain/results/removal/incident-results.ts';
import type { Workspace } from '#ports/workspace.ts';
import { loadAuthority } from '#usecases/authority/load-authority.ts';
import { readKit } from '#usecases/removal/copies/read-kit.ts';
import { readIncident, requireIncident } from './read-incident.ts';
import { refusedIncident } from './record-event.ts';
import { tellIncident, type ToldIncident } from './tell-incident.ts';

/** Where an incident stands, what is left to do about other copies of it, and the page for whoever has one. */
export interface ToldCopies {
  readonly told: ToldIncident;
  readonly copies: IncidentCopies;
  /** Null where nothing was hidden: there is nothing to clean up after. */
  readonly kit: CleanUpKit | null;
}

/**
 * Tells what is left to do outside of this clone: what to push where, and which clones never said that nothing is left
 * with them. Nobody is called, and nothing is changed. Throws `NOT_FOUND`, and `INCIDENT_REFUSED` where none was opened.
 *
 * @param name the beginning of the id of the line that opened it; null for the newest.
 */
export async function tellCopies(workspace: Workspace, name: string | null): Promise<ToldCopies> {
  const { view } = await loadAuthority(workspace);
  const incident =
    name === null ? await readIncident(workspace, view, null) : await requireIncident(workspace, view, name);
  if (incident === undefined) throw refusedIncident('none was ever opened');
  const told = await tellIncident(workspace, view, incident);
  const hidden = told.tombstones.filter(({ status }) => status !== 'lifted');
  const kit = await readKit(
    workspace,
    hidden.map(({ tombstone }) => tombstone),
  );
  const remotes = (await workspace.remotes()).map((remote) => ({
    ...remote,
    commands: gitPushes(remote.name, kit.refs),
  }));
  const copies = { remotes, moved: kit.refs, clones: waitedFor(view, hidden) };
  return { told, copies, kit: hidden.length === 0 ? null : kit };
}

function waitedFor(
  { replicas }: AuthorityView,
  hidden: readonly IncidentTombstone[],
): IncidentCopies['clones'] {
  return replicas.flatMap(({ replica, by }) => {
    const tombstones: TombstoneId[] = hidden
      .filter(({ unconfirmed }) => unconfirmed.includes(replica))
      .map(({ tombstone }) => tombstone);
    return tombstones.length === 0 ? [] : [{ replica, by, tombstones }];
  });
}
