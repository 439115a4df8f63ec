import type { AuthorityView } from '#domain/authority/authority.ts';
import type { Finding } from '#domain/result-parts.ts';
import { HeddleError } from '#domain/error.ts';
import { judgeServerSettings } from '#domain/hooks/server-settings.ts';
import { effectivePolicy } from '#domain/policy/effective-policy.ts';
import type { ServerStatusResult } from '#domain/results/hooks/server-results.ts';
import type { ServerHooks } from '#ports/server/server-hooks.ts';
import type { Workspace } from '#ports/workspace.ts';
import { tryLoadAuthority } from '#usecases/authority/load-authority.ts';

type Server = Workspace & { readonly serverHooks: ServerHooks };

/** How the hooks of a server stand, in whose name they work, and what of git's configuration goes against them. */
export async function serverStatus(server: Server): Promise<ServerStatusResult> {
  const { serverHooks } = server;
  const settings = judgeServerSettings(await serverHooks.settings());
  const place = await placeOf(serverHooks);
  const pinned = await server.records.readClone();
  const authority = pinned === undefined ? undefined : await tryLoadAuthority(server);
  const findings = [...place.findings, ...settings.findings];
  return {
    ok: findings.length === 0,
    directory: place.directory,
    home: place.home,
    genesis: pinned?.genesis ?? null,
    trustFirst: pinned === undefined && place.trustFirst,
    ...(authority === undefined ? NOTHING_YET : await saidBy(server, authority.view)),
    hooks: place.hooks,
    findings,
    advice: settings.advice,
  };
}

type Said = Pick<ServerStatusResult, 'repository' | 'endorsedBy' | 'branches' | 'policies'>;

const NOTHING_YET: Said = { repository: null, endorsedBy: null, branches: 'landed', policies: [] };

/** What the chain says of this server. */
async function saidBy(server: Server, view: AuthorityView): Promise<Said> {
  const { repository } = view;
  const own = (await server.knownReplica())?.replica;
  return {
    repository,
    endorsedBy: view.replicas.find(({ replica }) => replica === own)?.by ?? null,
    branches: effectivePolicy(view, repository).branches ?? 'landed',
    policies: view.policies.flatMap(({ resource, rules: { branches } }) =>
      branches === null || resource === repository ? [] : [{ at: resource, branches }],
    ),
  };
}

/** The home that installed hooks work with; null where git asks none of heddle's. */
export async function hooksHome(serverHooks: ServerHooks): Promise<string | null> {
  return (await placeOf(serverHooks)).home;
}

interface Place extends Pick<ServerStatusResult, 'directory' | 'home' | 'trustFirst' | 'hooks'> {
  readonly findings: readonly Finding[];
}

async function placeOf(serverHooks: ServerHooks): Promise<Place> {
  try {
    const options = await serverHooks.options();
    const hooks = await serverHooks.inspect();
    const findings = hooks.flatMap(({ hook, status }) =>
      status === 'installed' ? [] : [{ kind: 'hook', subject: hook, message: STATUS_WORDS[status] }],
    );
    const [home, trustFirst] = [options?.home ?? null, options?.trustFirst === true];
    return { directory: await serverHooks.directory(), home, trustFirst, hooks, findings };
  } catch (error) {
    if (!(error instanceof HeddleError) || error.code !== 'GIT_UNSUPPORTED') throw error;
    const message = 'git looks for hooks elsewhere, and asks none of heddle’s';
    const findings = [{ kind: 'setting', subject: 'core.hooksPath', message }];
    return {
      directory: String(error.facts['directory']),
      home: null,
      trustFirst: false,
      hooks: [],
      findings,
    };
  }
}

const STATUS_WORDS = {
  changed: 'it is not as this heddle writes it: install it again',
  foreign: 'another one stands in its place: git asks nobody',
  missing: 'it is not there: git asks nobody',
} as const;
