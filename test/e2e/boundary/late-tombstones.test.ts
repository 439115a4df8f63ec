import { mkdirSync } from 'node:fs';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { gitPush } from '../../support/boundary/publish.ts';
import { Stage, type Person } from '../../support/cli/stage.ts';

const LOST = 'lost@example.com';
let stage: Stage;
/** A maintainer whose keys are going to be revoked. */
let lost: Person;
/** The owner in another clone. */
let there: Person;
let state: string;
const replicas = new Map<string, string>();
const plain = (): string => stage.beside('plain.git');
const server = (): string => stage.beside('server.git');
const thread = 'refs/heddle/threads/task/login';

beforeEach(async () => {
  replicas.clear();
  stage = await new Stage().withDev();
  stage.write('src/plan.ts', 'export const plan = 1;\n');
  state = (await stage.dev.answer('capture', ['-m', 'First'])).state ?? '';
  for (const path of [plain(), server()]) stage.git('init', '-q', '--bare', path);
  const install = ['hook', 'install', '--server', '--trust-first', '--home', stage.beside('server-home')];
  await stage.owner.ok(install, { cwd: server() });
  await stage.owner.ok(['remote', 'add', 'origin', plain()]);
  await stage.owner.ok(['remote', 'add', 'server', server()]);
  mkdirSync(stage.beside('clones'));
  await stage.owner.ok(['push', 'origin', '--all', '--branch', 'main']);
  await stage.dev.run(['push', 'server']);
  await stage.owner.ok(['push', 'server', '--all']);
  lost = await clone('lost', stage.person('lost'));
  there = await clone('there', stage.owner);
  const { text } = await lost.answer('key-new', ['--no-passphrase', '--principal', LOST]);
  await stage.owner.ok(['key', 'add', LOST, text]);
  await stage.owner.ok(['grant', 'add', LOST, 'maintainer', 'acme/core']);
  await stage.owner.ok(['push', '--all']);
  await lost.ok(['pull']);
  await lost.ok(['login']);
  // By a line of its own a clone becomes known before anything is taken away.
  await lost.ok(['start', 'began/lost', '--worktree', stage.beside('began')]);
  await lost.ok(['push', '--all']);
  await stage.owner.ok(['pull', 'origin']);
});
afterEach(() => stage.dispose());

async function clone(name: string, person: Person): Promise<Person> {
  const cwd = stage.beside('clones', name);
  stage.git('clone', '-q', plain(), cwd);
  stage.git('-C', cwd, 'remote', 'add', 'server', server());
  const here = person.with({}, cwd);
  const begun = await here.answer('init', ['--adopt', '--remote', 'origin']);
  replicas.set(name, begun.replica ?? '');
  return here;
}

const redact = async (): Promise<string> => {
  const argv = ['src/plan.ts', '--state', state, '--reason', 'because I can'];
  return (await lost.answer('redact', argv)).tombstone ?? '';
};
const onServer = (): string => stage.git('-C', server(), 'show', `${thread}:files/src/plan.ts`);

it('is taken by a server from whoever has it, in whatever order they heard of it, and hides nothing there', async () => {
  const tombstone = await redact();
  await lost.ok(['push', 'origin', '--all']);
  // Hidden there, and given back later.
  expect(await there.answer('pull', ['origin'])).toMatchObject({ tombstones: { applied: [tombstone] } });
  await stage.owner.ok(['key', 'revoke', LOST, '--reason', 'lost']);
  await stage.owner.ok(['pull', 'origin']);
  await stage.owner.ok(['push', 'origin', '--all']);
  await there.ok(['pull', 'origin']);
  for (const person of [stage.owner, there]) {
    await person.ok(['push', 'server', '--all']);
    const { tombstones } = await person.answer('tombstone-list');
    expect(tombstones).toMatchObject([{ tombstone, hides: false }]);
    expect(onServer()).toContain('plan = 1');
  }
  expect(stage.git('-C', server(), 'ls-tree', '--name-only', 'refs/heddle/tombstones')).toContain(
    tombstone.slice(3),
  );
});

it('gives back what was hidden on a server before, and stops no push that tells it why', async () => {
  await redact();
  await lost.ok(['push', 'origin', '--all']);
  await lost.ok(['push', 'server', '--all']);
  expect(onServer()).not.toContain('plan = 1');
  await stage.owner.ok(['key', 'revoke', LOST, '--reason', 'lost']);
  // Nothing was ever hidden in this clone.
  await stage.owner.ok(['pull', 'origin']);
  const pushed = await stage.owner.answer('push', ['server', '--all']);
  expect(pushed.records).toContain('authority');
  expect(onServer()).toContain('plan = 1');
  await stage.owner.ok(['push', 'origin', '--all']);
  await there.ok(['pull', 'origin']);
  await there.ok(['push', 'server', '--all']);
  expect(onServer()).toContain('plan = 1');
  await stage.owner.ok(['pull', 'server']);
  await stage.owner.ok(['push', 'server', '--all']);
  expect(onServer()).toContain('plan = 1');
});

it('is refused where the line by which it was made is all that brings it', async () => {
  await stage.owner.ok(['key', 'revoke', LOST, '--reason', 'lost']);
  await stage.owner.ok(['push', 'server', '--all']);
  await lost.ok(['redact', '--text', state, '--reason', 'because I can']);
  // It closes the log, and ends where the remote has what this clone has not.
  await lost.run(['push', 'server', '--all']);
  const before = stage.git('-C', server(), 'for-each-ref');
  const refs = ['tombstones', `oplog/${replicas.get('lost') ?? ''}`].map(
    (name) => `+refs/heddle/${name}:refs/heddle/${name}`,
  );
  const cwd = stage.beside('clones', 'lost');
  expect(await gitPush(stage, server(), refs, { cwd })).toMatchObject({
    exit: 1,
    stderr: expect.stringContaining('it is late'),
  });
  expect(stage.git('-C', server(), 'for-each-ref')).toBe(before);
});
