import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { denialOf, HEDDLE, story } from '../../../support/cli/run-heddle.ts';
import { secondOwner } from '../../../support/cli/second-owner.ts';
import { found, Stage, type Person } from '../../../support/cli/stage.ts';
import { expectDenial, expectRefusal, itNeedsARepository } from '../../../support/cli/verb-contract.ts';
import { typeOnTerminal } from '../../../support/terminal/on-a-terminal.ts';

let stage: Stage;
let second: Person;
let tombstone: string;
beforeAll(async () => {
  stage = await new Stage().withDev();
  second = await secondOwner(stage);
  stage.write('src/a.ts', 'secret\n');
  await stage.dev.ok(['capture']);
  await stage.owner.ok(['redact', 'src/a.ts', '--reason', 'leak', '--code', 'credential']);
  tombstone = found((await stage.owner.answer('tombstone-list')).tombstones[0]).tombstone;
  await stage.owner.ok(['policy', 'set', '--guard', 'purge:apply', '--quorum', '2']);
  stage.keep();
});
beforeEach(() => stage.reset());
afterAll(() => stage.dispose());

const propose = async (): Promise<string> =>
  found((await stage.owner.answer('purge-propose', ['src/a.ts', '--reason', 'rotated'])).proposal).request;

describe('a purge that two people have to agree to', () => {
  it('is proposed, shown, agreed to and applied, by what each answer says comes next', async () => {
    const purge = ['purge', 'src/a.ts', '--yes'];
    const denied = denialOf(await expectDenial(stage, stage.owner, { argv: purge, code: 'QUORUM_MISSING' }));
    const [fix] = denied.fixes;
    expect(fix?.argv).toEqual(['heddle', 'purge', 'propose', tombstone]);
    const proposed = await stage.owner.ok(found(fix).argv.slice(1));
    expect(proposed.stdout).toContain('1 of 2 people agree: owner@example.com');
    const [open] = (await stage.owner.answer('purge-proposals')).proposals;
    const next = found(found(open).next);
    expect(next.who).toEqual(['second@example.com']);
    // Looking signs nothing.
    const looked = await second.ok([...next.argv.slice(1), '--dry-run']);
    expect(looked.stdout).toContain(`what ${tombstone} hides, for good, of 1 state`);
    expect(looked.stdout).toContain('acme/core@task/login:src/a.ts');
    const agreed = await second.answer('purge-approve', [found(open).request, '--reason', 'seen']);
    expect(agreed.proposal).toMatchObject({ status: 'approved', quorum: 2, approvals: [{ reason: 'seen' }] });
    const apply = found(agreed.proposal.next).argv.slice(1);
    await expectRefusal(stage.owner, apply.slice(0, -1), { exit: 64, code: 'CONFIRMATION_MISSING' });
    const run = await stage.owner.run(apply);
    expect(run.exit, story(run)).toBe(0);
    expect((await stage.owner.answer('purge-proposals')).proposals).toEqual([]);
    expect((await stage.owner.answer('verify', ['--all'])).findings).toEqual([]);
  });

  it('is shown whole on a terminal, to whoever agrees by typing which it is', async () => {
    const done = typeOnTerminal({
      argv: [process.execPath, HEDDLE, 'purge', 'approve', await propose()],
      cwd: stage.path,
      env: second.env,
      awaited: 'to agree:',
      typed: 'y\n',
    });
    if (done === undefined) return;
    for (const told of ['owner@example.com asks since 2', ': rotated', tombstone, '(leak)', 'src/a.ts']) {
      expect(done.text).toContain(told);
    }
    expect(done.text).toContain('nobody confirmed it');
  });

  it('is agreed to in person by owners, and ended by any of them', async () => {
    const id = await propose();
    const approve = ['purge', 'approve', id];
    await expectDenial(stage, stage.dev, { argv: approve, code: 'ROLE_INSUFFICIENT' });
    await expectDenial(stage, stage.dev, {
      argv: ['purge', 'propose', tombstone],
      code: 'ROLE_INSUFFICIENT',
    });
    await expectDenial(stage, stage.dev, { argv: ['purge', 'cancel', id], code: 'ROLE_INSUFFICIENT' });
    const agent = await stage.agent('helper', { from: second, allow: 'purge:apply', resource: 'acme/core' });
    await expectDenial(stage, agent, { argv: approve, code: 'FLOOR' });
    await expectRefusal(stage.owner, approve, { exit: 65, code: 'REQUEST_UNFIXABLE' });
    await second.answer('purge-cancel', [id]);
    await expectRefusal(second, approve, { exit: 65, code: 'REQUEST_CLOSED' });
    await expectDenial(stage, stage.owner, { argv: ['purge', 'apply', id, '--yes'], code: 'QUORUM_MISSING' });
    const [ended] = (await stage.owner.answer('purge-proposals', ['--all'])).proposals;
    expect(ended?.status).toBe('denied');
    // A freeze is not guarded by anybody, and stands in no purge's way.
    await stage.owner.ok(['freeze', '--reason', 'leak']);
    await expectDenial(stage, stage.owner, { argv: ['purge', tombstone, '--yes'], code: 'QUORUM_MISSING' });
  });

  it('counts no author where the policy says so, and has no break-glass', async () => {
    await stage.owner.ok(['policy', 'set', '--exclude', 'author']);
    const shown = await stage.owner.ok(['policy', 'show']);
    expect(shown.stdout).toMatch(/exclude\s+author/);
    const few = await second.ok(['purge', 'propose', tombstone]);
    expect(few.stdout).toContain('0 of 2 people agree; not counted: second@example.com, owner@example.com');
    expect(few.stdout).toContain('heddle grant add PRINCIPAL owner acme/core');
    await stage.owner.ok(['policy', 'set', '--quorum', '1']);
    // The owner redacted it: whoever else is asked by them is enough.
    const id = await propose();
    await expectDenial(stage, stage.owner, { argv: ['purge', 'apply', id, '--yes'], code: 'QUORUM_MISSING' });
    const hasty = await stage.owner.run(['purge', tombstone, '--break-glass']);
    expect([hasty.exit, hasty.stderr]).toEqual([64, expect.stringContaining('by break-glass')]);
    await second.ok(['purge', 'apply', id, '--yes']);
    expect((await stage.owner.answer('verify', ['--all'])).findings).toEqual([]);
  });

  it('refuses what names no proposal', async () => {
    for (const verb of ['approve', 'apply', 'cancel']) {
      const rest = verb === 'apply' ? ['--yes'] : [];
      await expectRefusal(second, ['purge', verb, 'hq-00000000', ...rest], { exit: 65, code: 'NOT_FOUND' });
    }
    await stage.dev.ok(['request', 'thread:start', 'acme/core@release/1']);
    const other = found((await second.answer('request-list')).requests[0]).request;
    await expectRefusal(second, ['purge', 'approve', other], { exit: 65, code: 'NOT_FOUND' });
    await expectRefusal(second, ['purge', 'propose', 'src/b.ts'], { exit: 65, code: 'PURGE_REFUSED' });
    await expectRefusal(second, ['purge', 'propose'], { exit: 64, code: 'USAGE' });
  });
});

itNeedsARepository(['purge', 'propose', 'a.ts']);
itNeedsARepository(['purge', 'proposals']);
