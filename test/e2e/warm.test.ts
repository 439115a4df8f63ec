import { afterAll, beforeAll, expect, it } from 'vitest';
import { runHeddle, type Run } from '../support/cli/run-heddle.ts';
import { Stage } from '../support/cli/stage.ts';
import { runWarm } from '../support/warm/run-warm.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await new Stage().withDev();
});
afterAll(() => stage.dispose());

function spoken({ exit, signal, stdout, stderr }: Run): unknown {
  // A denial's id and time are its own.
  const plain = (text: string): string => text.replace(/\bho-[0-9a-z]+|\d{4}-\d\d-\d\dT[\d:.]+Z/g, '*');
  return { exit, signal, stdout: plain(stdout), stderr: plain(stderr) };
}

it.each([
  ['an answer', ['whoami'], {}],
  ['an answer as JSON', ['thread', 'list', '--json'], {}],
  ['a finding', ['can', 'grant:write', 'acme/core'], {}],
  ['a denial', ['start', 'release/1', '--json'], {}],
  ['a usage error', ['grant', 'nonsense'], {}],
  ['what is read from the standard input', ['token', 'inspect', '--stdin'], { stdin: 'no token' }],
  ['help', ['help'], {}],
  ['another directory', ['-C', 'src', 'status'], {}],
])('a command line answers alike in a process that ran others and in its own: %s', async (_, argv, more) => {
  const { env } = stage.dev;
  stage.write('src/a.ts', 'a\n');
  const options = { cwd: stage.path, env, ...more };
  const [warm, own] = [await runWarm(argv, options), await runHeddle(argv, options)];
  expect(spoken(warm)).toEqual(spoken(own));
});

it('has nothing of the one before: environment, directory, streams, exit code', async () => {
  const refused = await runWarm(['status'], { cwd: stage.root, env: stage.owner.env });
  expect(refused.exit).toBe(78);
  const env = { ...stage.owner.env, HEDDLE_PRINCIPAL: 'nobody@example.com' };
  const other = await runWarm(['whoami'], { cwd: stage.path, env });
  expect(`${other.stdout}${other.stderr}`).toContain('nobody@example.com');
  const after = await runWarm(['whoami'], { cwd: stage.path, env: stage.owner.env });
  expect(after).toMatchObject({ exit: 0, stderr: '' });
  expect(after.stdout).toContain('owner@example.com');
  expect(after.stdout).not.toContain('nobody@example.com');
});

it('command lines at once are in processes of their own', async () => {
  const say = (who: Stage['dev']): Promise<Run> => runWarm(['whoami'], { cwd: stage.path, env: who.env });
  const [dev, owner] = await Promise.all([say(stage.dev), say(stage.owner)]);
  expect(dev?.stdout).toContain('dev@example.com');
  expect(owner?.stdout).toContain('owner@example.com');
  const many = await Promise.all(Array.from({ length: 12 }, () => say(stage.owner)));
  expect(many.map(({ exit }) => exit)).toEqual(Array.from({ length: 12 }, () => 0));
});
