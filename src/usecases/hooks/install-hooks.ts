import type { ClientHook } from '#domain/hooks/hook-name.ts';
import type { OperationId } from '#domain/id.ts';
import { effectivePolicy } from '#domain/policy/effective-policy.ts';
import type {
  HookInstallResult,
  HookStatusResult,
  HookUninstallResult,
} from '#domain/results/hooks/hook-results.ts';
import type { Workspace } from '#ports/workspace.ts';
import { knowAuthority } from '#usecases/authority/load-authority.ts';
import { mutate, readGround, required, type Mutated } from '#usecases/transaction/mutate.ts';
import { NO_CHANGE, publish } from '#usecases/transaction/publish.ts';
import { recover } from '#usecases/transaction/recover.ts';
import type { Ground } from '#usecases/transaction/plan.ts';
import { publisherOf } from '#usecases/transaction/refuse.ts';
import { fileResults, hookFindings, managerResults, otherWorktrees } from './hook-findings.ts';

/**
 * Puts heddle's hooks where git looks for them, after a line of the log where anything has to be written. Needs no role: it
 * only narrows what is let pass. Killed between, it is done again by the next one.
 */
export async function installHooks(
  workspace: Workspace,
): Promise<{ readonly result: HookInstallResult; readonly notes: readonly string[] }> {
  return workspace.lock.run(async () => {
    const notes = await recover(workspace);
    const ground = await readGround(workspace);
    const hooks = await workspace.hooks();
    const written = await hooks.wanted();
    const operation = written.length === 0 ? null : await say(workspace, ground, written);
    const { place } = await hooks.install();
    const told = { directory: place.directory, hooks: fileResults(place), managers: managerResults(place) };
    const others = (await otherWorktrees(workspace, hooks)).map(
      ({ subject, message }) => `${subject}: ${message}`,
    );
    return { result: { ...told, operation, written }, notes: [...notes, ...others] };
  });
}

async function say(
  workspace: Workspace,
  ground: Ground,
  written: readonly ClientHook[],
): Promise<OperationId> {
  const { id } = await publish(workspace, publisherOf(ground), {
    op: 'posture',
    verdict: { verdict: 'allow', stage: null, code: null },
    policy: ground.authority.view.head,
    states: [],
    texts: {
      ...NO_CHANGE,
      resource: ground.authority.view.repository,
      args: { operationId: null, verb: { hooks: 'installed', written: [...written] } },
      result: null,
    },
    verify: [],
    batch: null,
  });
  return id;
}

/** Takes heddle's hooks away, after the line that says who did; killed between, it is done again by the next one. */
export async function uninstallHooks(
  workspace: Workspace,
): Promise<{ readonly result: HookUninstallResult; readonly notes: readonly string[] }> {
  const done: Mutated<Record<string, never>> = await mutate(workspace, {
    op: 'posture',
    args: { hooks: 'uninstalled' },
    asksPassphrase: false,
    propose: async ({ authority }) => ({
      kind: 'ask',
      ask: { operation: 'hook:remove', resources: [authority.view.repository] },
      plan: async () => ({ ...NO_CHANGE, states: [], result: {} }),
    }),
  });
  const { place, changed } = await (await workspace.hooks()).uninstall();
  const { operation } = required(done);
  const result = { directory: place.directory, operation, removed: changed, hooks: fileResults(place) };
  return { result, notes: done.notes };
}

/** How the hooks of this clone stand. Changes nothing. */
export async function hookStatus(workspace: Workspace): Promise<HookStatusResult> {
  const { view } = await knowAuthority(workspace);
  const hooks = await workspace.hooks();
  const place = await hooks.inspect();
  const findings = [...hookFindings(place), ...(await otherWorktrees(workspace, hooks))];
  return {
    ok: place.installed !== null && findings.length === 0,
    installed: place.installed !== null,
    mode: effectivePolicy(view, view.repository).hooks ?? 'enforce',
    directory: place.directory,
    program: place.program?.path ?? null,
    settings: place.settings.map((setting) => ({ ...setting })),
    hooks: fileResults(place),
    managers: managerResults(place),
    findings,
  };
}
