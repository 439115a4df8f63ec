import { readFileSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { schemaProblems } from '../../support/cli/schemas.ts';
import { Stage } from '../../support/cli/stage.ts';
import { expectRefusal, itNeedsARepository } from '../../support/cli/verb-contract.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await new Stage().withDev();
  const planner = await stage.agent('planner', { more: ['--depth', '2'] });
  const writer = await stage.agent('writer', { from: planner });
  await stage.agent('short', { more: ['--ttl', '1s'] });
  stage.write('src/a.ts', 'a\n');
  await writer.ok(['capture', '-m', 'first']);
  stage.write('outside', 'x\n');
  await writer.run(['capture', '-m', 'outside']);
});
afterAll(() => stage.dispose());

itNeedsARepository(['token', 'list']);

describe('token list', () => {
  it('tells what became of each token, and what was done with it', async () => {
    const before = stage.footprint();
    const answer = await stage.dev.answer('token-list');
    expect(schemaProblems(answer)).toEqual([]);
    const of = (agent: string) => answer.tokens.find((token) => token.agent === agent);
    expect(answer.tokens).toHaveLength(3);
    expect(of('writer')).toMatchObject({
      status: 'live',
      via: ['planner'],
      states: 1,
      operations: 1,
      denials: 1,
    });
    expect(of('planner')).toMatchObject({ status: 'live', via: [], states: 0, operations: 1, denials: 0 });
    expect(of('short')).toMatchObject({ states: 0, operations: 0, denials: 0, lastSeen: null });
    const inspected = await stage.dev.answer('token-inspect', ['../writer.hcred']);
    expect(of('writer')?.revocationId).toBe(inspected.blocks.at(-1)?.revocationId);
    expect(of('writer')?.expires).toBe(inspected.effective.expires);
    expect(stage.footprint()).toEqual(before);
  });

  it('leaves out with --live what has ended', async () => {
    await expect
      .poll(async () => (await stage.dev.answer('token-list', ['--live'])).tokens.map(({ agent }) => agent), {
        timeout: 10_000,
      })
      .toEqual(expect.not.arrayContaining(['short']));
    const { stdout } = await stage.dev.ok(['token', 'list']);
    expect(stdout).toMatch(/^expired dev@example\.com via short, ends /m);
    expect(stdout).toMatch(/^live dev@example\.com via planner > writer, ends /m);
    expect(stdout).toMatch(/^ {2}1 state, 1 operation, 1 denial, last seen /m);
    expect(stdout).toMatch(/^ {2}never used here$/m);
  });

  it('shows what was revoked, with everything made from it', async () => {
    const { tokens } = await stage.dev.answer('token-list');
    const block = tokens.find(({ agent }) => agent === 'planner')?.revocationId ?? '';
    const { stdout } = await stage.dev.ok(['token', 'list']);
    expect(stdout).toContain(`  block ${block}\n`);
    await stage.dev.ok(['token', 'revoke', '--block', block]);
    const after = (await stage.dev.answer('token-list')).tokens;
    expect(after.filter(({ status }) => status === 'revoked').map(({ agent }) => agent)).toEqual(
      expect.arrayContaining(['planner', 'writer']),
    );
    expect((await stage.dev.answer('token-list', ['--live'])).tokens).toEqual([]);
  });

  it('holds no secret', async () => {
    const { secret, token } = JSON.parse(readFileSync(stage.beside('writer.hcred'), 'utf8')) as {
      readonly secret: string;
      readonly token: string;
    };
    for (const json of [[], ['--json']]) {
      const { stdout, stderr } = await stage.dev.ok(['token', 'list', ...json]);
      expect(stdout + stderr).not.toContain(secret);
      expect(stdout + stderr).not.toContain(token);
    }
    const all = stage
      .logFiles()
      .map((path) => readFileSync(path, 'utf8'))
      .join('');
    expect(all).not.toContain(secret);
  });

  it('takes no arguments, and says so', async () => {
    await expectRefusal(stage.dev, ['token', 'list', 'extra'], { exit: 64, code: 'USAGE' });
  });

  it('refuses an operation log that was cut in the middle rather than counting what is left', async () => {
    const path = stage.logFiles().find((file) => readFileSync(file, 'utf8').includes('"op":"capture"')) ?? '';
    const text = readFileSync(path, 'utf8');
    writeFileSync(path, text.replace('"op":"capture"', '"op":"captur"'));
    const run = await stage.dev.run(['token', 'list', '--json']);
    expect(run.exit, run.stderr).toBe(65);
    writeFileSync(path, text);
  });
});
