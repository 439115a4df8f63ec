import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { denialOf } from '../../support/cli/run-heddle.ts';
import { schemaProblems } from '../../support/cli/schemas.ts';
import { Stage, type Person } from '../../support/cli/stage.ts';
import { expectDenial, expectRefusal, itNeedsARepository } from '../../support/cli/verb-contract.ts';

let stage: Stage;
let worker: Person;
beforeAll(async () => {
  stage = await new Stage().withDev();
  worker = await stage.agent('worker');
  stage.write('src/a.ts', 'a\n');
  await worker.ok(['capture', '-m', 'first']);
  stage.keep();
});
beforeEach(() => stage.reset());
afterAll(() => stage.dispose());

const home = (...parts: readonly string[]): string =>
  stage.beside('people', 'dev', 'heddle', 'data', ...parts);
const spares = (): readonly string[] => readdirSync(home('spare-keys'));

async function works(person: Person): Promise<void> {
  stage.write('src/a.ts', `${Math.random()}\n`);
  await person.ok(['capture']);
  expect((await stage.owner.answer('verify', ['--all'])).findings).toEqual([]);
}

describe('key rotate', () => {
  itNeedsARepository(['key', 'rotate', '--principal', 'dev@example.com']);

  it('replaces keys without a role, ends every token of the old ones, and keeps them', async () => {
    const before = (await stage.dev.answer('key-export')).root;
    const answer = await stage.dev.answer('key-rotate');
    expect(schemaProblems(answer)).toEqual([]);
    expect(answer).toMatchObject({ principal: 'dev@example.com', replaced: before });
    expect((await stage.dev.answer('key-export')).root).toBe(answer.root);
    expect(spares()).toContain(`${before}.json`);
    stage.write('src/a.ts', 'b\n');
    await expectDenial(stage, worker, { argv: ['capture'], code: 'CREDENTIAL_REVOKED' });
    const run = await expectDenial(stage, stage.dev, { argv: ['capture'], code: 'CREDENTIAL_REVOKED' });
    expect(denialOf(run).fixes.map(({ argv }) => argv.slice(0, 2))).toEqual([['heddle', 'login']]);
    await stage.dev.ok(['login']);
    await works(stage.dev);
    await stage.dev.ok(['key', 'rotate']);
    await stage.dev.ok(['login']);
    await works(stage.dev);
  });

  it('needs no session, and is never an agent’s', async () => {
    await expectDenial(stage, worker, { argv: ['key', 'rotate'], code: 'FLOOR' });
    rmSync(home('sessions'), { recursive: true, force: true });
    await stage.dev.ok(['key', 'rotate']);
  });

  it('registers in another repository the keys that were taken up in the first', async () => {
    const path = stage.beside('second');
    const at = { cwd: path };
    stage.git('init', '-q', path);
    await stage.dev.ok(['init', '--namespace', 'dev', '--name', 'second'], at);
    const first = await stage.dev.answer('key-rotate');
    await stage.dev.ok(['login']);
    const second = await stage.dev.answer('key-rotate', [], at);
    expect(second).toMatchObject({ root: first.root, replaced: first.replaced });
    await stage.dev.ok(['start', 'task'], at);
    expect((await stage.dev.answer('verify', ['--all'], at)).findings).toEqual([]);
  });

  it('that was killed before the new keys were used is taken up by the next login', async () => {
    const path = home('keys', 'dev@example.com.json');
    const old = readFileSync(path);
    const { root } = await stage.dev.answer('key-rotate');
    writeFileSync(home('spare-keys', `${root}.json`), readFileSync(path), { mode: 0o600 });
    writeFileSync(path, old);
    const { genesis } = JSON.parse(readFileSync(join(stage.path, '.git', 'heddle', 'clone.json'), 'utf8'));
    writeFileSync(home('prepared-keys', `${root}.${genesis}`), `${root}\n`, { mode: 0o600 });
    await stage.dev.ok(['login']);
    expect((await stage.dev.answer('key-export')).root).toBe(root);
    await works(stage.dev);
  });

  it('is never undone by a login in a repository that registers the old keys again', async () => {
    const old = await stage.dev.answer('key-export');
    await stage.dev.ok(['key', 'rotate']);
    const { root, text } = await stage.dev.answer('key-export');
    const mallory = stage.person('mallory');
    const at = { cwd: stage.beside('trap') };
    stage.git('init', '-q', at.cwd);
    const init = 'init --no-passphrase --principal mallory@example.com --namespace acme --name core';
    await mallory.ok(init.split(' '), at);
    await mallory.ok(['login'], at);
    await mallory.ok(['key', 'add', 'dev@example.com', text], at);
    await mallory.ok(['key', 'revoke', 'dev@example.com'], at);
    await mallory.ok(['key', 'add', 'dev@example.com', old.text], at);
    await stage.dev.ok(['login'], at);
    expect((await stage.dev.answer('key-export', [], at)).root).toBe(root);
    await stage.dev.ok(['login']);
    await works(stage.dev);
  });

  it('passes a freeze for owners alone, and has no way back', async () => {
    await stage.owner.ok(['freeze']);
    await expectDenial(stage, stage.dev, { argv: ['key', 'rotate'], code: 'FROZEN' });
    const { operation } = await stage.owner.answer('key-rotate');
    await stage.owner.ok(['login']);
    await stage.owner.ok(['unfreeze']);
    await expectRefusal(stage.owner, ['undo', operation], { exit: 65, code: 'UNDO_REFUSED' });
    await expectRefusal(stage.owner, ['key', 'rotate', 'now'], { exit: 64, code: 'USAGE' });
  });

  it('refuses keys that are not the registered ones, and makes none', async () => {
    const stranger = stage.person('stranger');
    await stranger.ok(['key', 'new', '--no-passphrase', '--principal', 'dev@example.com']);
    const before = stage.footprint();
    await expectRefusal(stranger, ['key', 'rotate'], { exit: 65, code: 'KEY_REJECTED' });
    expect(stage.footprint()).toEqual(before);
  });
});
