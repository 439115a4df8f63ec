import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { threadRef } from '#domain/refs.ts';
import { rebindReplicas } from '../../support/cli/prepared-stage.ts';
import { Stage, type Person } from '../../support/cli/stage.ts';

const TEXT = 'export const plan = "of the whole company";\n';

let stage: Stage;
let first: string;
/** Somebody with a clone of their own. */
interface Elsewhere {
  readonly person: Person;
  readonly cwd: string;
}
/** A maintainer whose keys are going to be revoked, and a colleague who has done nothing wrong. */
let lost: Elsewhere;
let third: Elsewhere;
const bare = (): string => stage.beside('remote.git');

beforeAll(async () => {
  stage = await new Stage().withDev();
  stage.write('src/plan.ts', TEXT);
  first = (await stage.dev.answer('capture', ['-m', 'First'])).state ?? '';
  stage.git('init', '-q', '--bare', bare());
  await stage.owner.ok(['remote', 'add', 'origin', bare()]);
  await stage.owner.ok(['push', '--all', '--branch', 'main']);
  lost = await clone('lost');
  await enrol(lost.person, 'lost', 'maintainer');
  third = await clone('third');
  await enrol(third.person, 'third', 'admin');
  for (const [name, { person }] of Object.entries({ lost, third })) {
    await person.ok(['pull']);
    // Only who has done something is known by their clone.
    await person.ok(['start', `began/${name}`, '--worktree', stage.beside(`began-${name}`)]);
    await person.ok(['push', '--all']);
  }
  for (const person of [stage.owner, lost.person]) await person.ok(['pull']);
  stage.keep();
});
beforeEach(async () => {
  stage.reset();
  // A copied clone would be another one, and what it did before another one's.
  const home = (name: string): string => stage.person(name).env['HEDDLE_HOME'] ?? '';
  await rebindReplicas(join(stage.path, '.git'), [home('owner'), home('dev')]);
  for (const name of ['lost', 'third'])
    await rebindReplicas(stage.beside('clones', name, '.git'), [home(name)]);
});
afterAll(() => stage.dispose());

async function clone(name: string): Promise<Elsewhere> {
  const cwd = stage.beside('clones', name);
  mkdirSync(stage.beside('clones'), { recursive: true });
  stage.git('clone', '-q', bare(), cwd);
  stage.git('-C', cwd, 'fetch', '-q', 'origin', 'refs/heddle/*:refs/heddle/*');
  const person = stage.person(name).with({}, cwd);
  await person.ok(['init', '--adopt']);
  return { person, cwd };
}

/** Registers keys and gives them a role, and lets the remote know. */
async function enrol(person: Person, name: string, role: string): Promise<void> {
  const principal = `${name}@example.com`;
  const { text } = await person.answer('key-new', ['--no-passphrase', '--principal', principal]);
  await stage.owner.ok(['key', 'add', principal, text]);
  await stage.owner.ok(['grant', 'add', principal, role, 'acme/core']);
  await stage.owner.ok(['push', '--all']);
  await person.ok(['pull']);
  await person.ok(['login']);
}

const revoke = (): Promise<unknown> =>
  stage.owner.ok(['key', 'revoke', 'lost@example.com', '--reason', 'lost']);

async function redact({ person }: Elsewhere): Promise<string> {
  const { tombstone } = await person.answer('redact', [
    'src/plan.ts',
    '--state',
    first,
    '--reason',
    'because I can',
  ]);
  return tombstone ?? '';
}

/** Past every check of a push: who has lost their keys asks nobody. */
function pushByGit({ cwd }: Elsewhere): void {
  const refs = ['tombstones', 'threads/*', 'oplog/*'].map(
    (name) => `+refs/heddle/${name}:refs/heddle/${name}`,
  );
  stage.git('-C', cwd, 'push', '-q', bare(), ...refs);
}

/** As the thread's carrier has it, and as a work tree gets it. */
async function shown({ person, cwd }: Elsewhere, thread = 'task/login'): Promise<string> {
  const path = stage.beside('shown', `${(shows += 1)}`);
  await person.ok(['start', `look/${shows}`, '--from', thread, '--worktree', path]);
  const carried = stage.git('-C', cwd, 'show', `${threadRef(thread)}:files/src/plan.ts`);
  expect(readFileSync(join(path, 'src/plan.ts'), 'utf8').trim()).toBe(carried.trim());
  return carried;
}
let shows = 0;
const owner = (): Elsewhere => ({ person: stage.owner, cwd: stage.path });

async function expectOpen(where: Elsewhere, tombstone: string): Promise<void> {
  expect(await shown(where)).toContain('of the whole company');
  const list = await where.person.answer('tombstone-list');
  expect(list.tombstones).toMatchObject([{ tombstone, hides: false }]);
  expect(list.findings).toMatchObject([
    { subject: tombstone, message: expect.stringContaining('it is late') },
  ]);
  const { findings } = await where.person.answer('verify', ['--all'], { exit: 1 });
  expect(findings.map(({ subject }) => subject)).toEqual([tombstone]);
  expect(findings[0]?.message).toContain('heddle redact');
}

async function expectHidden(where: Elsewhere, tombstone: string): Promise<void> {
  expect(await shown(where)).not.toContain('of the whole company');
  const list = await where.person.answer('tombstone-list');
  expect(list.tombstones).toMatchObject([{ tombstone, hides: true }]);
}

describe('a tombstone that was made with keys after they were revoked', () => {
  it('hides nothing in clones that knew, and keeps nobody from working', async () => {
    await revoke();
    await stage.owner.ok(['push', '--all']);
    await third.person.ok(['pull']);
    const tombstone = await redact(lost);
    pushByGit(lost);
    for (const where of [third, owner()]) {
      await where.person.ok(['pull']);
      await expectOpen(where, tombstone);
    }
    await stage.owner.ok(['push', '--all']);
  });

  it('hides nothing any more in a clone that hears later of the revocation', async () => {
    const tombstone = await redact(lost);
    await lost.person.ok(['push', '--all']);
    await third.person.ok(['pull']);
    await expectHidden(third, tombstone);
    await revoke();
    await stage.owner.ok(['pull']);
    await expectOpen(owner(), tombstone);
    await stage.owner.ok(['push', '--all']);
    await third.person.ok(['pull']);
    await expectOpen(third, tombstone);
    // What was right about it is done anew.
    const again = await redact(owner());
    await stage.owner.ok(['push', '--all']);
    expect(await third.person.answer('pull')).toMatchObject({ tombstones: { applied: [again] } });
    for (const where of [owner(), third]) {
      expect(await shown(where)).toContain(`redacted ${again}`);
      const { findings } = await where.person.answer('verify', ['--all'], { exit: 1 });
      expect(findings.map(({ subject }) => subject)).toEqual([tombstone]);
    }
  });

  it.each([
    ['parts of a file', (): readonly string[] => ['src/plan.ts', '--state', first, '--lines', '1-1']],
    ['what was written beside a state', (): readonly string[] => ['--text', first]],
    ['the name of a file', (): readonly string[] => ['--name', 'src/plan.ts']],
  ])('gives %s back, too', async (_what, argv) => {
    const { tombstone } = await lost.person.answer('redact', [...argv(), '--reason', 'because I can']);
    await lost.person.ok(['push', '--all']);
    const before = stage.git('-C', third.cwd, 'rev-parse', threadRef('task/login'));
    expect((await third.person.answer('pull')).tombstones.applied).toEqual([tombstone]);
    expect(stage.git('-C', third.cwd, 'rev-parse', threadRef('task/login'))).not.toBe(before);
    await revoke();
    await stage.owner.ok(['pull']);
    await stage.owner.ok(['push', '--all']);
    await third.person.ok(['pull']);
    for (const { person, cwd } of [owner(), third]) {
      expect(stage.git('-C', cwd, 'rev-parse', threadRef('task/login'))).toBe(before);
      const { findings } = await person.answer('verify', ['--all'], { exit: 1 });
      expect(findings.map(({ subject }) => subject)).toEqual([tombstone]);
    }
  });

  it('lets stand what was built on what it left', async () => {
    const tombstone = await redact(lost);
    await lost.person.ok(['push', '--all']);
    await third.person.ok(['pull']);
    const cwd = stage.beside('built');
    await third.person.ok(['start', 'task/built', '--from', 'task/login', '--worktree', cwd]);
    writeFileSync(join(cwd, 'more.txt'), 'more\n');
    const { state } = await third.person.answer('capture', ['-m', 'On it'], { cwd });
    await third.person.ok(['push', '--all']);
    await revoke();
    const pulled = await stage.owner.answer('pull');
    expect(pulled.findings).toEqual([]);
    expect(pulled.threads).toContainEqual(expect.objectContaining({ thread: 'task/built', state }));
    await expectOpen(owner(), tombstone);
    expect(await shown(owner(), 'task/built')).toContain('of the whole company');
    await stage.owner.ok(['push', '--all']);
    await third.person.ok(['pull']);
    await expectOpen(third, tombstone);
    stage.git('switch', '-q', '--detach');
    await stage.owner.ok(['land', 'task/built', '--onto', 'main']);
    expect((await third.person.answer('status', [], { cwd })).thread).toBe('task/built');
    expect(stage.git('show', 'main:src/plan.ts')).toBe(TEXT.trim());
  });

  it('is taken over by a new clone, with whatever stands on it', async () => {
    const tombstone = await redact(lost);
    await lost.person.ok(['push', '--all']);
    await revoke();
    stage.git('push', '-qf', bare(), 'refs/heddle/authority');
    const fresh = await clone('fresh');
    const list = await fresh.person.answer('tombstone-list');
    // Nobody can tell what the revocation's author had seen: their log is not there yet.
    expect(list.tombstones).toMatchObject([{ tombstone, hides: true }]);
    expect(await fresh.person.answer('verify', ['--all'])).toMatchObject({ ok: true, findings: [] });
    await stage.owner.ok(['pull']);
    await stage.owner.ok(['push', '--all']);
    await fresh.person.ok(['pull']);
    const { findings } = await fresh.person.answer('verify', ['--all'], { exit: 1 });
    expect(findings.map(({ subject }) => subject)).toEqual([tombstone]);
    expect(stage.git('-C', bare(), 'show', 'refs/heddle/threads/task/login:files/src/plan.ts')).toBe(
      TEXT.trim(),
    );
  });
});

describe('a tombstone by somebody who is no maintainer any more', () => {
  it('hides nothing any more, either', async () => {
    const tombstone = await redact(lost);
    await lost.person.ok(['push', '--all']);
    await third.person.ok(['pull']);
    await expectHidden(third, tombstone);
    const { grants } = await stage.owner.answer('grant-list');
    const theirs = grants.find(({ principal }) => principal === 'lost@example.com')?.id;
    await stage.owner.ok(['grant', 'remove', theirs ?? '']);
    await stage.owner.ok(['pull']);
    await stage.owner.ok(['push', '--all']);
    await third.person.ok(['pull']);
    for (const where of [owner(), third]) await expectOpen(where, tombstone);
  });
});

describe('a revocation by somebody who may not lift', () => {
  it('gives nothing back', async () => {
    const tombstone = await redact(lost);
    await lost.person.ok(['push', '--all']);
    await third.person.ok(['key', 'revoke', 'lost@example.com']);
    for (const where of [third, owner()]) {
      await where.person.ok(['pull']);
      await expectHidden(where, tombstone);
      expect(await where.person.answer('verify', ['--all'])).toMatchObject({ ok: true, findings: [] });
      await where.person.ok(['push', '--all']);
    }
  });
});

describe('a tombstone that was made before keys were revoked', () => {
  it('hides on, in whatever order clones hear of both', async () => {
    const tombstone = await redact(lost);
    await lost.person.ok(['push', '--all']);
    await stage.owner.ok(['pull']);
    await revoke();
    await stage.owner.ok(['push', '--all']);
    await third.person.ok(['pull']);
    for (const where of [owner(), third]) await expectHidden(where, tombstone);
    expect(readFileSync(join(stage.path, 'src/plan.ts'), 'utf8')).not.toContain('whole');
    expect(await third.person.answer('verify', ['--all'])).toMatchObject({ ok: true, findings: [] });
  });
});
