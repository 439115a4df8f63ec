import { findPrincipal, findRoot } from '#domain/authority/authority-view.ts';
import type { AuthorityView } from '#domain/authority/authority.ts';
import { HeddleError } from '#domain/error.ts';
import type { AuthorityId } from '#domain/id.ts';
import type { KeyRotateResult } from '#domain/results/key-results.ts';
import type { Passphrase, UnlockedKeys } from '#ports/keys.ts';
import type { Machine, Workspace } from '#ports/workspace.ts';
import { loadAuthority, tryLoadAuthority } from '#usecases/authority/load-authority.ts';
import { requirePrincipal } from '#usecases/caller/identify.ts';
import { expiryFrom, mintCredential } from '#usecases/keys/login.ts';
import { proveKeys } from '#usecases/keys/manage-keys.ts';
import { passphraseOf } from '#usecases/keys/open-keys.ts';
import { mutate, type Mutated } from '#usecases/transaction/mutate.ts';
import { NO_CHANGE } from '#usecases/transaction/publish.ts';

/** Long enough for one operation. */
const MOMENT = 5 * 60_000;

/** The registered keys, unlocked, and what their owner takes in their place. */
interface Rotation {
  readonly principal: string;
  readonly old: UnlockedKeys;
  readonly passphrase: Passphrase;
  /** The keys that this home uses already, after a rotation elsewhere; null where new ones are to be made. */
  readonly next: UnlockedKeys | null;
}

/**
 * Replaces the caller's registered keys: by new ones, or by those that this home took up in another repository.
 * New keys are durable before they are registered, and old ones are kept, so that a kill loses neither. Throws
 * `KEY_REJECTED` where the registered keys are not here.
 */
export async function rotateKeys(workspace: Workspace): Promise<Mutated<Omit<KeyRotateResult, 'operation'>>> {
  const { view } = await loadAuthority(workspace);
  const { credentialPath, agentDetected } = workspace.said;
  const inPerson = credentialPath === null && agentDetected === null;
  const rotation = inPerson ? await findRotation(workspace, view) : null;
  const acting = rotation === null ? workspace : actingBy(workspace, view, rotation);
  const rotated = await mutate<Omit<KeyRotateResult, 'operation'>>(acting, {
    op: 'key-rotate',
    args: {},
    asksPassphrase: true,
    propose: async ({ authority }) => ({
      kind: 'ask',
      ask: { operation: 'key:write', resources: [authority.view.repository], own: true },
      plan: async (drafts) => {
        if (rotation === null) throw rejected('a credential file rotates no keys: do it in person');
        const { principal, old } = rotation;
        const next = rotation.next ?? (await prepare(workspace, rotation, view.genesis));
        const { keys, proof } = proveKeys(workspace, { principal, ...next });
        const id = drafts.authority.appendOwn(
          { kind: 'key', action: 'rotate', principal, keys, proof },
          null,
          old.record,
        );
        const result = { principal, ...keys, id, replaced: old.root.publicKey };
        return { ...NO_CHANGE, states: [], result };
      },
    }),
  });
  await workspace.keys.promote(rotated.result.principal, rotated.result.root);
  return rotated;
}

/**
 * Takes up keys whose registration went through in a process that was killed before it used them. Only such as this
 * home made for this very repository: which of a user's keys are the current ones is not for a chain to say that
 * anybody may have written.
 */
async function settleRotation(machine: Machine, view: AuthorityView): Promise<void> {
  for (const { principal, root } of await machine.keys.list()) {
    const live = findPrincipal(view, principal)?.keys.root;
    if (live === undefined || live === root || findRoot(view, root)?.revoked !== true) continue;
    const prepared = await machine.keys.prepared(view.genesis);
    if (prepared.includes(live)) await machine.keys.promote(principal, live);
  }
}

/** The same in whatever repository the caller stands; a login goes on where its chain cannot be believed. */
export async function settleHere(machine: Machine, workspace: Workspace | null): Promise<void> {
  try {
    const authority = workspace === null ? undefined : await tryLoadAuthority(workspace);
    if (authority !== undefined) await settleRotation(machine, authority.view);
  } catch (error) {
    if (!(error instanceof HeddleError)) throw error;
  }
}

async function findRotation(workspace: Workspace, view: AuthorityView): Promise<Rotation | null> {
  await settleRotation(workspace, view);
  const principal = await requirePrincipal(workspace);
  const live = findPrincipal(view, principal)?.keys.root;
  const current = (await workspace.keys.list()).find((keys) => keys.principal === principal);
  // Whoever has no keys here, or none there, is refused by the decision.
  if (live === undefined || current === undefined) return null;
  const passphrase = await passphraseOf(workspace, current);
  const opened = await workspace.keys.unlock(principal, passphrase);
  if (current.root === live) return { principal, old: opened, passphrase, next: null };
  const spares = await workspace.keys.spares(principal);
  if (!spares.some(({ root }) => root === live)) throw rejected('the registered keys are not in this home');
  const old = await workspace.keys.unlockSpare(principal, live, passphrase);
  return { principal, old, passphrase, next: opened };
}

async function prepare(
  workspace: Workspace,
  { principal, passphrase }: Rotation,
  repo: AuthorityId,
): Promise<UnlockedKeys> {
  const { root } = await workspace.keys.prepare(principal, passphrase, repo);
  return workspace.keys.unlockSpare(principal, root, passphrase);
}

/** The caller with a session of the registered keys for this moment, whatever session the device has. */
function actingBy(workspace: Workspace, view: AuthorityView, { principal, old }: Rotation): Workspace {
  const { credential } = mintCredential(workspace, old.root, {
    repo: view.genesis,
    checks: [{ kind: 'time', notAfter: expiryFrom(workspace, MOMENT) }],
    madeBy: principal,
  });
  const listed = {
    principal,
    root: old.root.publicKey,
    record: old.record.publicKey,
    encrypted: false,
  };
  return {
    ...workspace,
    keys: { ...workspace.keys, list: async () => [listed], unlock: async () => old },
    credentials: { ...workspace.credentials, readSession: async () => credential },
  };
}

function rejected(why: string): HeddleError {
  return new HeddleError('KEY_REJECTED', why, { preserved: 'the keys are as they were' });
}
