import { formatHex } from '#domain/encoding/bytes.ts';
import { HeddleError } from '#domain/error.ts';
import { judgeServerSettings } from '#domain/hooks/server-settings.ts';
import { formatId, parseId, type AuthorityId } from '#domain/id.ts';
import { AUTHORITY_REF } from '#domain/refs.ts';
import type { ServerInstallResult, ServerUninstallResult } from '#domain/results/hooks/server-results.ts';
import { usageError } from '#domain/usage-error.ts';
import type { ServerHooks } from '#ports/server/server-hooks.ts';
import type { Workspace } from '#ports/workspace.ts';
import { readRecordFiles } from '#usecases/authority/read-record.ts';
import { loadAuthority } from '#usecases/authority/load-authority.ts';
import { requireSound } from '#usecases/receive/adopt.ts';
import { verifyReceived } from '#usecases/verify/verify.ts';
import { endorseServer } from './endorse-server.ts';

type Server = Workspace & { readonly serverHooks: ServerHooks };

export interface ServerInstallation {
  /** The genesis that it has to be; null for the one that is there. */
  readonly genesis: AuthorityId | null;
  /** Whether the first push may bring it, where none is there. */
  readonly trustFirst: boolean;
  /** Absolute. */
  readonly home: string;
}

/**
 * Makes a bare repository verify what is pushed to it. What it has of heddle's already is verified first, and its
 * genesis pinned. Who does it with a credential endorses the server's key. Doing it twice is doing it once. Throws `USAGE` where nobody said which genesis it is to be,
 * `ADOPT_REFUSED` where it is another one or something there does not hold.
 */
export async function installServer(
  server: Server,
  { genesis, trustFirst, home }: ServerInstallation,
): Promise<ServerInstallResult> {
  if (`${home}/`.startsWith(`${server.places.commonDir}/`))
    throw usageError(
      'hook install',
      '--home lies in the repository: whoever copies that would copy its secrets',
    );
  return server.lock.run(async () => {
    const pinned = await pin(server, genesis);
    if (pinned === null && !trustFirst) throw usageError('hook install', NOBODY_SAID);
    const written = await server.serverHooks.install({ home, trustFirst: pinned === null });
    const hasChain = (await server.refs.read(AUTHORITY_REF)) !== undefined;
    const repository = hasChain ? await nameOf(server) : null;
    const settings = judgeServerSettings(await server.serverHooks.settings());
    const endorsed = hasChain && (await endorseServer(server));
    return {
      directory: await server.serverHooks.directory(),
      repository,
      genesis: pinned,
      trustFirst: pinned === null,
      home,
      endorsed,
      written,
      hooks: await server.serverHooks.inspect(),
      advice: [...settings.findings, ...settings.advice],
    };
  });
}

const NOBODY_SAID =
  'nothing is here yet: name the genesis with --genesis ID, or let the first push bring it with --trust-first';

/** Takes the hooks away. What was pinned and pushed stays. */
export async function uninstallServer(server: Server): Promise<ServerUninstallResult> {
  return server.lock.run(async () => {
    const removed = await server.serverHooks.uninstall();
    return {
      directory: await server.serverHooks.directory(),
      removed,
      hooks: await server.serverHooks.inspect(),
    };
  });
}

async function nameOf(server: Workspace): Promise<string> {
  return (await loadAuthority(server)).view.repository;
}

async function pin(server: Workspace, wanted: AuthorityId | null): Promise<AuthorityId | null> {
  const clone = await server.records.readClone();
  const found = await foundGenesis(server);
  const genesis = clone?.genesis ?? found ?? wanted;
  if (genesis === null) return null;
  if (wanted !== null && genesis !== wanted) {
    throw new HeddleError('ADOPT_REFUSED', 'this server begins with another genesis', {
      facts: { genesis, expected: wanted },
      preserved: 'nothing was changed',
    });
  }
  const pinned = clone ?? { cloneId: formatHex(server.random(16)), genesis };
  if (found !== null) {
    const candidate = { ...server, records: server.records.assuming(pinned) };
    requireSound((await verifyReceived(candidate)).findings);
  }
  if (clone === undefined) await server.records.writeClone(pinned);
  return parseId('hg', genesis);
}

async function foundGenesis({ refs, objects, hasher }: Workspace): Promise<AuthorityId | null> {
  const head = await refs.read(AUTHORITY_REF);
  const [first] = head === undefined ? [] : await readRecordFiles(objects, head);
  return first === undefined ? null : formatId('hg', hasher.hash('authority', first.record));
}
