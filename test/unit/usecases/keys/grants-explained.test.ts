import { beforeEach, describe, expect, it } from 'vitest';
import { findPrincipal } from '#domain/authority/authority-view.ts';
import { ROLES } from '#domain/authority/role.ts';
import { decodeAuthorityTexts } from '#domain/authority/authority-codec.ts';
import { encodeCanonical } from '#domain/encoding/canonical-json.ts';
import { formatId } from '#domain/id.ts';
import { parseInstant } from '#domain/time.ts';
import type { Workspace } from '#ports/workspace.ts';
import { loadAuthority } from '#usecases/authority/load-authority.ts';
import { oplog } from '#usecases/history/oplog.ts';
import { undo } from '#usecases/undo/undo.ts';
import { grantLog } from '#usecases/keys/grant-log.ts';
import { recordReason } from '#usecases/keys/grant-reasons.ts';
import { addGrant, removeGrant } from '#usecases/keys/grants.ts';
import { listGrants } from '#usecases/keys/list-grants.ts';
import { mutate } from '#usecases/transaction/mutate.ts';
import { NO_CHANGE } from '#usecases/transaction/publish.ts';
import { verify } from '#usecases/verify/verify.ts';
import { DEV, OWNER } from '../../../support/decisions.ts';
import { initialised, join } from '../../../support/memory/scenes.ts';
import { picture } from '../../../support/memory/steps.ts';
import type { MemoryRepository } from '../../../support/memory/workspace.ts';

const ADA = 'ada@example.com';
const UNTIL = parseInstant('2026-11-21T13:00:00.000Z');
const GRANT = { principal: DEV, role: 'developer', resource: 'acme/core@task', until: null } as const;

let repository: MemoryRepository;
let workspace: Workspace;
beforeEach(async () => {
  repository = await initialised();
  ({ workspace } = repository);
  await join(repository, DEV, null);
});

function at(now: typeof UNTIL): Workspace {
  return { ...workspace, clock: { ...workspace.clock, now: () => now } };
}

describe('the reason of a grant', () => {
  it('is kept in the sidecar of its record, salted, and nowhere in the record', async () => {
    const { result } = await addGrant(workspace, { ...GRANT, reason: 'works on the login' });
    expect(result.grant.reason).toBe('works on the login');
    const last = (await loadAuthority(workspace)).files.at(-1);
    if (last?.texts === undefined || last.texts === null) throw new Error('no sidecar');
    expect(decodeAuthorityTexts(last.texts)).toMatchObject({ reason: 'works on the login' });
    expect(Buffer.from(last.record).includes('login')).toBe(false);
    const { grants } = await listGrants(workspace, { principal: DEV, at: null, effective: false });
    expect(grants).toMatchObject([{ reason: 'works on the login' }]);
    expect((await verify(workspace, { all: true })).findings).toEqual([]);
  });

  it('is not that of a sidecar that the record does not name', async () => {
    await addGrant(workspace, { ...GRANT, reason: 'mine' });
    await addGrant(workspace, { ...GRANT, reason: 'yours' });
    const [mine, yours] = (await loadAuthority(workspace)).files.slice(-2);
    if (mine === undefined || yours === undefined) throw new Error('no records');
    expect(recordReason(workspace, mine)).toBe('mine');
    expect(() => recordReason(workspace, { ...mine, texts: yours.texts })).toThrow(
      expect.objectContaining({ code: 'AUTHORITY_INVALID' }),
    );
    expect(recordReason(workspace, { ...mine, texts: null })).toBeNull();
  });

  it('is not told any more where it was redacted', async () => {
    await addGrant(workspace, { ...GRANT, reason: 'a secret' });
    const last = (await loadAuthority(workspace)).files.at(-1) ?? expect.fail('the chain has records');
    const tombstone = formatId('hr', workspace.hasher.hash('tombstone', new Uint8Array(1)));
    const texts = encodeCanonical({ type: 'redacted-texts', v: 1, tombstone });
    expect(recordReason(workspace, { ...last, texts })).toBeNull();
  });

  it('of a removal is told with it, beside that of the grant', async () => {
    const { result } = await addGrant(workspace, { ...GRANT, reason: 'joins' });
    const removed = await removeGrant(workspace, result.grant.id, 'leaves');
    expect(removed.result).toMatchObject({
      grant: { id: result.grant.id, reason: 'joins' },
      reason: 'leaves',
    });
  });
});

describe('the log of grants', () => {
  it('tells every grant and removal with who, when and why, newest first, ended ones too', async () => {
    const { result: first } = await addGrant(workspace, { ...GRANT, reason: 'joins' });
    await addGrant(workspace, { ...GRANT, role: 'maintainer', until: UNTIL });
    await removeGrant(workspace, first.grant.id, 'leaves');
    const { entries } = await grantLog(at(UNTIL), { principal: null, at: null, limit: null });
    const told = entries.map(({ action, by, reason, status, grant }) => [
      action,
      by,
      grant.principal,
      grant.role,
      reason,
      status,
    ]);
    expect(told).toEqual([
      ['remove', OWNER, DEV, 'developer', 'leaves', 'removed'],
      ['add', OWNER, DEV, 'maintainer', null, 'ended'],
      ['add', OWNER, DEV, 'developer', 'joins', 'removed'],
      ['add', OWNER, OWNER, 'owner', null, 'active'],
    ]);
    expect(entries[0]?.grant).toEqual(first.grant);
    const earlier = await grantLog(workspace, { principal: null, at: null, limit: 2 });
    expect(earlier.entries.map(({ status }) => status)).toEqual(['removed', 'active']);
  });

  it('is narrowed by principal and by what counts at a resource', async () => {
    await addGrant(workspace, GRANT);
    await addGrant(workspace, { ...GRANT, resource: 'acme/core@release' });
    const count = async (principal: string | null, resource: string | null): Promise<number> =>
      (await grantLog(workspace, { principal, at: resource, limit: null })).entries.length;
    expect(await count(null, null)).toBe(3);
    expect(await count(DEV, null)).toBe(2);
    expect(await count(DEV, 'acme/core@task:src')).toBe(1);
    expect(await count(null, 'acme/core@task/x')).toBe(2);
    expect(await count('nobody', null)).toBe(0);
    await expect(count(null, '../x')).rejects.toMatchObject({ code: 'RESOURCE_INVALID' });
  });

  it('tells what was taken back by undo, and given again', async () => {
    await addGrant(workspace, GRANT);
    await undo(workspace, null);
    const { entries } = await grantLog(workspace, { principal: DEV, at: null, limit: null });
    expect(entries.map(({ action, status }) => `${action} ${status}`)).toEqual([
      'remove removed',
      'add removed',
    ]);
  });
});

describe('grants at a resource', () => {
  const ask = { principal: DEV, at: 'acme/core@task:src', effective: true };

  it('are direct or inherited, and come to the highest of them', async () => {
    await addGrant(workspace, GRANT);
    const { result } = await addGrant(workspace, {
      ...GRANT,
      role: 'reader',
      resource: 'acme/core@task:src',
    });
    const listed = await listGrants(workspace, ask);
    expect(listed.at).toBe('acme/core@task:src');
    expect(listed.grants.map(({ role, reach }) => `${role} ${String(reach)}`)).toEqual([
      'developer inherited',
      'reader direct',
    ]);
    const held = { role: 'developer', at: 'acme/core@task' };
    expect(listed.effective).toMatchObject([{ principal: DEV, registered: true, held, reach: 'inherited' }]);
    await addGrant(workspace, { ...GRANT, role: 'admin', resource: 'acme/core@task:src' });
    expect((await listGrants(workspace, ask)).effective).toMatchObject([
      { held: { role: 'admin' }, reach: 'direct' },
    ]);
    await removeGrant(workspace, result.grant.id);
  });

  it('come to nothing where they ended, and for whoever has no keys', async () => {
    await addGrant(workspace, { ...GRANT, until: UNTIL });
    expect((await listGrants(at(UNTIL), ask)).effective).toEqual([
      { principal: DEV, registered: true, at: ask.at, held: null, reach: null },
    ]);
    const stranger = await listGrants(workspace, { ...ask, principal: 'nobody' });
    expect(stranger.effective).toMatchObject([{ principal: 'nobody', registered: false, held: null }]);
  });

  it('come to a role for each principal with keys where none is named', async () => {
    await addGrant(workspace, GRANT);
    const { effective } = await listGrants(workspace, { ...ask, principal: null });
    expect(effective?.map(({ principal, held }) => [principal, held?.role])).toEqual([
      [OWNER, 'owner'],
      [DEV, 'developer'],
    ]);
  });
});

describe('several owners', () => {
  it('may take each other back, by name or by undo, and one stays', async () => {
    const ada = await join(repository, ADA, 'owner');
    const dev = await addGrant(ada, { ...GRANT, role: 'owner', resource: 'acme/core' });
    await removeGrant(workspace, dev.result.grant.id, 'one too many');
    const { view } = await loadAuthority(workspace);
    expect(view.grants.map(({ principal, role }) => `${principal} ${role}`)).toEqual([
      `${OWNER} owner`,
      `${ADA} owner`,
    ]);
    const before = await picture(workspace);
    await expect(removeGrant(ada, view.genesis)).rejects.toMatchObject({ code: 'GRANT_INVALID' });
    expect(await picture(workspace)).toEqual(before);
  });

  it('leave one behind whose grant does not end, by undo too', async () => {
    const ada = await join(repository, ADA, 'owner');
    const given = (await grantLog(workspace, { principal: ADA, at: null, limit: null })).entries[0];
    await addGrant(ada, { ...GRANT, role: 'owner', resource: 'acme/core', until: UNTIL });
    await revokeOwner(ada);
    const id = given?.grant.id ?? '';
    await expect(removeGrant(ada, id)).rejects.toMatchObject({ code: 'GRANT_INVALID' });
    const operation = (await oplog(workspace, null)).operations.filter(({ op }) => op === 'grant-add')[1];
    await expect(undo(ada, operation?.id ?? '')).rejects.toMatchObject({
      code: 'UNDO_REFUSED',
      facts: { op: 'grant-add' },
    });
    expect((await loadAuthority(workspace)).view.grants.some((grant) => grant.id === id)).toBe(true);
    await addGrant(ada, { ...GRANT, role: 'owner', resource: 'acme/core' });
    await expect(removeGrant(ada, id)).resolves.toBeDefined();
  });
});

/** Takes the keys of the genesis's owner back. */
async function revokeOwner(by: Workspace): Promise<void> {
  const { view } = await loadAuthority(by);
  const root = findPrincipal(view, OWNER)?.keys.root ?? '';
  await mutate(by, {
    op: 'key-add',
    args: null,
    asksPassphrase: false,
    propose: async () => ({
      kind: 'ask',
      ask: { operation: 'key:write', resources: [view.repository], granting: 'owner' },
      plan: async ({ authority }) => {
        authority.append({ kind: 'key', action: 'revoke', principal: OWNER, root, seen: [] }, null);
        return { ...NO_CHANGE, states: [], result: {} };
      },
    }),
  });
}

describe('an admin', () => {
  it.each(ROLES)('gives %s only up to their own role', async (role) => {
    const ada = await join(repository, ADA, 'admin');
    const asked = addGrant(ada, { ...GRANT, role, resource: 'acme/core' });
    if (role !== 'owner') await expect(asked).resolves.toBeDefined();
    else {
      await expect(asked).rejects.toMatchObject({
        recorded: {
          denial: { code: 'ROLE_INSUFFICIENT', required: { role: 'owner' }, held: { role: 'admin' } },
        },
      });
    }
  });

  it('takes no owner’s grant back, gives none again, and is not one by a narrower name', async () => {
    const ada = await join(repository, ADA, 'admin');
    const denied = { recorded: { denial: { code: 'ROLE_INSUFFICIENT' } } };
    const { result } = await addGrant(workspace, { ...GRANT, role: 'owner', resource: 'acme/core' });
    await expect(removeGrant(ada, result.grant.id)).rejects.toMatchObject(denied);
    const { result: removed, operation } = await removeGrant(workspace, result.grant.id);
    expect(removed.grant.role).toBe('owner');
    await expect(undo(ada, operation)).rejects.toMatchObject(denied);
    for (const resource of ['acme/core@task', 'acme/core:src', 'acme/core@task:src/a']) {
      await expect(
        addGrant(ada, { principal: ADA, role: 'owner', resource, until: null }),
      ).rejects.toMatchObject(denied);
    }
  });
});
