import { beforeEach, describe, expect, it } from 'vitest';
import type { Json } from '#domain/encoding/canonical-json.ts';
import type { OperationKind, OperationTexts } from '#domain/operation/operation.ts';
import { REQUESTS_REF } from '#domain/refs.ts';
import type { Workspace } from '#ports/workspace.ts';
import { AuthorityDraft } from '#usecases/authority/draft.ts';
import { makeRequest } from '#usecases/requests/make-request.ts';
import { examineRequests } from '#usecases/requests/set/examine-requests.ts';
import { RequestDraft } from '#usecases/requests/set/request-draft.ts';
import { readGround } from '#usecases/transaction/mutate.ts';
import { NO_CHANGE, publish } from '#usecases/transaction/publish.ts';
import { verify } from '#usecases/verify/verify.ts';
import { DEV } from '../../../support/decisions.ts';
import { join, started } from '../../../support/memory/scenes.ts';
import type { MemoryRepository } from '../../../support/memory/workspace.ts';
import { recordAuthor } from '#usecases/signed-sets/sign-record.ts';

let repository: MemoryRepository;
let workspace: Workspace;
let dev: Workspace;
let request: string;
beforeEach(async () => {
  repository = await started();
  ({ workspace } = repository);
  dev = await join(repository, DEV, 'developer');
  const asked = {
    operation: 'thread:land',
    resources: ['acme/core@heads/main'],
    own: false,
    granting: null,
  } as const;
  request = (await makeRequest(dev, { asked, denial: null, reason: null, ttl: null })).result.request ?? '';
});

/** A line as somebody's own program would sign it, whatever it says. */
async function forge(
  who: Workspace,
  op: OperationKind,
  {
    result = { request },
    answers = false,
    grants = 0,
    ...texts
  }: Partial<OperationTexts> & { readonly answers?: boolean; readonly grants?: number },
): Promise<void> {
  const ground = await readGround(who);
  const { authority, caller, replica, now } = ground;
  const batch = who.writer.batch();
  const drafted = new AuthorityDraft(who, ground, batch);
  for (let at = 0; at < grants; at += 1) {
    const grant = { principal: DEV, role: 'reader', resource: `acme/core@t${at}`, until: null } as const;
    drafted.append({ kind: 'grant', action: 'add', ...grant }, null);
  }
  const loaded = await examineRequests(who, authority.view);
  const draft = new RequestDraft(who, recordAuthor(ground), { loaded, batch });
  const [id] = loaded.records.keys();
  if (answers && id !== undefined) draft.answer(id, { verdict: 'approve', gives: null, reason: null });
  const moved = drafted.refChange();
  const refs = [...(answers ? [draft.refChange()] : []), ...(moved === null ? [] : [moved])];
  await publish(
    who,
    { repo: authority.view.genesis, caller, replica, now },
    {
      op,
      verdict: { verdict: 'allow', stage: null, code: null },
      policy: authority.view.head,
      states: [],
      texts: { ...NO_CHANGE, resource: null, args: NO_ARGS, result, refs, ...texts },
      verify: [],
      batch,
    },
  );
}

const NO_ARGS: Json = { operationId: null, verb: {} };

const findings = async (): Promise<string> =>
  (await verify(workspace, { all: true })).findings.map(({ message }) => message).join('\n');

describe('a line about a request', () => {
  it('that is true verifies', async () => {
    expect(await findings()).toBe('');
  });

  it('adds to the requests, and moves nothing else', async () => {
    await forge(dev, 'deny', {});
    expect(await findings()).toContain('adds to the requests, and moves nothing else');
  });

  it('may not take the set away', async () => {
    const old = (await workspace.refs.read(REQUESTS_REF)) ?? null;
    await forge(dev, 'deny', { refs: [{ name: REQUESTS_REF, old, new: null }] });
    expect(await findings()).toContain('adds to the requests, and moves nothing else');
  });

  it('names a request of the set, and a record that came with it', async () => {
    await forge(workspace, 'deny', { answers: true });
    expect(await findings()).toContain('the record that it added is not in the set');
    await forge(workspace, 'approve', { answers: true, result: { request: 'hq-x' } });
    expect(await findings()).toContain('the request that it is about is not in the set');
  });

  it('has no effects', async () => {
    const effects = [{ kind: 'thread', thread: 'task', record: null }] as const;
    await forge(workspace, 'approve', { answers: true, effects });
    expect(await findings()).toContain('does more than write records');
  });

  it('brings no grant that its answer does not name', async () => {
    await forge(workspace, 'approve', { answers: true, grants: 1 });
    expect(await findings()).toContain('it brings more than the grant that its answer names');
  });
});
