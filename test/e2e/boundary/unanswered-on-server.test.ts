import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { gitPush } from '../../support/boundary/publish.ts';
import { Stage, type Person } from '../../support/cli/stage.ts';

const DEV = 'dev@example.com';

let stage: Stage;
/** Clones of the owner that have as much of the log as the server, and more. */
let same: Person;
let more: Person;
let first: string;
/** The log of a clone that nobody answers for once a revocation is heard of that was made apart. */
let log: string;
const server = (): string => stage.beside('server.git');
const plain = (): string => stage.beside('plain.git');
const onServer = (ref: string): string => stage.git('-C', server(), 'for-each-ref', ref);

beforeAll(async () => {
  stage = await new Stage().withDev();
  for (const path of [plain(), server()]) stage.git('init', '-q', '--bare', path);
  const install = ['hook', 'install', '--server', '--trust-first', '--home', stage.beside('server-home')];
  await stage.owner.ok(install, { cwd: server() });
  await stage.owner.ok(['grant', 'add', DEV, 'developer', 'acme/core']);
  await stage.owner.ok(['remote', 'add', 'origin', server()]);
  await stage.owner.ok(['remote', 'add', 'plain', plain()]);
  for (const remote of ['origin', 'plain'])
    await stage.owner.ok(['push', remote, '--all', '--branch', 'main']);
  const far = await clone('far', stage.dev, 'origin');
  log = far.replica;
  await far.person.ok(['start', 'task/far', '--worktree', stage.beside('far-task')]);
  first = await captureIn(stage.dev, 'far-task', 'one');
  await far.person.ok(['start', 'task/kept', '--worktree', stage.beside('kept-task')]);
  await captureIn(stage.dev, 'kept-task', 'kept');
  await far.person.ok(['push', 'origin', '--thread', 'task/far']);
  same = (await clone('same', stage.owner, 'origin')).person;
  await captureIn(stage.dev, 'far-task', 'two');
  await far.person.ok(['push', 'plain', '--all']);
  more = (await clone('more', stage.owner, 'plain')).person;
  await stage.owner.ok(['key', 'revoke', DEV, '--reason', 'lost']);
});
afterAll(() => stage.dispose());

async function clone(
  name: string,
  whose: Person,
  remote: string,
): Promise<{ readonly person: Person; readonly replica: string }> {
  const cwd = stage.beside(name);
  stage.git('clone', '-q', server(), cwd);
  stage.git('-C', cwd, 'remote', 'add', 'plain', plain());
  const person = whose.with({}, cwd);
  const { replica } = await person.answer('init', ['--adopt', '--remote', remote]);
  return { person, replica: replica ?? '' };
}

async function captureIn(whose: Person, name: string, file: string): Promise<string> {
  const cwd = stage.beside(name);
  writeFileSync(join(cwd, file), `${file}\n`);
  return (await whose.with({}, cwd).answer('capture', ['-m', `What ${file} is about`])).state ?? '';
}

it('takes the revocation by which nobody answers any more for a log that it has, and what comes after', async () => {
  const { beaten } = await stage.owner.answer('pull', ['origin'], { exit: 1 });
  expect(beaten).toMatchObject([{ kind: 'replica', by: DEV }]);
  expect((await stage.owner.answer('push', ['origin', '--all'])).records).toContain('authority');
  expect(onServer('refs/heddle/oplog')).toContain(log);
  await stage.owner.ok(['start', 'task/mine', '--worktree', stage.beside('mine')]);
  const mine = stage.owner.with({}, stage.beside('mine'));
  await captureIn(stage.owner, 'mine', 'a');
  await mine.ok(['push', 'origin']);
  await captureIn(stage.owner, 'mine', 'b');
  await mine.ok(['undo']);
  await mine.ok(['push', 'origin']);
});

it('takes nothing by what that log says', async () => {
  const refs = ['refs/heddle/threads/task/kept'];
  const pushed = await gitPush(stage, server(), refs, { cwd: stage.beside('far') });
  expect(pushed).toMatchObject({
    exit: 1,
    stderr: expect.stringMatching(/LINE_REFUSED[\s\S]*endorses its clone/u),
  });
  expect(onServer('refs/heddle/threads')).not.toContain('task/kept');
});

it('gets what a clone made that has more of that log', async () => {
  await more.ok(['pull', 'origin']);
  await more.ok(['start', 'task/more', '--worktree', stage.beside('more-task')]);
  await captureIn(stage.owner, 'more-task', 'c');
  const before = onServer(`refs/heddle/oplog/${log}`);
  await more.ok(['push', 'origin', '--thread', 'task/more']);
  expect(onServer('refs/heddle/threads')).toContain('task/more');
  expect(onServer(`refs/heddle/oplog/${log}`)).toBe(before);
});

it('takes what is redacted in that log, and hides it there', async () => {
  const said = (): string =>
    stage.git('-C', server(), 'grep', '-h', 'What one is about', `refs/heddle/oplog/${log}`);
  expect(said()).toContain('What one is about');
  await same.run(['pull', 'origin']);
  await same.ok(['redact', '--text', first, '--reason', 'a name']);
  await same.ok(['push', 'origin', '--thread', 'task/mine']);
  expect(said).toThrow();
});
