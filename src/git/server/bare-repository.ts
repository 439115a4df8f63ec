import type { Variables } from '#platform/environment.ts';
import { findOwnProgram } from '#platform/programs/own-program.ts';
import type { ServerHooks } from '#ports/server/server-hooks.ts';
import type { Incoming } from '#ports/server/incoming.ts';
import { assembleGit, type GitRepository } from '#git/repository.ts';
import { GitRunner } from '#git/run.ts';
import { examineSettings } from '#git/settings.ts';
import { requireVersionOf } from '#git/version/version.ts';
import { findBarePlaces, findQuarantine } from './bare-places.ts';
import { GitServerHooks } from './git-server-hooks.ts';
import { GitIncoming } from './incoming.ts';

/** A repository that is pushed to. */
export interface BareRepository extends GitRepository {
  readonly incoming: Incoming;
  readonly serverHooks: ServerHooks;
}

/**
 * Opens the bare repository around a directory, and beside it what a push brought that git runs a hook for. Throws what
 * opening any repository throws, and `NOT_BARE`.
 *
 * @param incoming the directory that git keeps it in, as `GIT_OBJECT_DIRECTORY` tells a hook; null for none.
 */
export async function openBareGit(
  cwd: string,
  inherited: Variables,
  incoming: string | null,
): Promise<BareRepository> {
  const here = new GitRunner(cwd, inherited);
  const [found, settings] = await Promise.allSettled([findBarePlaces(here), examineSettings(here)]);
  await requireVersionOf(here, settings.status === 'fulfilled' ? settings.value.version : null);
  if (found.status === 'rejected') throw found.reason;
  if (settings.status === 'rejected') throw settings.reason;
  settings.value.requireSupported();
  const places = found.value;
  const { gitDir } = places;
  const quarantine = incoming === null ? null : findQuarantine(places, incoming);
  const beside = quarantine === null ? [] : [quarantine];
  const runner = new GitRunner(gitDir, inherited, { gitDir, beside });
  const alone =
    quarantine === null
      ? null
      : new GitRunner(gitDir, inherited, { gitDir, objects: { written: quarantine, read: '/dev/null' } });
  return {
    ...assembleGit(runner, places),
    incoming: new GitIncoming(runner, alone),
    serverHooks: new GitServerHooks(runner, places, findOwnProgram()),
  };
}
