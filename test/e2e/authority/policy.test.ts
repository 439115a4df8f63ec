import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { denialOf, story } from '../../support/cli/run-heddle.ts';
import { schemaProblems } from '../../support/cli/schemas.ts';
import { Stage, type Person } from '../../support/cli/stage.ts';
import { expectDenial, expectRefusal, itNeedsARepository } from '../../support/cli/verb-contract.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await new Stage().withDev();
  stage.write('src/a.ts', 'a\n');
  await stage.dev.ok(['capture', '-m', 'first']);
  stage.keep();
});
beforeEach(() => stage.reset());
afterAll(() => stage.dispose());

const words = (line: string): readonly string[] => line.split(' ');
const set = (line: string): Promise<unknown> => stage.owner.ok(['policy', 'set', ...words(line)]);
const findings = async (): Promise<readonly unknown[]> =>
  (await stage.owner.answer('verify', ['--all'])).findings;

/** Saves something new, as whom it is. */
async function capture(person: Person, content: string, more: readonly string[] = []) {
  stage.write('src/a.ts', content);
  return person.answer('capture', more);
}

describe('policy set', () => {
  itNeedsARepository(['policy', 'set', '--max-life', '1h']);

  it('changes only what is named, and says what and whom it hits', async () => {
    await set('--attribution warn --max-depth 2');
    const answer = await stage.owner.answer(
      'policy-set',
      words('--attribution required --max-life 4h --reason').concat('before the release'),
    );
    expect(schemaProblems(answer)).toEqual([]);
    expect(answer).toMatchObject({
      resource: 'acme/core',
      dryRun: false,
      changes: [
        { rule: 'attribution', before: 'warn', after: 'required' },
        { rule: 'life', before: null, after: 14_400 },
      ],
      effective: { attribution: 'required', life: 14_400, depth: 2, models: null },
      reason: 'before the release',
    });
    expect(answer.affected.map(({ principal, code }) => [principal, code])).toEqual(
      expect.arrayContaining([
        ['dev@example.com', 'POLICY_LIFE'],
        ['owner@example.com', 'POLICY_LIFE'],
      ]),
    );
    expect(await findings()).toEqual([]);
  });

  it('shows with --dry-run what it would do, to anybody, and does nothing', async () => {
    const before = stage.footprint();
    const argv = words('policy set acme/core@task --max-depth 0 --model loom --dry-run');
    const run = await stage.dev.ok(argv);
    expect(run.stdout).toContain('the policy at acme/core@task would change:\n');
    expect(run.stdout).toContain('  model: not asked → loom\n');
    expect(run.stdout).toContain('  max-depth: not asked → 0\n');
    expect(run.stderr).toContain('you would be denied: ROLE_NONE');
    const told = await stage.owner.run(argv);
    expect(told.stderr, story(told)).toBe('');
    const answer = await stage.owner.answer('policy-set', words('--max-life 1h --dry-run'));
    expect(schemaProblems(answer)).toEqual([]);
    expect(answer).toMatchObject({ dryRun: true, id: null, operation: null });
    expect(answer.affected.length).toBeGreaterThan(1);
    expect(stage.footprint()).toEqual(before);
  });

  it('says who lacks what with text, and that more are asked for than there are', async () => {
    const run = await stage.owner.ok(words('policy set --guard purge:apply --quorum 3 --wait 1h'));
    expect(run.stdout).toContain(
      '  guard: not asked → purge:apply\n  quorum: not asked → 3\n  wait: not asked → 1h\n',
    );
    expect(run.stderr).toContain('3 people are to agree, and the repository has 1 owner');
  });

  it('says which ways around consent are open, until none is', async () => {
    const around = 'one owner alone can get around this: not guarded for acme/core are';
    const set = words('policy set --quorum 2 --dry-run --guard purge:apply');
    expect((await stage.owner.ok(set)).stderr).toContain(`${around} grant:write, key:write, policy:write`);
    expect((await stage.owner.ok([...set, '--guard', 'policy:write'])).stderr).toContain(
      `${around} grant:write, key:write\n`,
    );
    const all = [...set, ...words('--guard grant:write --guard key:write --guard policy:write')];
    expect((await stage.owner.ok(all)).stderr).not.toContain('get around');
    expect((await stage.owner.ok(words('policy set --guard purge:apply --dry-run'))).stderr).toBe('');
  });

  it('is an owner’s of the repository, in person, and refused while frozen', async () => {
    const argv = words('policy set --max-life 1h');
    const run = await expectDenial(stage, stage.dev, { argv, code: 'ROLE_NONE' });
    expect(denialOf(run).required).toEqual({ role: 'owner', at: 'acme/core' });
    await stage.owner.ok(words('grant add dev@example.com owner acme/core@task'));
    await expectDenial(stage, stage.dev, {
      argv: words('policy set acme/core@task --max-life 1h'),
      code: 'ROLE_NONE',
    });
    const agent = await stage.agent('worker');
    await expectDenial(stage, agent, { argv, code: 'FLOOR' });
    await stage.owner.ok(['freeze']);
    await expectDenial(stage, stage.owner, { argv, code: 'FROZEN' });
    await stage.owner.ok(['unfreeze']);
    await stage.owner.ok(argv);
  });

  it.each([
    ['', 64, 'USAGE'],
    ['--dry-run', 64, 'USAGE'],
    ['--attribution asked', 64, 'USAGE'],
    ['--max-depth 12', 64, 'USAGE'],
    ['--max-depth 1.5', 64, 'USAGE'],
    ['--quorum 0', 64, 'USAGE'],
    ['--quorum 17', 64, 'USAGE'],
    ['--max-life 4000d', 64, 'USAGE'],
    ['--max-life soon', 64, 'DURATION_INVALID'],
    ['--model --all', 64, 'USAGE'],
    [`--model ${'x'.repeat(201)}`, 64, 'USAGE'],
    ['--guard state:capture', 64, 'USAGE'],
    ['--agents none', 64, 'USAGE'],
    ['--unset everything', 64, 'USAGE'],
    ['--model loom --unset model', 64, 'USAGE'],
    ['acme/../x --max-life 1h', 64, 'RESOURCE_INVALID'],
    ['acme --max-life 1h', 65, 'POLICY_INVALID'],
    ['acme/other --max-life 1h', 65, 'POLICY_INVALID'],
    ['acme/core:src --max-life 1h', 65, 'POLICY_INVALID'],
    ['acme/core@task --agents any', 65, 'POLICY_INVALID'],
    ['acme/core:src --max-life 1h --dry-run', 65, 'POLICY_INVALID'],
  ])('refuses `%s`', async (line, exit, code) => {
    const before = stage.footprint();
    await expectRefusal(stage.owner, ['policy', 'set', ...words(line).filter(Boolean)], { exit, code });
    expect(stage.footprint()).toEqual(before);
    expect(stage.leftovers()).toEqual([]);
  });

  it('that changes nothing writes nothing', async () => {
    await set('--max-life 4h');
    const before = stage.footprint();
    const again = await stage.owner.ok(words('policy set --max-life 4h'));
    expect(again.stdout).toBe('that is what the policy at acme/core asks already\n');
    expect((await stage.owner.answer('policy-set', ['--unset', 'model'])).operation).toBeNull();
    expect(stage.footprint()).toEqual(before);
  });

  it('is taken back by undo, as long as nothing was set there since', async () => {
    await set('--max-depth 2 --model loom');
    await set('--max-depth 1 --unset model');
    expect((await stage.owner.answer('undo')).op).toBe('policy-set');
    const { effective } = await stage.owner.answer('policy-show');
    expect(effective).toMatchObject({ depth: 2, models: ['loom'] });
    const [first] = (await stage.owner.answer('oplog')).operations.filter(({ op }) => op === 'policy-set');
    await set('--max-depth 3');
    expect(first?.id).toMatch(/^ho-/);
    await expectRefusal(stage.owner, ['undo', first?.id ?? ''], { exit: 65, code: 'UNDO_REFUSED' });
    expect(await findings()).toEqual([]);
  });
});

describe('policy show', () => {
  itNeedsARepository(['policy', 'show']);

  it('tells what is asked here from what comes from above, and what they come to', async () => {
    expect((await stage.dev.ok(['policy', 'show'])).stdout).toBe('nothing is asked at acme/core\n');
    await set('--max-life 8h --model a --model b --reason house');
    await set('acme/core@task --model b --model c');
    const answer = await stage.dev.answer('policy-show', ['acme/core@task/login:src']);
    expect(schemaProblems(answer)).toEqual([]);
    expect(answer).toMatchObject({
      own: null,
      inherited: [
        { resource: 'acme/core', by: 'owner@example.com', reason: 'house' },
        { resource: 'acme/core@task', reason: null },
      ],
      effective: { life: 28_800, models: ['b'] },
    });
    const own = await stage.dev.answer('policy-show', ['acme/core@task']);
    expect(own.own).toMatchObject({ resource: 'acme/core@task', rules: { models: ['b', 'c'], life: null } });
    const text = (await stage.dev.ok(words('policy show acme/core@task'))).stdout;
    const above = await stage.dev.ok(words('policy show'));
    expect(above.stderr).toContain(
      'more is asked at acme/core@task; see it with `heddle policy show RESOURCE`',
    );
    expect((await stage.dev.ok(words('policy show acme/core@task'))).stderr).toBe('');
    expect(text).toMatch(/^asked at acme\/core@task:\n {2}model {5}b\n {2}max-life {2}8h\n/);
    expect(text).toMatch(/by owner@example\.com for acme\/core, .*: model a, b; max-life 8h\n {4}house\n/);
  });

  it('refuses another repository, and what is no resource', async () => {
    await expectRefusal(stage.dev, words('policy show acme/other'), { exit: 65, code: 'POLICY_INVALID' });
    await expectRefusal(stage.dev, words('policy show a/../b'), { exit: 64, code: 'RESOURCE_INVALID' });
  });
});

describe('policy log', () => {
  itNeedsARepository(['policy', 'log']);

  it('lists who changed what and why, newest first', async () => {
    await set('--max-depth 2 --reason many');
    await set('acme/core@task --max-depth 1');
    await set('--unset all');
    const answer = await stage.dev.answer('policy-log');
    expect(schemaProblems(answer)).toEqual([]);
    expect(answer.entries).toMatchObject([
      { resource: 'acme/core', changes: [{ rule: 'depth', before: 2, after: null }], inForce: false },
      { resource: 'acme/core@task', changes: [{ rule: 'depth', before: null, after: 1 }], inForce: true },
      { resource: 'acme/core', reason: 'many', inForce: false },
    ]);
    expect((await stage.dev.answer('policy-log', ['-n', '1'])).entries).toHaveLength(1);
    await expectRefusal(stage.dev, words('policy log -n x'), { exit: 64, code: 'USAGE' });
  });
});

describe('what a policy does', () => {
  it('an agent has to name what it runs on, and people work on', async () => {
    await set('acme/core@task --attribution required');
    const agent = await stage.agent('worker');
    stage.write('src/a.ts', 'b\n');
    const denied = denialOf(
      await expectDenial(stage, agent, { argv: ['capture'], code: 'ATTRIBUTION_MISSING' }),
    );
    expect(denied).toMatchObject({
      stage: 'policy',
      rule: { rule: 'attribution', at: 'acme/core@task', by: 'owner@example.com' },
      fixes: [],
      why: 'name what worker runs on with --provider and --model',
    });
    const text = await agent.run(['capture']);
    expect(text.stderr).toMatch(
      /^ {2}policy {5}attribution at acme\/core@task {2}\(policy hg-\w{8}…, by owner@/m,
    );
    await capture(agent, 'c\n', words('--provider acme --model loom'));
    await capture(stage.dev, 'd\n');
    expect(await findings()).toEqual([]);
  });

  it('a wish is told as a note, by the verb and by can', async () => {
    await set('--attribution warn');
    const agent = await stage.agent('worker');
    stage.write('src/a.ts', 'b\n');
    const run = await agent.ok(['capture']);
    expect(run.stderr).toContain('note: worker does not say which provider and model it runs on');
    const answer = await agent.answer('can', words('state:capture acme/core@task/login:src'));
    expect(schemaProblems(answer)).toEqual([]);
    expect(answer.decision?.warnings).toHaveLength(1);
  });

  it('work from before a policy and from after it stays good', async () => {
    const agent = await stage.agent('worker');
    await capture(agent, 'b\n');
    await set('--attribution required --max-life 1h --max-depth 0 --model other');
    expect(await findings()).toEqual([]);
    stage.write('src/a.ts', 'c\n');
    const run = await agent.run(['capture', '--json']);
    expect(run.exit).toBe(77);
    await set('--unset all');
    await capture(agent, 'd\n');
    expect(await findings()).toEqual([]);
  });

  it('a session that is too long is mended by what the denial says', async () => {
    await set('--max-life 2h');
    stage.write('src/a.ts', 'b\n');
    const run = await expectDenial(stage, stage.dev, { argv: ['capture'], code: 'POLICY_LIFE' });
    const [fix] = denialOf(run).fixes;
    expect(fix?.argv.slice(0, 2)).toEqual(['heddle', 'login']);
    await stage.dev.ok((fix?.argv ?? []).slice(1));
    await capture(stage.dev, 'c\n');
    expect(await findings()).toEqual([]);
  });

  it('a chain that is too deep is mended by whoever is nearer', async () => {
    await stage.agent('lead', { more: ['--depth', '2'] });
    const file = stage.beside('deep.hcred');
    const lead = stage.dev.with({ HEDDLE_CREDENTIAL: stage.beside('lead.hcred') });
    await lead.ok([
      ...words(
        'token attenuate --agent helper --allow state:capture --resource acme/core@task/login:src --out',
      ),
      file,
    ]);
    const helper = stage.dev.with({ HEDDLE_CREDENTIAL: file });
    await set('--max-depth 1');
    stage.write('src/a.ts', 'b\n');
    const denied = denialOf(await expectDenial(stage, helper, { argv: ['capture'], code: 'POLICY_DEPTH' }));
    const [fix] = denied.fixes;
    expect(fix?.who).toEqual(['dev@example.com']);
    await stage.dev.ok((fix?.argv ?? []).slice(1), { cwd: stage.beside('work') });
    const mended = stage.dev.with({ HEDDLE_CREDENTIAL: stage.beside('work', fix?.argv.at(-1) ?? '') });
    expect((await mended.ok(['capture'])).exit).toBe(0);
  });

  it('a token that could not be used here is not made', async () => {
    await set('--max-life 2h --max-depth 1 --provider acme --model loom');
    const out = stage.beside('new.hcred');
    const attenuate = (more: string): readonly string[] => [
      ...words(
        `token attenuate --agent w --allow state:capture --resource acme/core@task/login:src ${more} --out`,
      ),
      out,
    ];
    const against = { exit: 65, code: 'TOKEN_AGAINST_POLICY' };
    await expectRefusal(stage.dev, attenuate('--ttl 1h'), against);
    await expectRefusal(stage.dev, words('login --ttl 3h'), against);
    const mint = words('token mint --ttl 3h --out').concat(out);
    await expectRefusal(stage.dev, mint, against);
    const login = await stage.dev.ok(['login']);
    expect(login.stderr).toContain(
      'note: it ends sooner than usual: the policy at acme/core allows sessions of 2h',
    );
    await expectRefusal(stage.dev, attenuate('--provider acme --model other'), against);
    expect(stage.leftovers()).toEqual([]);
    await stage.dev.ok(
      words(
        'token attenuate --agent r --allow state:read --resource acme/core@task --provider x --model y --out ../r.hcred',
      ),
    );
    await stage.dev.ok(attenuate('--provider acme --model loom'));
    const agent = stage.dev.with({ HEDDLE_CREDENTIAL: out });
    const deeper = words(
      'token attenuate --agent d --allow state:capture --resource acme/core@task/login:src --out ../d.hcred',
    );
    await expectRefusal(agent, deeper, against);
    await capture(agent, 'b\n');
    expect(await findings()).toEqual([]);
  });

  it('work that continues what nobody signed is refused, or told', async () => {
    const ref = 'refs/heddle/threads/task/login';
    const rest = stage
      .git('ls-tree', ref)
      .split('\n')
      .filter((line) => !line.endsWith('attestation.json'));
    const tree = stage.repository.gitBytes(stage.path, ['mktree'], Buffer.from(`${rest.join('\n')}\n`));
    const raw = stage.repository.gitBytes(stage.path, ['cat-file', 'commit', ref]).toString();
    const planted = raw.replace(/^tree .*$/m, `tree ${tree.toString().trim()}`);
    const commit = stage.repository
      .gitBytes(stage.path, ['hash-object', '-w', '-t', 'commit', '--stdin'], Buffer.from(planted))
      .toString()
      .trim();
    stage.git('update-ref', ref, commit);
    await set('--attestation required');
    stage.write('src/a.ts', 'b\n');
    await expectDenial(stage, stage.dev, { argv: ['capture'], code: 'ATTESTATION_MISSING' });
    const start = ['start', 'task/other', '--from', 'task/login', '--worktree', stage.beside('other')];
    await expectDenial(stage, stage.dev, { argv: start, code: 'ATTESTATION_MISSING' });
    await set('--attestation warn');
    const run = await stage.dev.ok(['capture']);
    expect(run.stderr).toMatch(/note: hs-\w+, which this continues, is not signed/);
    await stage.dev.ok(start);
  });

  it('signed work goes on where signatures are asked for, and verifies', async () => {
    await set('--attestation required');
    await capture(stage.dev, 'b\n');
    await stage.dev.ok(['start', 'task/other', '--from', 'task/login', '--worktree', stage.beside('other')]);
    expect(await findings()).toEqual([]);
  });

  it('says whether an agent may use the session of the device', async () => {
    const detected = stage.dev.with({ AI_AGENT: 'claude' });
    stage.write('src/a.ts', 'b\n');
    await expectDenial(stage, detected, { argv: ['capture'], code: 'CREDENTIAL_MISSING' });
    await set('--agents any');
    await detected.ok(['capture']);
    await set('--unset agents');
    stage.write('src/a.ts', 'c\n');
    await expectDenial(stage, detected, { argv: ['capture'], code: 'CREDENTIAL_MISSING' });
    expect(await findings()).toEqual([]);
  });
});
