import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { schemaProblems } from '../../support/cli/schemas.ts';
import { Stage, type Person } from '../../support/cli/stage.ts';

const DEV = 'dev@example.com';

let stage: Stage;
/** The same owner in another clone. */
let there: Person;
/** The developer in a clone that hears of nothing. */
let far: Person;
beforeAll(async () => {
  stage = await new Stage().withDev();
  const [bare, cwd] = [stage.beside('remote.git'), stage.beside('there')];
  stage.git('init', '-q', '--bare', bare);
  await stage.owner.ok(['remote', 'add', 'origin', bare]);
  await stage.owner.ok(['push', '--all', '--branch', 'main']);
  stage.git('clone', '-q', bare, cwd);
  there = stage.owner.with({}, cwd);
  await there.ok(['init', '--adopt']);
  const away = stage.beside('far');
  stage.git('clone', '-q', bare, away);
  far = stage.dev.with({}, away);
  await far.ok(['init', '--adopt']);
  await far.ok(['start', 'task/far']);
  // The record by which that clone may write is known before anything is taken away.
  stage.git('-C', away, 'push', '-q', 'origin', 'refs/heddle/authority');
  for (const person of [stage.owner, there]) await person.ok(['pull']);
});
afterAll(() => stage.dispose());

async function grantsOf(person: Person): Promise<readonly string[]> {
  const { grants } = await person.answer('grant-list');
  return grants.filter(({ principal }) => principal === DEV).map(({ id }) => id);
}

it('a pull joins authority that grew apart, and nothing comes back that one side took away', async () => {
  const [grant = ''] = await grantsOf(stage.owner);
  await stage.owner.ok(['grant', 'remove', grant]);
  await stage.owner.ok(['push', '--all']);
  await there.ok(['grant', 'add', DEV, 'maintainer', 'acme/core@task/login']);
  expect(await there.answer('pull')).toMatchObject({ authority: true, findings: [] });
  await there.ok(['push', '--all']);
  expect(await stage.owner.answer('pull')).toMatchObject({ authority: true, findings: [] });
  for (const person of [there, stage.owner]) {
    expect(await grantsOf(person)).toEqual([]);
    expect(await person.answer('verify', ['--all'])).toMatchObject({ ok: true, findings: [] });
  }
});

it('a pull leaves work out that was made after its author lost the right, and goes on', async () => {
  const late = 'refs/heddle/threads/task/far';
  // Decided under the head from before, as whoever lost a role would write it on purpose.
  writeFileSync(join(stage.beside('far'), 'late'), 'x\n');
  await far.ok(['capture', '-m', 'After the fact']);
  stage.git('-C', stage.beside('far'), 'push', '-q', 'origin', late);
  for (const person of [stage.owner, there]) {
    const pulled = (await person.json(['pull'], { exit: 1 })) as { readonly findings: readonly object[] };
    const message = expect.stringContaining('it is late') as string;
    expect(pulled.findings).toEqual([expect.objectContaining({ kind: 'state', message })]);
    expect(await person.answer('verify', ['--all'])).toMatchObject({ ok: true, findings: [] });
  }
  for (const where of [stage.path, stage.beside('there')])
    expect(stage.git('-C', where, 'for-each-ref', late)).toBe('');
});

it('an authority ref that was set back is refused with the command that puts it back', async () => {
  const ref = 'refs/heddle/authority';
  const known = stage.git('rev-parse', ref).trim();
  stage.git('update-ref', ref, `${known}~2`);
  const refused = await stage.owner.run(['grant', 'list']);
  expect(refused.exit).toBe(65);
  expect(refused.stderr).toContain(`git update-ref ${ref} ${known}`);
  const found = await stage.owner.run(['verify', '--all']);
  expect([found.exit, found.stdout]).toEqual([1, expect.stringContaining('set back')]);
  expect(await doctorSays()).toEqual([
    ['authority', ref, expect.stringContaining(`git update-ref ${ref} ${known}`)],
  ]);
  stage.git('update-ref', '-d', ref);
  expect(await doctorSays()).toEqual([
    ['authority', ref, expect.stringContaining(`git update-ref ${ref} ${known}`)],
  ]);
  stage.git('update-ref', ref, known);
  await stage.owner.ok(['verify', '--all']);
});

async function doctorSays(): Promise<readonly (readonly [kind: string, subject: string, message: string])[]> {
  const answer = await stage.owner.json(['doctor'], { exit: 1 });
  expect(schemaProblems(answer)).toEqual([]);
  const { findings } = answer as {
    readonly findings: readonly Record<'kind' | 'subject' | 'message', string>[];
  };
  return findings.map(({ kind, subject, message }) => [kind, subject, message]);
}

it('doctor says of a clone that was edited, and of a log that was cut, where one goes on', async () => {
  const heddle = join(stage.path, '.git', 'heddle');
  const kept = readFileSync(join(heddle, 'clone.json'), 'utf8');
  const subject = 'heddle/clone.json';
  const onward = expect.stringContaining('`heddle clone URL DIR`') as string;
  writeFileSync(join(heddle, 'clone.json'), kept.replace(/"cloneId":"./, '"cloneId":"x'));
  expect(await doctorSays()).toEqual([['clone', subject, onward]]);
  rmSync(join(heddle, 'clone.json'));
  expect(await doctorSays()).toEqual([['clone', subject, onward]]);
  writeFileSync(join(heddle, 'clone.json'), kept);
  const [replica = ''] = readdirSync(join(heddle, 'oplog')).filter((name) => name.length === 52);
  const log = join(heddle, 'oplog', replica, '0.jsonl');
  const lines = readFileSync(log, 'utf8').split('\n');
  writeFileSync(log, [...lines.slice(0, -3), ''].join('\n'));
  expect(await doctorSays()).toEqual([['log', replica, onward]]);
  writeFileSync(log, lines.join('\n'));
  await stage.owner.ok(['doctor']);
});
