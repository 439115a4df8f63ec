import { beforeEach, describe, expect, it } from 'vitest';
import { DeniedError } from '#domain/decision/denied-error.ts';
import type { Workspace } from '#ports/workspace.ts';
import { parseId } from '#domain/id.ts';
import { AuthorityDraft } from '#usecases/authority/draft.ts';
import { loadAuthority } from '#usecases/authority/load-authority.ts';
import { readGround } from '#usecases/transaction/mutate.ts';
import { NO_CHANGE, publish } from '#usecases/transaction/publish.ts';
import { publisherOf } from '#usecases/transaction/refuse.ts';
import { addGrant } from '#usecases/keys/grants.ts';
import { setPolicy } from '#usecases/policy/set-policy.ts';
import { approveRequest } from '#usecases/requests/approve.ts';
import { redactTexts } from '#usecases/removal/texts/redact-texts.ts';
import { makeRequest } from '#usecases/requests/make-request.ts';
import { verify } from '#usecases/verify/verify.ts';
import { adopt } from '#usecases/receive/adopt.ts';
import { DEV } from '../../../support/decisions.ts';
import { fetched, join, started } from '../../../support/memory/scenes.ts';
import { joinFrom, publishLog } from '../../../support/published-log.ts';
import type { MemoryRepository } from '../../../support/memory/workspace.ts';

const SECOND = 'second@example.com';

let repository: MemoryRepository;
let workspace: Workspace;
let second: Workspace;
beforeEach(async () => {
  repository = await started();
  ({ workspace } = repository);
  await join(repository, DEV, 'developer');
  second = await join(repository, SECOND, 'owner');
  const rules = { guarded: ['grant:write'], quorum: 2 } as const;
  await setPolicy(workspace, { resource: null, rules, reason: null, dryRun: false });
});

const give = (who: Workspace, principal = DEV) =>
  addGrant(who, { principal, role: 'owner', resource: 'acme/core', until: null });

/** The id of the line that recorded a refusal for want of consent. */
async function refusedLine(who: Workspace, principal = DEV): Promise<string> {
  const error: unknown = await give(who, principal).catch((thrown: unknown) => thrown);
  if (!(error instanceof DeniedError)) throw new Error('it is guarded');
  expect(error.recorded.denial.code).toBe('QUORUM_MISSING');
  return String(error.recorded.id);
}

/** Asks for what was refused, and has the second person agree. */
async function consent(who: Workspace): Promise<string> {
  const denial = await refusedLine(who);
  const { result } = await makeRequest(who, { asked: null, denial, reason: null, ttl: null });
  const name = String(result.request);
  const options = { reason: null, out: null, dryRun: false, confirm: async () => true };
  await approveRequest(second, { ...options, name, resolvePath: (path) => path });
  return name;
}

/** A program of one's own that looks at no log before it acts. */
function forgetful(who: Workspace): Workspace {
  const log = Object.create(who.log) as Workspace['log'];
  log.newest = async function* () {};
  return { ...who, log };
}

/** The same grant by a program of one's own, whose line and record name what they like. */
async function forge({
  line,
  record,
}: Readonly<Record<'line' | 'record', readonly string[]>>): Promise<void> {
  const ground = await readGround(workspace);
  const batch = workspace.writer.batch();
  const consents = record.map((name) => parseId('hq', name));
  const draft = new AuthorityDraft(workspace, { ...ground, consents }, batch);
  const what = { principal: DEV, role: 'owner', resource: 'acme/core', until: null } as const;
  const id = draft.append({ kind: 'grant', action: 'add', ...what }, null);
  const moved = draft.refChange();
  await publish(workspace, publisherOf(ground), {
    op: 'grant-add',
    verdict: { verdict: 'allow', stage: null, code: null },
    policy: ground.authority.view.head,
    states: [],
    texts: {
      ...NO_CHANGE,
      resource: 'acme/core',
      refs: moved === null ? [] : [moved],
      args: { operationId: null, verb: { ...what, reason: null }, consents: line },
      result: { id },
    },
    verify: [],
    batch,
  });
}

const findings = async (): Promise<string> =>
  (await verify(workspace, { all: true })).findings.map(({ message }) => message).join('\n');

describe('consent to a guarded operation', () => {
  it('is to the act as it was meant, and ends with it', async () => {
    await consent(workspace);
    await refusedLine(workspace, SECOND);
    await give(workspace);
    await refusedLine(workspace);
    expect(await findings()).toBe('');
  });

  it('that was used up twice by a program of somebody’s own is told by verify', async () => {
    const request = await consent(workspace);
    await give(workspace);
    // The chain says so, which every clone has.
    const used = (await loadAuthority(workspace)).view;
    expect(used.consents).toEqual([request]);
    await refusedLine(forgetful(workspace));
    expect(await findings()).toBe('');
  });

  it('that a line names and its record does not, or the other way about, is told by verify', async () => {
    const request = await consent(workspace);
    await forge({ line: [request], record: [] });
    expect(await findings()).toContain('the record that it added names other consents than it does');
    await forge({ line: [request], record: [] });
    expect(await findings()).toContain(`it uses up the consent to ${request}, which`);
    await forge({ line: [], record: [request] });
    expect((await findings()).split('names other consents').length).toBe(3);
  });

  it('is used up still where the line that used it is redacted', async () => {
    const request = await consent(workspace);
    const { operation } = await give(workspace);
    const options = { text: String(operation), task: false, reason: 'a name', reasonCode: 'pii' } as const;
    await redactTexts(workspace, { ...options, rotatedAt: null, dryRun: false });
    await refusedLine(workspace);
    await refusedLine(forgetful(workspace));
    expect(await findings()).toBe('');
    await forge({ line: [request], record: [] });
    expect(await findings()).toContain('a redacted line may have used up the consent');
  });

  it('is used up by what another clone published, where no record says so', async () => {
    const request = await consent(workspace);
    const clones: Workspace[] = [];
    for (let count = 0; count < 2; count += 1) {
      const { keys, credentials } = workspace;
      const there = { ...(await fetched(repository)).workspace, keys, credentials };
      await adopt(there, null);
      clones.push(there);
    }
    const [told, untold] = clones;
    await forge({ line: [request], record: [] });
    await publishLog(workspace);
    if (told === undefined || untold === undefined) throw new Error('invariant: there are two');
    expect((await joinFrom(told, workspace)).refused).toEqual([]);
    await refusedLine(told);
    expect(await give(untold)).toBeDefined();
  });

  it('holds for what was done by it where the request is redacted since, and for nothing else', async () => {
    const request = await consent(workspace);
    await give(workspace);
    const options = { task: false, reason: 'a name', reasonCode: 'pii', rotatedAt: null } as const;
    await redactTexts(workspace, { ...options, text: request, dryRun: false });
    expect(await findings()).toBe('');
    const second = await consent(workspace);
    await redactTexts(workspace, { ...options, text: second, dryRun: false });
    await refusedLine(workspace);
    expect(await findings()).toBe('');
  });

  it('is asked for again for the same again', async () => {
    const first = await consent(workspace);
    await give(workspace);
    const again = await consent(workspace);
    expect(first).not.toBe(again);
    await give(workspace);
    await refusedLine(workspace);
    expect(await findings()).toBe('');
  });
});
