import { lstatSync, readFileSync, readdirSync, readlinkSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { denialOf } from '../support/cli/run-heddle.ts';
import { normalise } from '../support/cli/normalise.ts';
import { Stage, found, type Person } from '../support/cli/stage.ts';
import { expectDenial } from '../support/cli/verb-contract.ts';

const THREAD = 'acme/core@task/login';

let stage: Stage;
let sub: Person;
let state: string;
beforeAll(() => {
  stage = new Stage();
});
afterAll(() => stage.dispose());

function treeOf(root: string): ReadonlyMap<string, string> {
  const files = readdirSync(root, { withFileTypes: true, recursive: true }).filter(
    (entry) => !entry.isDirectory(),
  );
  const described = files.map((entry): [string, string] => {
    const path = join(entry.parentPath, entry.name);
    const stat = lstatSync(path);
    const content = stat.isSymbolicLink() ? readlinkSync(path) : readFileSync(path, 'latin1');
    return [path.slice(root.length + 1), `${stat.mode.toString(8)} ${content}`];
  });
  return new Map(described.filter(([path]) => !/^\.git(?:\/|$)/.test(path)));
}

// The steps of one story: each begins where the one before it ended.
describe('the story', () => {
  it('1: init makes the caller owner, login a session', async () => {
    const lost = await stage.owner.run(['init']);
    expect(lost.exit).toBe(64);
    expect(normalise(lost.stderr, stage.root)).toMatchSnapshot();
    await stage.begin();
    expect(await stage.owner.answer('whoami')).toMatchObject({
      registered: true,
      roles: [{ role: 'owner' }],
    });
  });

  it('2: a second principal is registered, granted a role and starts a thread', async () => {
    await stage.dev.ok(['key', 'new', '--no-passphrase', '--principal', 'dev@example.com']);
    const { text } = await stage.dev.answer('key-export');
    await stage.owner.ok(['key', 'add', 'dev@example.com', text]);
    await stage.owner.ok(['grant', 'add', 'dev@example.com', 'developer', 'acme/core@task']);
    await stage.dev.ok(['login']);
    await stage.dev.ok(['start', 'task/login']);
    expect(await stage.dev.answer('status')).toMatchObject({ thread: 'task/login' });
  });

  it('3: tokens are narrowed offline, and narrowed again', async () => {
    const worker = await stage.agent('review-worker', {
      resource: `${THREAD}:src`,
      more: ['--provider', 'example', '--model', 'm-1', '--ttl', '1h'],
    });
    sub = await stage.agent('sub-worker', {
      from: worker,
      resource: `${THREAD}:src/auth`,
      more: ['--provider', 'example', '--model', 'm-2'],
    });
    const { blocks, effective } = await sub.answer('token-inspect');
    expect(blocks.map(({ agent }) => agent)).toEqual([null, 'review-worker', 'sub-worker']);
    expect(effective.resources).toEqual([[`${THREAD}:src`], [`${THREAD}:src/auth`]]);
  });

  it('4: the sub-agent captures a signed state, which materialises byte for byte', async () => {
    stage.write('src/auth/login.ts', 'export {};\n');
    stage.repository.executable('src/auth/run.sh', '#!/bin/sh\n');
    stage.repository.link('src/auth/link', 'login.ts');
    const captured = await sub.answer('capture', ['-m', 'Log in', '--confidence', '0.82']);
    ({ state } = captured);
    const [logged] = (await stage.owner.answer('log', ['task/login'])).states;
    expect(logged).toMatchObject({
      intent: 'Log in',
      via: ['review-worker', 'sub-worker'],
      attestation: 'verified',
      actor: { principal: 'dev@example.com', agent: 'sub-worker', model: 'm-2', confidence: '0.82' },
    });
    const directory = stage.beside('other');
    await stage.owner.ok(['start', 'other', '--from', state, '--worktree', directory]);
    expect(treeOf(directory)).toEqual(treeOf(stage.path));
  });

  it('5a: a capture outside its path is denied, with block, check and fix', async () => {
    stage.write('src/outside.ts', 'export {};\n');
    const run = await expectDenial(stage, sub, { argv: ['capture'], code: 'SCOPE_RESOURCE' });
    const denial = denialOf(run);
    expect(denial).toMatchObject({
      stage: 'scope',
      operation: 'state:capture',
      denied: [`${THREAD}:src/outside.ts`],
      principal: 'dev@example.com',
      via: [{ agent: 'review-worker' }, { agent: 'sub-worker' }],
      failed: [{ block: 2, agent: 'sub-worker' }],
    });
    const { stderr } = await sub.run(['capture']);
    expect(normalise(stderr, stage.root)).toMatchSnapshot();
    const fix = found(denial.fixes[0]);
    expect(fix.who).toEqual(['review-worker']);
    const worker = stage.dev.with({ HEDDLE_CREDENTIAL: stage.beside('review-worker.hcred') });
    await worker.ok(fix.argv.slice(1));
    const made = found(fix.argv[fix.argv.indexOf('--out') + 1]);
    // The credential was made in the work tree: it must not become part of a state.
    const file = stage.beside('fixed.hcred');
    stage.repository.write('../fixed.hcred', readFileSync(join(stage.path, made)));
    rmSync(join(stage.path, made));
    const { chmodSync } = await import('node:fs');
    chmodSync(file, 0o600);
    await stage.dev.ok(['capture'], { env: { HEDDLE_CREDENTIAL: file } });
  });

  it('5b: a thread outside the role is denied, with a fix that the owner runs as printed', async () => {
    const start = ['start', 'release/1', '--worktree', stage.beside('release')];
    const denial = denialOf(await expectDenial(stage, stage.dev, { argv: start, code: 'ROLE_NONE' }));
    expect(denial).toMatchObject({
      required: { role: 'developer', at: 'acme/core@release/1' },
      held: null,
      nearest: { role: 'developer', at: 'acme/core@task', by: 'owner@example.com' },
    });
    const { stderr } = await stage.dev.run(start);
    expect(normalise(stderr, stage.root)).toMatchSnapshot();
    const fix = found(denial.fixes.find(({ who }) => who.includes('owner@example.com')));
    await stage.owner.ok(fix.argv.slice(1));
    await stage.dev.ok(start);
  });

  it('5c: no agent writes grants, and `can` explains all of it without doing it', async () => {
    const argv = ['grant', 'add', 'dev@example.com', 'owner', 'acme/core'];
    await expectDenial(stage, sub, { argv, code: 'FLOOR' });
    const before = stage.footprint();
    const no = await sub.answer('can', ['grant:write', 'acme/core'], { exit: 1 });
    expect(no.denial?.code).toBe('FLOOR');
    const yes = await sub.answer('can', ['state:capture', `${THREAD}:src/auth/login.ts`]);
    expect(yes.decision?.held?.at).toBe('acme/core@task');
    expect(stage.footprint()).toEqual(before);
  });

  it('6: the log has everything, undo takes a capture back, and all of it verifies', async () => {
    const { operations } = await stage.owner.answer('oplog');
    const denied = operations.filter(({ verdict }) => verdict === 'deny').map(({ code }) => code);
    expect(denied).toEqual(['FLOOR', 'ROLE_NONE', 'ROLE_NONE', 'SCOPE_RESOURCE', 'SCOPE_RESOURCE']);
    stage.write('NOTES', 'x\n');
    const { operation } = await stage.dev.answer('capture');
    expect((await stage.dev.answer('undo')).undone).toBe(operation);
    expect(await stage.owner.answer('verify', ['--all'])).toMatchObject({ ok: true, findings: [] });
  });
});
