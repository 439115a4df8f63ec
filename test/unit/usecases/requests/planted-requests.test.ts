import { beforeEach, describe, expect, it } from 'vitest';
import type { RequestOperation } from '#domain/authority/role.ts';
import { decodeUtf8, utf8 } from '#domain/encoding/bytes.ts';
import { REQUESTS_REF } from '#domain/refs.ts';
import { formatInstant, instantMilliseconds, parseInstant } from '#domain/time.ts';
import type { ObjectBatch } from '#ports/objects.ts';
import type { Workspace } from '#ports/workspace.ts';
import { addGrant } from '#usecases/keys/grants.ts';
import type { IntendedAct } from '#domain/request/intended-act.ts';
import { agreementsFor } from '#usecases/requests/agreements.ts';
import { approveRequest, type ApproveOptions } from '#usecases/requests/approve.ts';
import { denyRequest } from '#usecases/requests/deny-request.ts';
import { listRequests } from '#usecases/requests/list-requests.ts';
import { makeRequest } from '#usecases/requests/make-request.ts';
import { examineRequests } from '#usecases/requests/set/examine-requests.ts';
import { RequestDraft } from '#usecases/requests/set/request-draft.ts';
import { encodeSetCommit } from '#usecases/signed-sets/set-commit.ts';
import { revokeToken } from '#usecases/revocation/revoke-token.ts';
import { readGround } from '#usecases/transaction/mutate.ts';
import type { Ground } from '#usecases/transaction/plan.ts';
import { verify } from '#usecases/verify/verify.ts';
import { DEV, OWNER } from '../../../support/decisions.ts';
import { moveRef } from '../../../support/memory/removal/set-files.ts';
import { delegate, join, started } from '../../../support/memory/scenes.ts';
import type { MemoryRepository } from '../../../support/memory/workspace.ts';
import { policyAt } from '../../../support/policies.ts';
import { recordAuthor } from '#usecases/signed-sets/sign-record.ts';

let repository: MemoryRepository;
let workspace: Workspace;
let dev: Workspace;
beforeEach(async () => {
  repository = await started();
  ({ workspace } = repository);
  dev = await join(repository, DEV, 'developer');
});

const LAND = { operation: 'thread:land', resources: ['acme/core@heads/main'] } as const;

/** Asks as somebody; the request's id. */
async function ask(
  who: Workspace,
  act: { readonly operation: RequestOperation; readonly resources: readonly string[] } = LAND,
): Promise<string> {
  const asked = { ...act, own: false, granting: null };
  const { result } = await makeRequest(who, { asked, denial: null, reason: null, ttl: null });
  if (result.request === null) throw new Error('it was asked for');
  return result.request;
}

function approve(who: Workspace, name: string, change: Partial<ApproveOptions> = {}) {
  return approveRequest(who, {
    name,
    reason: null,
    out: null,
    dryRun: false,
    resolvePath: (path) => `/credentials/${path}`,
    confirm: async () => true,
    ...change,
  });
}

/** What somebody's own program could sign and put into the set; logs nothing. */
async function forge(
  who: Workspace,
  write: (draft: RequestDraft) => void,
  change: (ground: Ground) => Partial<Ground> = () => ({}),
): Promise<void> {
  const ground = await readGround(who);
  const loaded = await examineRequests(who, ground.authority.view);
  const batch = who.writer.batch();
  const draft = new RequestDraft(who, recordAuthor({ ...ground, ...change(ground) }), { loaded, batch });
  write(draft);
  const { new: next } = draft.refChange();
  await batch.write();
  await moveRef(who, REQUESTS_REF, next);
}

/** Puts one more row into the set as it stands. */
async function plantRow(name: string, make: (batch: ObjectBatch) => string): Promise<void> {
  const head = await workspace.refs.read(REQUESTS_REF);
  const rows = head === undefined ? [] : ((await workspace.objects.readTree(head)) ?? []);
  const batch = workspace.writer.batch();
  const tree = batch.addTree([...rows, { mode: '40000', name: utf8(name), id: make(batch) }]);
  const commit = batch.add('commit', encodeSetCommit('requests', tree, repository.now));
  await batch.write();
  await moveRef(workspace, REQUESTS_REF, commit);
}

const rowNames = async (): Promise<readonly (string | undefined)[]> => {
  const head = (await workspace.refs.read(REQUESTS_REF)) ?? '';
  return ((await workspace.objects.readTree(head)) ?? []).map(({ name }) => decodeUtf8(name));
};
const statuses = async (): Promise<readonly string[]> =>
  (await listRequests(workspace, { all: true })).requests.map(({ status }) => status);
const findings = async (): Promise<string> =>
  (await verify(workspace, { all: true })).findings.map(({ message }) => message).join('\n');

function only<T extends { readonly id: string }>(records: Iterable<T>): T {
  const [record] = records;
  if (record === undefined) throw new Error('there is one');
  return record;
}

describe('a record that is damaged', () => {
  it('stops nobody, is told by verify, and is carried along as it is', async () => {
    const before = await ask(dev);
    const planted = `hq-${'0'.repeat(52)}`;
    await plantRow(planted, (batch) =>
      batch.addTree([{ mode: '100644', name: utf8('request.json'), id: batch.add('blob', utf8('{}')) }]),
    );
    await plantRow('nonsense', (batch) => batch.addTree([]));
    expect((await listRequests(workspace, { all: true })).damaged).toBe(2);
    await approve(workspace, before);
    await ask(dev, { operation: 'review', resources: ['acme/core@task'] });
    expect(await statuses()).toEqual(['open', 'approved']);
    expect(await rowNames()).toContain(planted);
    expect(await rowNames()).toContain('nonsense');
    expect(await findings()).toContain('the set of requests has other files than it should');
  });

  it('of a set that cannot be read at all lets everything go on but new requests', async () => {
    const batch = workspace.writer.batch();
    const blob = batch.add('blob', utf8('no commit'));
    await batch.write();
    await moveRef(workspace, REQUESTS_REF, blob);
    expect(await statuses()).toEqual([]);
    await addGrant(workspace, { principal: DEV, role: 'reader', resource: 'acme/core@x', until: null });
    await expect(ask(dev)).rejects.toMatchObject({ code: 'REQUEST_LIMIT' });
    expect(await findings()).not.toBe('');
  });

  it('by too many answers counts for nothing: nobody chooses which of them are read', async () => {
    await ask(dev);
    const { view } = (await readGround(workspace)).authority;
    const { id } = only((await examineRequests(workspace, view)).records.values());
    for (let at = 0; at < 65; at += 1) {
      await forge(
        dev,
        (draft) => void draft.answer(id, { verdict: 'deny', gives: null, reason: String(at) }),
      );
    }
    expect(await statuses()).toEqual([]);
    expect(await findings()).toContain('more than 64 answers');
  });

  it('by a byte is left out', async () => {
    const request = await ask(dev);
    const { view } = (await readGround(workspace)).authority;
    const { trees } = await examineRequests(workspace, view);
    const entries = [...trees.values()][0] ?? [];
    const json = entries.find(({ name }) => decodeUtf8(name) === 'request.json')?.id ?? '';
    const content = (await workspace.objects.read(json, Infinity))?.content ?? new Uint8Array();
    const changed = utf8((decodeUtf8(content) ?? '').replace('heads/main', 'heads/rain'));
    await moveRef(workspace, REQUESTS_REF, null);
    await plantRow(request, (batch) =>
      batch.addTree(
        entries.map((entry) => (entry.id === json ? { ...entry, id: batch.add('blob', changed) } : entry)),
      ),
    );
    expect(await statuses()).toEqual([]);
    expect(await findings()).toContain('its request is another one');
  });
});

describe('an answer of somebody who may not give it', () => {
  it('counts for nothing, and is told by verify', async () => {
    const mara = await join(repository, 'mara@example.com', 'developer');
    const request = await ask(dev);
    const { view } = (await readGround(workspace)).authority;
    const { id } = only((await examineRequests(workspace, view)).records.values());
    await forge(mara, (draft) => void draft.answer(id, { verdict: 'deny', gives: null, reason: 'x' }));
    await forge(mara, (draft) => void draft.answer(id, { verdict: 'approve', gives: null, reason: 'x' }));
    expect(await statuses()).toEqual(['open']);
    expect(await findings()).toContain('its author may not answer the request');
    await approve(workspace, request);
    expect(await statuses()).toEqual(['approved']);
  });

  it('names a grant that is not there: verify tells', async () => {
    await ask(dev);
    const { view } = (await readGround(workspace)).authority;
    const { id } = only((await examineRequests(workspace, view)).records.values());
    const gives = { grant: view.genesis };
    await forge(workspace, (draft) => void draft.answer(id, { verdict: 'approve', gives, reason: null }));
    expect(await findings()).toContain('the grant that it names is not in the authority chain');
  });
});

describe('an agreement', () => {
  const MEANT: IntendedAct = { op: 'lift', args: { operation: 'ho-one' } };
  const LIFT = { operation: 'redact:lift', resources: ['acme/core@task:src'] } as const;

  async function agreed(): Promise<readonly string[]> {
    const { authority, now } = await readGround(workspace);
    const guard = { guarded: ['redact:lift'], quorum: 2 } as const;
    const view = { ...authority.view, policies: [policyAt(guard)] };
    const found = await agreementsFor(workspace, { ...LIFT, authority: view, now });
    return found.flatMap(({ approvals }) => approvals.map(({ by }) => by));
  }

  /** A request that anybody's program could have signed; it grants nothing. */
  const plant = (who: Workspace): Promise<void> =>
    forge(who, (draft) => {
      const expires = formatInstant(instantMilliseconds(repository.now) + 3_600_000);
      draft.ask({ ...LIFT, own: false, granting: null, expires, code: null }, { reason: null, act: MEANT });
    });

  async function plantedId() {
    const { view } = (await readGround(workspace)).authority;
    return only((await examineRequests(workspace, view)).records.values()).id;
  }

  it('is read only where a policy guards the operation', async () => {
    await plant(dev);
    const { authority, now } = await readGround(workspace);
    expect(await agreementsFor(workspace, { ...LIFT, authority: authority.view, now })).toEqual([]);
  });

  it('holds nobody who lacked the role, then or now', async () => {
    await plant(workspace);
    const id = await plantedId();
    const approval = { verdict: 'approve', gives: null, reason: null } as const;
    await forge(dev, (draft) => void draft.answer(id, approval));
    expect(await agreed()).toEqual([]);
    await forge(workspace, (draft) => void draft.answer(id, approval));
    expect(await agreed()).toEqual([OWNER]);
    // Who is made an owner later did not agree as one.
    repository.now = formatInstant(instantMilliseconds(repository.now) + 60_000);
    await addGrant(workspace, { principal: DEV, role: 'owner', resource: 'acme/core', until: null });
    expect(await agreed()).toEqual([OWNER]);
    await forge(dev, (draft) => void draft.answer(id, approval));
    expect(await agreed()).toEqual([OWNER, DEV]);
  });

  it('ends with the request', async () => {
    await plant(workspace);
    const id = await plantedId();
    await forge(
      workspace,
      (draft) => void draft.answer(id, { verdict: 'approve', gives: null, reason: null }),
    );
    expect(await agreed()).toEqual([OWNER]);
    repository.now = formatInstant(instantMilliseconds(repository.now) + 3_600_000);
    expect(await agreed()).toEqual([]);
  });

  it('is none on a request by a credential that had ended, or that was revoked since', async () => {
    const bot = await delegate(workspace, 'bot', { depth: 1 });
    await plant(bot);
    const id = await plantedId();
    const approval = { verdict: 'approve', gives: null, reason: null } as const;
    await forge(workspace, (draft) => void draft.answer(id, approval));
    expect(await agreed()).toEqual([OWNER]);
    const block = (await readGround(bot)).caller.chain?.revocationIds.at(-1) ?? '';
    await revokeToken(workspace, { session: null, block, token: null, reason: null });
    expect(await agreed()).toEqual([]);
  });

  it('is none on a request that is dated to when its credential had ended', async () => {
    const bot = await delegate(workspace, 'bot', { life: 60_000 });
    const later = formatInstant(instantMilliseconds(repository.now) + 120_000);
    const expires = formatInstant(instantMilliseconds(repository.now) + 3_600_000);
    await forge(
      bot,
      (draft) =>
        void draft.ask(
          { ...LIFT, own: false, granting: null, expires, code: null },
          { reason: null, act: MEANT },
        ),
      () => ({ now: later }),
    );
    repository.now = later;
    const approval = { verdict: 'approve', gives: null, reason: null } as const;
    const id = await plantedId();
    await forge(workspace, (draft) => void draft.answer(id, approval));
    expect(await agreed()).toEqual([]);
  });

  it('is none before the request was made, or after a denial', async () => {
    const later = parseInstant('2026-11-21T13:00:00.000Z');
    await forge(
      workspace,
      (draft) => {
        const expires = parseInstant('2026-11-21T14:00:00.000Z');
        draft.ask({ ...LIFT, own: false, granting: null, expires, code: null }, { reason: null, act: MEANT });
      },
      () => ({ now: later }),
    );
    const id = await plantedId();
    await forge(
      workspace,
      (draft) => void draft.answer(id, { verdict: 'approve', gives: null, reason: null }),
      () => ({
        now: later,
      }),
    );
    expect(await agreed()).toEqual([]);
    repository.now = later;
    expect(await agreed()).toEqual([OWNER]);
    await forge(workspace, (draft) => void draft.answer(id, { verdict: 'deny', gives: null, reason: 'x' }));
    expect(await agreed()).toEqual([]);
  });
});

describe('an answer', () => {
  it('is not asked for twice at once: what was shown is what is done', async () => {
    const request = await ask(dev);
    const confirm = async (): Promise<boolean> => {
      await addGrant(workspace, { principal: DEV, role: 'maintainer', resource: 'acme/core', until: null });
      return true;
    };
    await expect(approve(workspace, request, { confirm })).rejects.toMatchObject({ code: 'REF_MOVED' });
    await expect(approve(workspace, request, { confirm: async () => false })).rejects.toMatchObject({
      code: 'CONFIRMATION_MISSING',
    });
    expect(await statuses()).toEqual(['open']);
    await denyRequest(workspace, { name: request, reason: 'not now' });
    expect(await statuses()).toEqual(['denied']);
  });
});
