import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Stage, type Person } from '../../support/cli/stage.ts';

const DEV = 'dev@example.com';

let stage: Stage;
/** The developer in a clone that became known apart from what took their keys away. */
let far: Person;
/** A clone that had its log before it was known that it does not count. */
let knew: Person;
let log: string;
const bare = (): string => stage.beside('remote.git');
const task = (): Person => far.with({}, stage.beside('far-task'));
const logs = (where: string): string => stage.git('-C', where, 'for-each-ref', 'refs/heddle/oplog');

beforeAll(async () => {
  stage = await new Stage().withDev();
  stage.git('init', '-q', '--bare', bare());
  await stage.owner.ok(['grant', 'add', DEV, 'developer', 'acme/core']);
  await stage.owner.ok(['remote', 'add', 'origin', bare()]);
  await stage.owner.ok(['push', '--all', '--branch', 'main']);
  far = stage.dev.with({}, gitClone('far'));
  await far.ok(['init', '--adopt']);
  await far.ok(['start', 'task/far', '--worktree', stage.beside('far-task')]);
  await far.ok(['push', '--all']);
  log = stage
    .git('-C', stage.beside('far'), 'for-each-ref', '--format=%(refname:lstrip=3)', 'refs/heddle/oplog')
    .trim()
    .split('\n')
    .find((replica) => !logs(stage.path).includes(replica)) as string;
  knew = stage.owner.with({}, gitClone('knew'));
  await knew.ok(['init', '--adopt']);
  await stage.owner.ok(['key', 'revoke', DEV, '--reason', 'lost']);
});
afterAll(() => stage.dispose());

function gitClone(name: string): string {
  stage.git('clone', '-q', bare(), stage.beside(name));
  return stage.beside(name);
}

it('the log of a clone that nobody answers for stops no pull, and is named', async () => {
  const first = await stage.owner.answer('pull');
  expect(first).toMatchObject({ authority: true, lines: 0, findings: [] });
  expect(first.beaten).toMatchObject([{ kind: 'replica', by: DEV }]);
  await stage.owner.ok(['push', '--all']);
  const again = await stage.owner.run(['pull']);
  expect(again).toMatchObject({ exit: 0, stderr: expect.stringContaining(log.slice(0, 12)) });
  expect(again.stderr).toContain('no record of authority that counts endorses its clone');
  expect(logs(stage.path)).not.toContain(log);
  expect(await stage.owner.answer('verify', ['--all'])).toMatchObject({ findings: [] });
});

it('a clone that has it already pushes to a server that would refuse it', async () => {
  expect(await knew.answer('pull')).toMatchObject({ authority: true });
  expect(logs(stage.beside('knew'))).toContain(log);
  const { findings } = await knew.answer('verify', ['--all'], { exit: 1 });
  expect(findings).toMatchObject([{ kind: 'log', subject: log }]);
  const server = stage.beside('server.git');
  stage.git('init', '-q', '--bare', server);
  await knew.ok(['hook', 'install', '--server', '--trust-first', '--home', stage.beside('server-home')], {
    cwd: server,
  });
  await knew.ok(['remote', 'add', 'server', server]);
  await knew.ok(['push', 'server', '--all']);
  expect(logs(server)).not.toContain(log);
});

it('what is late in such a clone, too, is left out where others begin, and all else is there', async () => {
  writeFileSync(join(stage.beside('far-task'), 'late'), 'x\n');
  await task().ok(['capture', '-m', 'After the fact']);
  stage.git('-C', stage.beside('far'), 'push', '-q', 'origin', 'refs/heddle/threads/*:refs/heddle/threads/*');
  const person = stage.person('fresh').with({}, gitClone('fresh'));
  const begun = await person.run(['init', '--adopt']);
  expect(begun).toMatchObject({ exit: 0 });
  expect(begun.stderr).toContain(`the log of clone ${log.slice(0, 12)} was left out`);
  expect(begun.stderr).toMatch(/the thread task\/far was left out: hs-\S+: it is late/u);
  const refs = stage.git('-C', stage.beside('fresh'), 'for-each-ref', 'refs/heddle');
  expect(refs).not.toMatch(new RegExp(`task/far|${log}`, 'u'));
  expect(refs.match(/oplog/gu)).toHaveLength(1);
  expect(await person.answer('verify', ['--all'])).toMatchObject({ findings: [] });
});

it('what was fetched by hand is left out with the commands that the refusals name', async () => {
  const cwd = gitClone('hand');
  stage.git('-C', cwd, 'fetch', '-q', 'origin', 'refs/heddle/*:refs/heddle/*');
  const person = stage.person('hand').with({}, cwd);
  for (const ref of ['refs/heddle/threads/task/far', `refs/heddle/oplog/${log}`].toReversed()) {
    const refused = await person.run(['init', '--adopt']);
    expect(refused.exit).toBe(65);
    expect(refused.stderr).toContain(`\`git update-ref -d ${ref}\``);
    stage.git('-C', cwd, 'update-ref', '-d', ref);
  }
  await person.ok(['init', '--adopt']);
});

it('the log comes once somebody answers for its clone again', async () => {
  await far.ok(['pull']);
  const { text } = await far.answer('key-new', ['--no-passphrase', '--replace', '--principal', DEV]);
  await stage.owner.ok(['key', 'add', DEV, text]);
  await stage.owner.ok(['push', '--all']);
  await far.run(['pull']);
  await far.ok(['login']);
  await far.ok(['start', 'task/again', '--worktree', stage.beside('far-again')]);
  writeFileSync(join(stage.beside('far-again'), 'again'), 'x\n');
  await far.with({}, stage.beside('far-again')).ok(['capture', '-m', 'With other keys']);
  await far.ok(['push', '--thread', 'task/again']);
  const { lines } = await stage.owner.answer('pull', [], { exit: 1 });
  expect(lines).toBeGreaterThan(2);
  expect(logs(stage.path)).toContain(log);
});
