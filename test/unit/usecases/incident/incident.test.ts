import { beforeEach, describe, expect, it } from 'vitest';
import { formatBase64Url } from '#domain/encoding/base64url.ts';
import { utf8 } from '#domain/encoding/bytes.ts';
import { INCIDENT_STEPS } from '#domain/incident/incident.ts';
import type { IncidentPaperResult } from '#domain/results/removal/incident-results.ts';
import { encodeOperation, encodeOperationTexts } from '#domain/operation/operation-codec.ts';
import { parseInstant } from '#domain/time.ts';
import { setPolicy } from '#usecases/policy/set-policy.ts';
import { login } from '#usecases/keys/login.ts';
import { freeze, unfreeze } from '#usecases/revocation/freeze.ts';
import { checkPaper, incidentPaper } from '#usecases/incident/paper.ts';
import { tellCopies } from '#usecases/incident/copies.ts';
import { showIncident, takeStep } from '#usecases/incident/take-step.ts';
import { readGround } from '#usecases/transaction/mutate.ts';
import { NO_CHANGE, publish } from '#usecases/transaction/publish.ts';
import { adopt } from '#usecases/receive/adopt.ts';
import { revokeKey } from '#usecases/revocation/revoke-key.ts';
import { rotateKeys } from '#usecases/revocation/rotate-keys.ts';
import { redact } from '#usecases/removal/redact.ts';
import { purge } from '#usecases/removal/purge.ts';
import { showTombstone } from '#usecases/tombstones/show-tombstone.ts';
import { verify } from '#usecases/verify/verify.ts';
import type { Json } from '#domain/encoding/canonical-json.ts';
import type { Workspace } from '#ports/workspace.ts';
import { redactPath } from '../../../support/memory/removal/removal-scenes.ts';
import { fetched, fetchInto, join, save, started } from '../../../support/memory/scenes.ts';
import type { MemoryRepository } from '../../../support/memory/workspace.ts';

const OPEN = { act: 'open', reason: 'mail key in a log' } as const;
const SECRET = utf8('correct horse battery');
const ROTATED = parseInstant('2026-11-21T10:00:00.000Z');

let repository: MemoryRepository;
let workspace: Workspace;
beforeEach(async () => {
  repository = await started();
  ({ workspace } = repository);
});

async function statuses(): Promise<Readonly<Record<string, string>>> {
  const { steps } = await showIncident(workspace, null);
  return Object.fromEntries(steps.map(({ step, status }) => [step, status]));
}

async function messages(): Promise<readonly string[]> {
  return (await verify(workspace, { all: true })).findings.map(({ message }) => message);
}

async function skipAll(): Promise<void> {
  for (const step of INCIDENT_STEPS) await takeStep(workspace, { act: 'skip', step, reason: `no ${step}` });
}

/** A line of an incident as somebody's program would sign it, whatever they may. */
async function forge(by: Workspace, verb: Json): Promise<void> {
  const { authority, caller, replica, now } = await readGround(by);
  const { view } = authority;
  await publish(
    by,
    { repo: view.genesis, caller, replica, now },
    {
      op: 'incident',
      verdict: { verdict: 'allow', stage: null, code: null },
      policy: view.head,
      states: [],
      texts: { ...NO_CHANGE, resource: null, args: { operationId: null, verb }, result: null },
      verify: [],
      batch: null,
    },
  );
}

const refusedAs = (why: string) => ({ code: 'INCIDENT_REFUSED', message: expect.stringContaining(why) });

describe('an incident', () => {
  it('tells what would be done before one is opened, and changes nothing', async () => {
    const told = await showIncident(workspace, null);
    expect(told).toMatchObject({ incident: null, status: 'none', tombstones: [], outOfReach: [] });
    expect(told.steps.map(({ step }) => step)).toEqual([...INCIDENT_STEPS]);
    await expect(takeStep(workspace, { act: 'propagate' })).rejects.toMatchObject(refusedAs('none is open'));
    await expect(showIncident(workspace, 'ho-22222222')).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  it('is one at a time', async () => {
    await takeStep(workspace, OPEN);
    await expect(takeStep(workspace, OPEN)).rejects.toMatchObject(refusedAs('is open'));
  });

  it('remembers each step, who did it and what came of it', async () => {
    await takeStep(workspace, OPEN);
    await takeStep(workspace, { act: 'find', secret: SECRET });
    await takeStep(workspace, { act: 'rotate', rotatedAt: ROTATED });
    await takeStep(workspace, { act: 'skip', step: 'redact', reason: 'it stands in Git alone' });
    const { steps, since } = await showIncident(workspace, null);
    expect(since).not.toBeNull();
    const of = (name: string) => steps.find(({ step }) => step === name);
    expect(of('find')).toMatchObject({ status: 'done', seen: { places: 0 }, commands: [] });
    expect(of('rotate')).toMatchObject({ status: 'done', rotatedAt: ROTATED, by: 'owner@example.com' });
    expect(of('redact')).toMatchObject({ status: 'skipped', note: 'it stands in Git alone' });
    expect(of('verify')).toMatchObject({ status: 'todo' });
    expect(await messages()).toEqual([]);
  });

  it('destroys nothing unasked that was redacted meanwhile for another reason', async () => {
    await save(repository, workspace, { '.env': 'correct horse battery\n', 'a.txt': 'another matter\n' });
    await takeStep(workspace, OPEN);
    const redactAs = (path: string, reason: string) =>
      redact(workspace, {
        path,
        state: null,
        all: false,
        part: null,
        reason,
        reasonCode: 'credential',
        rotatedAt: null,
        dryRun: false,
      });
    const { result: own } = await redactAs('.env', OPEN.reason);
    const { result: strange } = await redactAs('a.txt', 'something else');
    const act = { act: 'purge', confirm: async () => true, rewriteGit: false } as const;
    const { result, notes, failed } = await takeStep(workspace, { ...act, onlyOwn: true });
    expect([failed, notes.join()]).toEqual([
      true,
      expect.stringContaining((strange.tombstone ?? '').slice(0, 11)),
    ]);
    const told = Object.fromEntries(result.tombstones.map((one) => [one.tombstone, one.status]));
    expect(told).toEqual({ [own.tombstone ?? '']: 'purged', [strange.tombstone ?? '']: 'redacted' });
    expect(await takeStep(workspace, { ...act, onlyOwn: false })).toMatchObject({ failed: false });
  });

  it('says so where there is nothing to purge', async () => {
    await takeStep(workspace, OPEN);
    const confirm = async (): Promise<boolean> => true;
    const { notes, failed } = await takeStep(workspace, {
      act: 'purge',
      confirm,
      rewriteGit: false,
      onlyOwn: true,
    });
    expect([notes, failed]).toEqual([[expect.stringMatching(/^nothing was redacted/)], false]);
  });

  it('is of as many secrets as leaked: each search is remembered, and signed for at the end', async () => {
    await takeStep(workspace, OPEN);
    await takeStep(workspace, { act: 'find', secret: SECRET });
    repository.now = parseInstant('2026-11-21T13:00:00.000Z');
    await takeStep(workspace, { act: 'find', secret: utf8('another long secret') });
    const { history } = await showIncident(workspace, null);
    expect(history.map(({ step, at }) => [step, at])).toEqual([
      ['find', '2026-11-21T12:00:00.000Z'],
      ['find', '2026-11-21T13:00:00.000Z'],
    ]);
    for (const step of INCIDENT_STEPS.filter((one) => one !== 'find')) {
      await takeStep(workspace, { act: 'skip', step, reason: 'no' });
    }
    await takeStep(workspace, { act: 'close' });
    const { account } = await incidentPaper(workspace, null);
    expect(account.filter((sentence) => sentence.includes('find: done'))).toEqual([
      expect.stringMatching(/^find: done by owner@example\.com, 2026-11-21 13/),
      expect.stringMatching(/^before that, find: done by owner@example\.com, 2026-11-21 12/),
    ]);
  });

  it('takes its steps in any order: rotated after the redaction, found and frozen last', async () => {
    await save(repository, workspace, { 'src/a.ts': 'correct horse battery' });
    await takeStep(workspace, OPEN);
    const { tombstone } = await redactPath(workspace, 'src/a.ts');
    expect(await showTombstone(workspace, tombstone)).toMatchObject({ rotatedAt: null });
    await takeStep(workspace, { act: 'rotate', rotatedAt: ROTATED });
    expect(await showTombstone(workspace, tombstone)).toMatchObject({ rotatedAt: ROTATED });
    await takeStep(workspace, { act: 'find', secret: SECRET });
    await takeStep(workspace, { act: 'freeze', breakGlass: false });
    expect(await statuses()).toMatchObject({ redact: 'done', rotate: 'done', find: 'done', freeze: 'done' });
    expect(await messages()).toEqual([]);
  });

  it('is frozen as break-glass by whom a policy names, though they are no owner', async () => {
    const dev = await join(repository, 'dev@example.com', 'maintainer');
    const rules = { breakGlass: 'maintainer' } as const;
    await setPolicy(workspace, { resource: null, rules, reason: null, dryRun: false });
    await takeStep(dev, OPEN);
    await expect(takeStep(dev, { act: 'freeze', breakGlass: false })).rejects.toMatchObject({
      recorded: { denial: { code: 'ROLE_INSUFFICIENT' } },
    });
    const { result } = await takeStep(dev, { act: 'freeze', breakGlass: true });
    expect(result.steps.find(({ step }) => step === 'freeze')).toMatchObject({
      status: 'done',
      by: 'dev@example.com',
      note: expect.stringContaining('as break-glass'),
    });
    expect(await messages()).toEqual([]);
  });

  it('goes on when keys were rotated and sessions revoked, as they are when they leaked', async () => {
    const second = await join(repository, 'second@example.com', 'owner');
    await takeStep(second, OPEN);
    await takeStep(second, { act: 'find', secret: SECRET });
    await revokeKey(workspace, { principal: 'second@example.com', root: null, reason: 'leaked' });
    expect(await statuses()).toMatchObject({ find: 'done' });
    await rotateKeys(workspace);
    await login(workspace, { life: null, passphrase: { kind: 'none' } });
    await takeStep(workspace, { act: 'rotate', rotatedAt: ROTATED });
    expect(await statuses()).toMatchObject({ find: 'done', rotate: 'done', redact: 'todo' });
    expect(await messages()).toEqual([]);
    // The thief writes on, as if nobody had noticed.
    await expect(takeStep(second, { act: 'propagate' })).rejects.toMatchObject({ code: 'DENIED' });
  });

  it('sees what was done by the verbs themselves', async () => {
    await save(repository, workspace, { '.env': 'key=correct horse battery\n' });
    await takeStep(workspace, OPEN);
    await takeStep(workspace, { act: 'verify', secret: null });
    expect(await statuses()).toMatchObject({ freeze: 'todo', redact: 'todo', verify: 'done' });
    await freeze(workspace, 'leak');
    await redact(workspace, {
      path: '.env',
      state: null,
      all: false,
      part: null,
      reason: 'leak',
      reasonCode: 'credential',
      rotatedAt: null,
      dryRun: false,
    });
    // What was verified before the removal says nothing of what is there after it.
    expect(await statuses()).toMatchObject({ freeze: 'done', redact: 'done', purge: 'todo', verify: 'todo' });
    await unfreeze(workspace);
    expect(await statuses()).toMatchObject({ freeze: 'done' });
  });

  it('is not closed before its steps are, and has another one after it', async () => {
    await takeStep(workspace, OPEN);
    await expect(takeStep(workspace, { act: 'close' })).rejects.toMatchObject(refusedAs('freeze, find'));
    await skipAll();
    const { result } = await takeStep(workspace, { act: 'close' });
    expect(result).toMatchObject({ status: 'closed' });
    expect(result.steps.flatMap(({ commands }) => commands)).toEqual([]);
    await expect(takeStep(workspace, { act: 'propagate' })).rejects.toMatchObject(refusedAs('none is open'));
    const second = (await takeStep(workspace, { act: 'open', reason: 'again' })).result;
    expect(second.incident).not.toBe(result.incident);
    expect(await showIncident(workspace, result.incident)).toMatchObject({ status: 'closed' });
    expect(await messages()).toEqual([]);
  });

  it('is for whoever may hide, and what others wrote into the log is found', async () => {
    const dev = await join(repository, 'dev@example.com', 'developer');
    await expect(takeStep(dev, OPEN)).rejects.toMatchObject({ code: 'DENIED' });
    await takeStep(workspace, OPEN);
    const { incident } = await showIncident(workspace, null);
    await forge(dev, { event: 'skipped', incident, step: 'purge', reason: 'no need' });
    expect(await messages()).toEqual([expect.stringContaining('it was not allowed: ROLE_INSUFFICIENT')]);
    expect(await statuses()).toMatchObject({ purge: 'todo' });
    await forge(workspace, { event: 'nonsense', incident });
    expect(await messages()).toContainEqual(expect.stringContaining('nothing that is known'));
  });
});

describe('many redactions of one incident', () => {
  it('are counted, and the first of them named', async () => {
    const paths = ['a', 'b', 'c', 'd', 'e'];
    await save(repository, workspace, Object.fromEntries(paths.map((path) => [path, `${path} ${path}`])));
    await takeStep(workspace, OPEN);
    for (const path of paths) await redactPath(workspace, path, { reason: 'leak' });
    const { steps, tombstones } = await showIncident(workspace, null);
    expect(tombstones).toHaveLength(5);
    expect(steps.find(({ step }) => step === 'redact')?.note).toMatch(
      /^hr-\w{8}, hr-\w{8}, hr-\w{8} and 2 more$/,
    );
  });
});

describe('what is left to do elsewhere', () => {
  it('names remotes, what to push there, refs that were moved, and clones that never confirmed', async () => {
    await expect(tellCopies(workspace, null)).rejects.toMatchObject(refusedAs('none was ever opened'));
    await save(repository, workspace, { '.env': 'key=correct horse battery\n' });
    await takeStep(workspace, OPEN);
    expect(await tellCopies(workspace, null)).toMatchObject({ kit: null, copies: { clones: [] } });
    const { result } = await redact(workspace, {
      path: '.env',
      state: null,
      all: false,
      part: null,
      reason: 'leak',
      reasonCode: 'credential',
      rotatedAt: null,
      dryRun: false,
    });
    const tombstone = result.tombstone ?? expect.fail('nothing was hidden');
    const commit = (await workspace.refs.read('refs/heddle/authority')) ?? expect.fail('no authority');
    const noted = ['refs/heads/main', 'refs/heads/gone', 'refs/heddle/threads/task'].map(
      (ref) => `${'0'.repeat(52)} ${commit} ${ref}\n`,
    );
    await workspace.rewriteNotes.write(`refs-${tombstone}`, utf8(noted.join('')));
    repository.revisions.set('refs/heads/main', commit);
    repository.remotes = [{ name: 'up', url: 'ssh://example.com/core' }];
    const { copies, kit } = await tellCopies(workspace, null);
    expect(copies.remotes).toEqual([
      {
        name: 'up',
        url: 'ssh://example.com/core',
        commands: [
          ['git', 'push', '--force', 'up', 'refs/heads/main:refs/heads/main'],
          ['heddle', 'push', 'up', '--all'],
        ],
      },
    ]);
    expect(kit).toMatchObject({ tombstones: [tombstone], refs: ['refs/heads/main'], remotes: ['up'] });
    expect(await statuses()).toMatchObject({ propagate: 'todo' });
    await purge(workspace, {
      name: tombstone,
      confirm: async () => true,
      dryRun: false,
      rewriteGit: false,
      consent: null,
    });
    expect((await tellCopies(workspace, null)).copies.clones).toEqual([]);
  });
});

describe('the paper of an incident', () => {
  let paper: IncidentPaperResult & { readonly schema: string };
  beforeEach(async () => {
    await takeStep(workspace, OPEN);
    await expect(incidentPaper(workspace, null)).rejects.toMatchObject(refusedAs('not closed'));
    await skipAll();
    await takeStep(workspace, { act: 'close' });
    paper = { schema: 'heddle/incident-paper/v1', ...(await incidentPaper(workspace, null)) };
  });

  const check = async (changed: object = {}) =>
    checkPaper(workspace, utf8(JSON.stringify({ ...paper, ...changed })));

  it('says what was done and is signed by who closed it', async () => {
    expect(paper.account.join('\n')).toContain('mail key in a log');
    expect(paper.account.join('\n')).toContain('purge: left out by owner@example.com');
    expect(await check()).toMatchObject({ ok: true, why: null, by: 'owner@example.com' });
  });

  it('is refused with a word of it changed, or with another line', async () => {
    const account = paper.account.map((sentence) => sentence.replace('left out', 'done'));
    expect(await check({ account })).toMatchObject({ ok: false, why: expect.stringContaining('account') });
    const texts = paper.texts.replaceAll('left out', 'done');
    expect(await check({ account, texts })).toMatchObject({ ok: false });
    const line = paper.line.replace('owner@example.com', 'other@example.com');
    expect(await check({ line })).toMatchObject({ ok: false, why: expect.stringContaining('signature') });
    expect(await check({ chain: 'AAAA' })).toMatchObject({
      ok: false,
      why: expect.stringContaining('chain'),
    });
  });

  it('is refused where whoever signed it may not say it', async () => {
    const dev = await join(repository, 'dev@example.com', 'developer');
    const { account } = paper;
    await forge(dev, { event: 'close', incident: paper.incident, account });
    const forged = (await workspace.log.check()).operations.at(-1);
    if (forged === undefined || forged.texts === 'redacted' || forged.line.chain === null)
      throw new Error('gone');
    const own = {
      line: Buffer.from(encodeOperation(forged.line)).toString(),
      texts: Buffer.from(encodeOperationTexts(forged.texts)).toString(),
      chain: formatBase64Url((await workspace.log.readChain(forged.line.chain)) ?? new Uint8Array()),
    };
    expect(await check(own)).toMatchObject({
      ok: false,
      by: 'dev@example.com',
      why: expect.stringContaining('may not'),
    });
  });

  it('stays good where it was signed when keys are rotated after it; elsewhere nobody can tell', async () => {
    const clone = await fetched(repository);
    await rotateKeys(workspace);
    expect(await check()).toMatchObject({ ok: true, by: 'owner@example.com' });
    const account = paper.account.map((sentence) => sentence.replace('left out', 'done'));
    expect(await check({ account })).toMatchObject({ ok: false });
    const bytes = utf8(JSON.stringify(paper));
    await adopt(clone.workspace, null);
    expect(await checkPaper(clone.workspace, bytes)).toMatchObject({ ok: true });
    await fetchInto(clone.workspace, workspace);
    expect(await checkPaper(clone.workspace, bytes)).toMatchObject({ ok: false });
  });

  it('is told from what is none', async () => {
    const none = [utf8('{'), utf8('[]'), utf8('{"schema":"heddle/incident/v1"}'), new Uint8Array([0xff])];
    for (const bytes of none) {
      await expect(checkPaper(workspace, bytes)).rejects.toMatchObject({ code: 'FORMAT_INVALID' });
    }
  });
});
