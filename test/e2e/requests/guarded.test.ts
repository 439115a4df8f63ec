import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { denialOf, HEDDLE, story } from '../../support/cli/run-heddle.ts';
import { secondOwner } from '../../support/cli/second-owner.ts';
import { found, Stage, type Person } from '../../support/cli/stage.ts';
import { typeOnTerminal } from '../../support/terminal/on-a-terminal.ts';
import { expectDenial, expectRefusal } from '../../support/cli/verb-contract.ts';

let stage: Stage;
let second: Person;
beforeAll(async () => {
  stage = await new Stage().withDev();
  second = await secondOwner(stage);
  stage.keep();
});
beforeEach(() => stage.reset());
afterAll(() => stage.dispose());

const findings = async (): Promise<unknown> => (await stage.owner.answer('verify', ['--all'])).findings;

/** A redacted secret that nobody may purge alone. */
async function guardPurge(): Promise<string> {
  stage.write('src/a.ts', 'secret\n');
  await stage.dev.ok(['capture']);
  await stage.owner.ok(['redact', 'src/a.ts', '--reason', 'leak', '--code', 'credential']);
  await stage.owner.ok(['policy', 'set', '--guard', 'purge:apply', '--quorum', '2']);
  const { tombstones } = await stage.owner.answer('tombstone-list');
  return found(tombstones[0]).tombstone;
}

/** Runs the first fix as it stands. */
async function runFix(person: Person, argv: readonly string[]): Promise<readonly string[]> {
  const { fixes } = denialOf(await person.run([...argv, '--json']));
  return found(fixes[0]).argv.slice(1);
}

describe('a guarded operation', () => {
  it('is done once a second person agreed, by fixes that stand in its denials', async () => {
    const purge = ['purge', await guardPurge(), '--yes'];
    await expectDenial(stage, stage.owner, { argv: purge, code: 'QUORUM_MISSING' });
    await stage.owner.ok(await runFix(stage.owner, purge));
    const denied = denialOf(await stage.owner.run([...purge, '--json']));
    expect(denied.fixes[0]?.who).toEqual(['second@example.com']);
    expect(denied.rule).toMatchObject({ rule: 'quorum' });
    const approve = found(denied.fixes[0]).argv.slice(1);
    // Consent is given in person, by somebody else, once.
    await expectRefusal(stage.owner, approve, { exit: 65, code: 'REQUEST_UNFIXABLE' });
    await expectDenial(stage, stage.dev, { argv: approve, code: 'ROLE_INSUFFICIENT' });
    const agent = await stage.agent('helper', { from: second, allow: 'purge:apply', resource: 'acme/core' });
    await expectDenial(stage, agent, { argv: approve, code: 'FLOOR' });
    expect((await second.answer('status')).requests).toBe(1);
    expect(approve.slice(0, 2)).toEqual(['purge', 'approve']);
    const agreed = await second.answer('approve', approve.slice(2));
    expect(agreed).toMatchObject({ agrees: true, gives: null });
    // To one exact act, which is shown to whoever agrees, and once.
    const other = ['grant', 'add', 'dev@example.com', 'reader', 'acme/core@late'];
    expect(agreed.asked.act).toMatchObject({ op: 'purge' });
    const run = await stage.owner.run(purge);
    expect(run.exit, story(run)).toBe(0);
    expect((await stage.owner.answer('request-show', [agreed.request])).status).toBe('used');
    expect((await stage.owner.run(other)).exit).toBe(0);
    expect(await findings()).toEqual([]);
  });

  it('is consented to as it was meant: not with another argument, not twice, not after the rules changed', async () => {
    await stage.owner.ok(['policy', 'set', '--guard', 'grant:write', '--quorum', '2']);
    const grant = ['grant', 'add', 'dev@example.com', 'owner', 'acme/core'];
    const expires = '2031-01-01T00:00:00Z';
    await expectDenial(stage, stage.owner, { argv: grant, code: 'QUORUM_MISSING' });
    // Nobody can agree to what is not meant yet.
    const blank = ['request', 'grant:write', 'acme/core', '--role', 'owner'];
    await expectRefusal(stage.owner, blank, { exit: 65, code: 'REQUEST_UNFIXABLE' });
    await stage.owner.ok(await runFix(stage.owner, grant));
    await second.ok([...(await runFix(stage.owner, grant)), '--yes']);
    // The same role and place, for somebody else or for another time.
    for (const argv of [grant.with(2, 'second@example.com'), [...grant, '--until', expires]]) {
      await expectDenial(stage, stage.owner, { argv, code: 'QUORUM_MISSING' });
    }
    const { grant: given } = await stage.owner.answer('grant-add', grant.slice(2));
    await expectDenial(stage, stage.owner, { argv: grant, code: 'QUORUM_MISSING' });
    const removal = ['grant', 'remove', given.id];
    await stage.owner.run(removal);
    await stage.owner.ok(await runFix(stage.owner, removal));
    await second.ok([...(await runFix(stage.owner, removal)), '--yes']);
    await stage.owner.ok(['policy', 'set', '--guard', 'grant:write', '--quorum', '2', '--wait', '1s']);
    await expectDenial(stage, stage.owner, { argv: removal, code: 'QUORUM_MISSING' });
    expect(await findings()).toEqual([]);
  });

  it('is not done with an agreement that was denied, is about something else, or of somebody who lost the role', async () => {
    const purge = ['purge', await guardPurge(), '--yes'];
    await expectDenial(stage, stage.owner, { argv: purge, code: 'QUORUM_MISSING' });
    await stage.owner.ok(await runFix(stage.owner, purge));
    await second.ok(await runFix(stage.owner, purge));
    const { grants } = await stage.owner.answer('grant-list', ['--principal', 'second@example.com']);
    await stage.owner.ok(['grant', 'remove', found(grants[0]).id]);
    const alone = await expectDenial(stage, stage.owner, { argv: purge, code: 'QUORUM_MISSING' });
    expect(denialOf(alone).fixes).toEqual([]);
    await stage.owner.ok(['grant', 'add', 'second@example.com', 'owner', 'acme/core']);
    // Another grant of an owner is another set of owners: they are asked again.
    await stage.owner.ok(await runFix(stage.owner, purge));
    const open = found((await stage.owner.answer('request-list')).requests[0]);
    await second.ok(['approve', open.request]);
    await second.ok(['deny', open.request, '--reason', 'wait']);
    await expectDenial(stage, stage.owner, { argv: purge, code: 'QUORUM_MISSING' });
  });

  it('waits as long as the policy wants after it was asked for', async () => {
    await stage.owner.ok(['policy', 'set', '--guard', 'grant:write', '--wait', '4s']);
    const grant = ['grant', 'add', 'dev@example.com', 'reader', 'acme/core@late'];
    const first = await expectDenial(stage, stage.owner, { argv: grant, code: 'TIMELOCK' });
    await stage.owner.ok(found(denialOf(first).fixes[0]).argv.slice(1));
    const waiting = denialOf(await expectDenial(stage, stage.owner, { argv: grant, code: 'TIMELOCK' }));
    expect(waiting.fixes).toEqual([]);
    expect(waiting.why).toMatch(/^it may be done from \d{4}-/);
    await expect
      .poll(async () => (await stage.owner.run(grant)).exit, { timeout: 20_000, interval: 500 })
      .toBe(0);
    expect(await findings()).toEqual([]);
  });
});

describe('who is asked to agree to a grant', () => {
  it('is told the role that it would give, before anything', async () => {
    await stage.owner.ok(['policy', 'set', '--guard', 'grant:write', '--quorum', '2']);
    const grant = ['grant', 'add', 'dev@example.com', 'owner', 'acme/core'];
    const asked = await stage.owner.answer('request', (await runFix(stage.owner, grant)).slice(1));
    // What comes next can be run as it stands: the first step of it is done.
    expect(asked.fix?.argv).toEqual(['heddle', 'request', 'show', asked.request]);
    const shown = await stage.owner.ok(found(asked.fix).argv.slice(1));
    expect(shown.stdout).toContain(`heddle approve ${String(asked.request)}`);
    const own = await stage.owner.run(['approve', String(asked.request)]);
    expect(own.stderr).toContain(`  fix        heddle approve ${String(asked.request)}\n`);
    const done = typeOnTerminal({
      argv: [process.execPath, HEDDLE, 'approve', String(asked.request)],
      cwd: stage.path,
      env: second.env,
      awaited: '[y/N]',
      typed: 'n\n',
    });
    if (done === undefined) return;
    expect(done.text).toContain('asks for grant:write of owner on acme/core');
    expect(done.text).toContain('grant-add {"principal":"dev@example.com"');
    expect(done.text).toContain('nobody confirmed it');
  });
});
