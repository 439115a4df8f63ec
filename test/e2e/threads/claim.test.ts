import { spawn, type ChildProcess } from 'node:child_process';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { HEDDLE } from '../../support/cli/run-heddle.ts';
import { schemaProblems } from '../../support/cli/schemas.ts';
import { Stage, type Person } from '../../support/cli/stage.ts';
import { expectDenial, expectRefusal, itNeedsARepository } from '../../support/cli/verb-contract.ts';

const CLAIM = ['thread', 'claim', 'task/login'];
const RELEASE = ['thread', 'release', 'task/login'];

let stage: Stage;
beforeAll(async () => {
  stage = await new Stage().withDev();
  stage.keep();
});
beforeEach(() => stage.reset());
afterAll(() => stage.dispose());

const ours: ChildProcess[] = [];
afterEach(() => {
  for (const child of ours.splice(0)) child.kill('SIGKILL');
});

interface Holder {
  readonly child: ChildProcess;
  readonly heard: () => string;
  readonly end: Promise<void>;
}

/** Another process, with lines for sh in which `heddle` is the program; it hears what it prints. */
function inShell(person: Person, line: string): Holder {
  const script = `heddle() { '${process.execPath}' '${HEDDLE}' "$@"; }; ${line}`;
  const child = spawn('/bin/sh', ['-c', script], {
    cwd: stage.path,
    env: person.env,
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  ours.push(child);
  let heard = '';
  child.stdout.on('data', (bytes: Buffer) => (heard += bytes.toString()));
  child.stderr.on('data', (bytes: Buffer) => (heard += bytes.toString()));
  const end = new Promise<void>((resolve) => child.once('close', () => resolve()));
  return { child, heard: () => heard, end };
}

async function until(condition: () => boolean, what: () => string): Promise<void> {
  for (let turn = 0; turn < 1500; turn += 1) {
    if (condition()) return;
    await pause(20);
  }
  throw new Error(`in vain: ${what()}`);
}

/** A process that claims the thread and stays. */
async function holding(person: Person, options = ''): Promise<Holder> {
  const holder = inShell(
    person,
    `heddle ${CLAIM.join(' ')} ${options} && echo held && read word && echo over`,
  );
  await until(() => holder.heard().includes('held'), holder.heard);
  return holder;
}

async function ops(): Promise<readonly string[]> {
  return (await stage.dev.answer('oplog')).operations.map(({ op }) => op);
}

async function expectSound(): Promise<void> {
  expect((await stage.dev.answer('verify', ['--all'])).findings).toEqual([]);
  expect(stage.leftovers()).toEqual([]);
}

describe('thread claim', () => {
  itNeedsARepository(CLAIM);
  itNeedsARepository(RELEASE);

  it('lets its holder write, shows it, and is given back', async () => {
    const answer = await stage.dev.answer('thread-claim', ['task/login']);
    expect(schemaProblems(answer)).toEqual([]);
    expect(answer).toMatchObject({ thread: 'task/login', created: true });
    expect(answer.claim).toMatchObject({ principal: 'dev@example.com', pid: process.pid, process: 'alive' });
    const again = await stage.dev.run(CLAIM);
    expect(again.stdout).toMatch(/^task\/login is claimed already\n {2}by +dev@example.com since /);
    const shown = await stage.dev.answer('thread-show', ['task/login']);
    expect(schemaProblems(shown)).toEqual([]);
    expect(shown.claim).toEqual(answer.claim);
    expect((await stage.dev.ok(['thread', 'list'])).stdout).toContain('claimed by dev@example.com');
    expect((await stage.owner.ok(['status'])).stdout).toContain('heddle thread claim task/login --wait');
    stage.write('src/a.ts', 'one\n');
    await stage.dev.ok(['capture', '-m', 'One']);
    const back = await stage.dev.answer('thread-release', ['task/login']);
    expect(schemaProblems(back)).toEqual([]);
    expect(back.released).toMatchObject({ pid: process.pid });
    expect((await stage.dev.ok(RELEASE)).stdout).toBe('nobody claimed task/login\n');
    await expectSound();
  });

  it('keeps everybody else out: 75, both ways, and nothing is changed', async () => {
    await stage.dev.ok(CLAIM);
    stage.write('src/a.ts', 'one\n');
    const before = stage.footprint();
    const refused = { exit: 75, code: 'THREAD_CLAIMED' };
    await expectRefusal(stage.owner, ['capture', '-m', 'Mine'], refused);
    await expectRefusal(stage.owner, ['thread', 'drop', 'task/login', '--force'], refused);
    await expectRefusal(stage.owner, CLAIM, refused);
    const { stderr } = await stage.owner.run(RELEASE);
    expect(stderr).toContain('task/login is claimed by dev@example.com');
    expect(stderr).toContain('heddle thread release task/login --force');
    expect(stage.footprint()).toEqual(before);
    await stage.owner.ok([...RELEASE, '--force']);
    await stage.owner.ok(['capture', '-m', 'Mine']);
    await expectSound();
  });

  it('needs the role and the operation, and force a maintainer', async () => {
    const agent = await stage.agent('worker', { allow: 'state:capture', resource: 'acme/core@task' });
    await expectDenial(stage, agent, { argv: CLAIM, code: 'SCOPE_OPERATION' });
    await stage.owner.ok(CLAIM);
    await expectDenial(stage, stage.dev, { argv: [...RELEASE, '--force'], code: 'ROLE_INSUFFICIENT' });
    await expectDenial(stage, agent, { argv: RELEASE, code: 'SCOPE_OPERATION' });
    await stage.owner.ok(RELEASE);
    await expectSound();
  });

  it('refuses what was typed wrongly', async () => {
    await expectRefusal(stage.dev, ['thread', 'claim'], { exit: 64, code: 'USAGE' });
    await expectRefusal(stage.dev, [...CLAIM, '--ttl', '2d'], { exit: 64, code: 'USAGE' });
    await expectRefusal(stage.dev, [...CLAIM, '--wait', 'soon'], { exit: 64, code: 'DURATION_INVALID' });
    await expectRefusal(stage.dev, [...CLAIM, '--pid', '99999999'], { exit: 65, code: 'NOT_FOUND' });
    await expectRefusal(stage.dev, ['thread', 'claim', 'task/none'], { exit: 65, code: 'NOT_FOUND' });
    expect((await stage.dev.answer('thread-show', ['task/login'])).claim).toBeNull();
  });
});

describe('two processes', () => {
  it('of one person take turns: the second waits until the first gives it back', async () => {
    const first = await holding(stage.dev);
    stage.write('src/a.ts', 'one\n');
    await expectRefusal(stage.dev, ['capture', '-m', 'One'], { exit: 75, code: 'THREAD_CLAIMED' });
    const waited = await stage.dev.run([...CLAIM, '--wait', '1s', '--json']);
    expect(waited.exit).toBe(75);
    const second = inShell(
      stage.dev,
      `heddle ${CLAIM.join(' ')} --wait 60s && heddle capture -m One && echo done`,
    );
    await pause(300);
    expect(second.heard()).toBe('');
    await stage.dev.ok(RELEASE);
    await second.end;
    expect(second.heard()).toContain('done');
    first.child.kill('SIGKILL');
    expect((await stage.dev.answer('thread-show', ['task/login'])).states).toBe(1);
    await expectSound();
  });

  it('leave an orphan where the first is killed, which ends after its time, and is taken over', async () => {
    const first = await holding(stage.dev, '--ttl 3s');
    first.child.kill('SIGKILL');
    await first.end;
    const { claim } = await stage.owner.answer('thread-show', ['task/login']);
    expect(claim).toMatchObject({ pid: first.child.pid, process: 'dead' });
    expect(claim?.ends).not.toBeNull();
    const taken = await stage.owner.answer('thread-claim', ['task/login', '--wait', '60s']);
    expect(taken).toMatchObject({ created: true, claim: { principal: 'owner@example.com' } });
    expect((await ops()).slice(0, 3)).toEqual(['thread-claim', 'recovery', 'thread-claim']);
    await expectSound();
  });

  it('wait without a trace: one that is interrupted leaves nothing', async () => {
    const first = await holding(stage.dev, '--ttl 1s');
    const before = stage.footprint();
    const second = inShell(stage.owner, `exec '${process.execPath}' '${HEDDLE}' ${CLAIM.join(' ')} --wait`);
    await pause(1500);
    expect(second.heard()).toBe('');
    second.child.kill('SIGINT');
    await second.end;
    expect(second.child.signalCode ?? second.child.exitCode).not.toBe(0);
    // The first lives: however old, its claim stands. Whoever asks takes over a lock that was held just then.
    await expectRefusal(stage.owner, CLAIM, { exit: 75, code: 'THREAD_CLAIMED' });
    expect(stage.footprint()).toEqual(before);
    expect(stage.leftovers()).toEqual([]);
    first.child.stdin?.end('go\n');
    await first.end;
    expect(first.heard()).toContain('over');
  });

  it('are one holder where the second is a run that the first started', async () => {
    const line = `heddle ${CLAIM.join(' ')} && heddle run --allow state:capture --thread task/login -- sh -c 'echo in > in.txt; "${process.execPath}" "${HEDDLE}" capture -m Run'`;
    const first = inShell(stage.dev, `${line} && echo done`);
    await first.end;
    expect(first.heard()).toContain('done');
    await expectSound();
  });
});
