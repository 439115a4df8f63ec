import { spawn } from 'node:child_process';
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { HEDDLE, story } from '../../support/cli/run-heddle.ts';
import { schemaProblems } from '../../support/cli/schemas.ts';
import { Stage, type Person } from '../../support/cli/stage.ts';
import { expectDenial, expectRefusal } from '../../support/cli/verb-contract.ts';

const BARRIER = fileURLToPath(new URL('../../support/preload/barrier-preload.mjs', import.meta.url));
let stage: Stage;
beforeAll(async () => {
  stage = await new Stage().withDev();
  stage.keep();
});
beforeEach(() => stage.reset());
afterAll(() => stage.dispose());

async function agent(name: string, ...more: readonly string[]): Promise<Person> {
  return stage.agent(name, { more });
}

function credential(name: string): Person {
  return stage.dev.with({ HEDDLE_CREDENTIAL: stage.beside(`${name}.hcred`) });
}

describe('token attenuate --budget', () => {
  it('lets an agent use up what it was given, then refuses with a fix that is enough for the next', async () => {
    const worker = await agent('worker', '--budget', 'states=1,files=9,lines=100,minutes=30');
    stage.write('src/a.ts', 'one\ntwo\n');
    await worker.ok(['capture', '-m', 'First']);
    stage.write('src/a.ts', 'one\n');
    const before = stage.footprint();
    const { stderr } = await worker.run(['capture', '-m', 'Second']);
    expect(stderr).toContain('denied at scope: state:capture');
    expect(stderr).toContain('at most 1 state');
    expect(stderr).toContain('1 used, 1 more asked');
    expect(stage.footprint()).toEqual({ ...before, lines: before.lines + 1 });
    await expectDenial(stage, worker, { argv: ['capture', '-m', 'Second'], code: 'SCOPE_BUDGET' });
    const { denial } = await worker.answer('can', ['state:capture', 'acme/core@task/login:src/a.ts'], {
      exit: 1,
    });
    const [fix] = denial?.fixes ?? [];
    expect(fix?.who).toEqual(['dev@example.com']);
    expect(fix?.argv.join(' ')).toContain('--budget states=1,files=1,lines=0,minutes=1');
    const wider = fix?.argv.map((word) => word.replace('lines=0', 'lines=1')) ?? [];
    await stage.dev.ok([...wider.slice(1, -1), '../next.hcred']);
    await credential('next').ok(['capture', '-m', 'Second']);
    expect((await stage.dev.answer('verify', ['--all'])).findings).toEqual([]);
  });

  it('says what is left, here and of each token', async () => {
    const worker = await agent('worker', '--budget', 'states=3,lines=10', '--depth', '2');
    stage.write('src/a.ts', 'one\ntwo\n');
    await worker.ok(['capture', '-m', 'First']);
    for (const verb of ['status', 'whoami'] as const) {
      const answer = await worker.answer(verb);
      expect(schemaProblems(answer)).toEqual([]);
      expect(answer.credential?.budgets).toMatchObject([
        { budget: 'states', atMost: 3, left: 2 },
        { budget: 'lines', atMost: 10, left: 8 },
      ]);
      expect((await worker.run([verb])).stdout).toMatch(/budget +2 of 3 states left, 8 of 10 lines left/);
    }
    const inspected = await stage.dev.answer('token-inspect', ['../worker.hcred']);
    expect(inspected.effective.budgets.map(({ left }) => left)).toEqual([2, 8]);
    expect(inspected.blocks[1]?.plain[0]).toContain('at most 3 states');
    const { tokens } = await stage.dev.answer('token-list');
    const listed = tokens.find((token) => token.agent === 'worker');
    expect(listed?.budgets.map(({ left }) => left)).toEqual([2, 8]);
    await stage.agent('unused', { more: ['--budget', 'files=4'] });
    const list = await stage.dev.answer('token-list');
    expect(list.tokens.find((token) => token.agent === 'unused')?.budgets).toMatchObject([
      { budget: 'files', atMost: 4, left: 4 },
    ]);
  });

  it('is refused where it asks for more than the parent’s bound, naming the block', async () => {
    await agent('lead', '--budget', 'states=5', '--depth', '2');
    const lead = credential('lead');
    const argv =
      'token attenuate --agent child --allow state:capture --resource acme/core@task/login:src --out ../child.hcred';
    const refused = await lead.run([...argv.split(' '), '--budget', 'states=6', '--json']);
    expect(refused.exit, story(refused)).toBe(65);
    expect(JSON.parse(refused.stderr)).toMatchObject({
      code: 'TOKEN_WIDENS',
      facts: { asked: '6 states', block: 1, agent: 'lead', check: 'at most 5 states' },
    });
    expect(existsSync(stage.beside('child.hcred'))).toBe(false);
    await lead.ok([...argv.split(' '), '--budget', 'states=5']);
  });

  it('of one state lets exactly one of two processes capture', async () => {
    const worker = await stage.agent('worker', {
      resource: 'acme/core@task',
      more: ['--budget', 'states=1'],
    });
    const directories = [0, 1].map((index) => stage.beside(`at-once-${index}`));
    for (const [index, directory] of directories.entries()) {
      await stage.dev.ok(['start', `task/t${index}`, '--worktree', directory]);
      writeFileSync(`${directory}/src`, `${index}\n`);
    }
    const gate = stage.beside('gate');
    const ready = directories.map((_, index) => `${gate}.ready.${index}`);
    const running = directories.map((cwd, index) => {
      const env = {
        BARRIER_GATE: gate,
        BARRIER_READY: ready[index] ?? '',
        BARRIER_SPAN: `${gate}.span.${index}`,
      };
      return worker.run(['capture', '-m', 'Once'], { cwd, env, preload: BARRIER });
    });
    while (!ready.every((path) => existsSync(path))) await new Promise((done) => setTimeout(done, 5));
    writeFileSync(gate, '');
    const exits = (await Promise.all(running)).map(({ exit }) => exit);
    expect(exits.toSorted((a, b) => Number(a) - Number(b))).toEqual([0, 77]);
    expect((await stage.dev.answer('verify', ['--all'])).findings).toEqual([]);
  });

  it('bounds what a program does that is run with it', async () => {
    const commands = [
      'echo one > src/a.ts && "$0" "$1" capture -m One',
      'echo two > src/a.ts && "$0" "$1" capture -m Two',
    ];
    const allow = ['--allow', 'state:capture', '--resource', 'acme/core@task/login:src'];
    const shell = ['sh', '-c', `mkdir -p src && ${commands.join(' && ')}`, process.execPath, HEDDLE];
    const bounded = await stage.dev.run(['run', ...allow, '--budget', 'states=1', '--', ...shell]);
    expect(bounded.exit, story(bounded)).toBe(77);
    expect(bounded.stdout).toContain('captured');
    expect(bounded.stderr).toContain('1 used, 1 more asked');
  });

  it('can be asked for more of, and approved', async () => {
    const worker = await agent('worker', '--budget', 'states=0');
    const { request } = await worker.answer('request', ['state:capture', 'acme/core@task/login:src/a.ts']);
    const approved = await stage.dev.answer('approve', [request ?? '', '--out', '../more.hcred']);
    expect(approved.fix?.argv).toContain('states=1');
    stage.write('src/a.ts', 'one\n');
    await credential('more').ok(['capture', '-m', 'Approved']);
    stage.write('src/a.ts', 'two\n');
    expect((await credential('more').run(['capture', '-m', 'Again'])).exit).toBe(77);
  });
});

describe('what only some agents may use', () => {
  const CHILD =
    'token attenuate --agent child --allow state:capture --resource acme/core@task/login:src --out ../child.hcred';

  it('is refused to others, below too', async () => {
    const flags = '--only-provider acme --only-provider example --only-model loom --depth 1'.split(' ');
    await stage.dev.ok([...CHILD.split(' '), ...flags]);
    const child = credential('child');
    stage.write('src/a.ts', 'one\n');
    const elsewhere = ['capture', '-m', 'No', '--provider', 'other', '--model', 'loom'];
    await expectDenial(stage, child, { argv: elsewhere, code: 'SCOPE_ACTOR' });
    await child.ok(['capture', '-m', 'Yes', '--provider', 'example', '--model', 'loom']);
    const below = CHILD.replace('child --allow', 'below --allow').replace('child.hcred', 'below.hcred');
    await expectRefusal(child, [...below.split(' '), '--only-model', 'shuttle'], {
      exit: 65,
      code: 'TOKEN_WIDENS',
    });
  });

  it('is not made for an agent that it would stop', async () => {
    const flags = '--provider other --model loom --only-provider acme'.split(' ');
    await expectRefusal(stage.dev, [...CHILD.split(' '), ...flags], { exit: 64, code: 'USAGE' });
    expect(existsSync(stage.beside('child.hcred'))).toBe(false);
  });
});

describe('token mint', () => {
  it('narrows by depth, provider, model and budget from the start', async () => {
    const flags = '--depth 1 --provider acme --model loom --budget states=2 --out ../ci.hcred'.split(' ');
    const made = await stage.dev.answer('token-mint', flags);
    expect(schemaProblems(made)).toEqual([]);
    expect(made).toMatchObject({ descriptor: null, credential: null });
    for (const words of [
      'through at most 1 agent',
      'only by provider acme',
      'only by model loom',
      'at most 2 states',
    ]) {
      expect(made.plain[0]).toContain(words);
    }
    const { effective } = await stage.dev.answer('token-inspect', ['../ci.hcred']);
    expect(effective).toMatchObject({ depthLeft: 1, budgets: [{ budget: 'states', atMost: 2, left: 2 }] });
    stage.write('src/a.ts', 'one\n');
    await expectDenial(stage, credential('ci'), { argv: ['capture', '-m', 'No'], code: 'SCOPE_ACTOR' });
  });

  it('prints the credential alone with --stdout, and keeps nothing of it', async () => {
    const printed = await stage.dev.run(['token', 'mint', '--ttl', '5m', '--stdout', '--ephemeral']);
    expect(printed.exit, story(printed)).toBe(0);
    expect(JSON.parse(printed.stdout)).toHaveProperty('secret');
    expect(printed.stderr).toBe('');
  });

  it('writes to a descriptor, and its key nowhere else', async () => {
    const child = spawn(process.execPath, [HEDDLE, 'token', 'mint', '--fd', '3', '--ephemeral', '--json'], {
      cwd: stage.path,
      env: stage.dev.env,
      stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
    });
    const heard = ['', ''];
    [child.stdout, child.stdio[3]].forEach((stream, index) => {
      stream?.on('data', (bytes: Buffer) => (heard[index] += bytes.toString()));
    });
    const exit = await new Promise<number | null>((resolve) => child.once('close', resolve));
    expect(exit).toBe(0);
    const answer: unknown = JSON.parse(heard[0] ?? '');
    expect(answer).toMatchObject({ file: null, descriptor: 3, credential: null });
    const { secret } = JSON.parse(heard[1] ?? '') as { readonly secret: string };
    expect(heard[0]).not.toContain(secret);
  });

  it('never overwrites, and needs exactly one place', async () => {
    await stage.dev.ok(['token', 'mint', '--out', '../once.hcred']);
    const mode = statSync(stage.beside('once.hcred')).mode & 0o777;
    const before = readFileSync(stage.beside('once.hcred'), 'utf8');
    expect(mode).toBe(0o600);
    await expectRefusal(stage.dev, ['token', 'mint', '--out', '../once.hcred'], {
      exit: 73,
      code: 'OUTPUT_EXISTS',
    });
    expect(readFileSync(stage.beside('once.hcred'), 'utf8')).toBe(before);
    for (const argv of ['', '--stdout --fd 3', '--out ../x --ephemeral', '--fd 2']) {
      const refused = ['token', 'mint', ...argv.split(' ').filter(Boolean)];
      await expectRefusal(stage.dev, refused, { exit: 64, code: 'USAGE' });
    }
  });
});
