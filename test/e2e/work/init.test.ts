import { existsSync, mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { printed } from '../../support/cli/run-heddle.ts';
import { schemaProblems } from '../../support/cli/schemas.ts';
import { Stage } from '../../support/cli/stage.ts';
import { expectRefusal } from '../../support/cli/verb-contract.ts';

const INIT = 'init --no-passphrase --principal owner@example.com --namespace acme --name core'.split(' ');

let stage: Stage;
beforeEach(() => {
  stage = new Stage();
});
afterEach(() => stage.dispose());

function privateFiles(): readonly string[] {
  const data = stage.beside('people', 'owner', 'heddle', 'data');
  if (!existsSync(data)) return [];
  return readdirSync(data, { recursive: true, encoding: 'utf8' }).map((name) => join(data, name));
}

describe('init', () => {
  it('makes the chain with the caller as owner, and answers as published', async () => {
    const answer = await stage.owner.json(INIT);
    expect(schemaProblems(answer)).toEqual([]);
    expect(answer).toMatchObject({ repository: 'acme/core', principal: 'owner@example.com', keyMade: true });
    expect(stage.git('for-each-ref', '--format=%(refname)', 'refs/heddle')).toBe('refs/heddle/authority');
    expect(stage.leftovers()).toEqual([]);
    const { grants } = await stage.owner.answer('grant-list');
    expect(grants).toMatchObject([{ principal: 'owner@example.com', role: 'owner', resource: 'acme/core' }]);
  });

  it('keeps keys outside the repository, for their owner only', async () => {
    await stage.owner.ok(INIT);
    const files = privateFiles().filter((path) => statSync(path).isFile());
    expect(files.length).toBeGreaterThanOrEqual(2);
    for (const path of files) expect(statSync(path).mode & 0o777, path).toBe(0o600);
    for (const path of privateFiles().filter((name) => statSync(name).isDirectory())) {
      expect(statSync(path).mode & 0o777, path).toBe(0o700);
    }
  });

  it('touches no branch, index, configuration or file of Git', async () => {
    const look = (): readonly string[] => [
      stage.git('status', '--porcelain=v2', '--branch'),
      stage.git('config', '--local', '--list'),
      stage.git('for-each-ref', 'refs/heads', 'refs/tags'),
      stage.git('ls-files', '--stage'),
    ];
    const before = look();
    await stage.owner.ok(INIT);
    expect(look()).toEqual(before);
  });

  it('makes the Git repository where there is none', async () => {
    const fresh = stage.beside('fresh');
    mkdirSync(fresh);
    const answer = await stage.owner.json(INIT, { cwd: fresh });
    expect(answer.gitMade).toBe(true);
    expect(existsSync(join(fresh, '.git', 'HEAD'))).toBe(true);
  });

  it('says which flag or variable names the principal, and makes nothing', async () => {
    const run = await stage.owner.run(['init', '--no-passphrase', '--json']);
    expect(run.exit).toBe(64);
    const error = printed(run);
    expect(error['code']).toBe('PRINCIPAL_MISSING');
    expect(run.stderr).toContain('--principal');
    expect(run.stderr).toContain('HEDDLE_PRINCIPAL');
    expect(privateFiles()).toEqual([]);
    expect(existsSync(join(stage.path, '.git', 'heddle'))).toBe(false);
  });

  it('takes the principal from the environment, never from git', async () => {
    const env = { HEDDLE_PRINCIPAL: 'variable@example.com' };
    const answer = await stage.owner.json(['init', '--no-passphrase', '--namespace', 'acme'], { env });
    expect(answer.principal).toBe('variable@example.com');
  });

  it('refuses to begin twice', async () => {
    await stage.owner.ok(INIT);
    const before = stage.footprint();
    await expectRefusal(stage.owner, INIT, { exit: 65, code: 'ALREADY_INITIALISED' });
    expect(stage.footprint()).toEqual(before);
  });

  it('needs a choice about the passphrase, and names all three ways', async () => {
    const run = await stage.owner.run(INIT.filter((word) => word !== '--no-passphrase'));
    expect(run.exit).toBe(78);
    expect(run.stderr).toMatch(/terminal/);
    expect(run.stderr).toMatch(/HEDDLE_PASSPHRASE_FILE/);
    expect(run.stderr).toMatch(/--no-passphrase/);
    expect(privateFiles().filter((path) => path.endsWith('.json'))).toEqual([]);
  });

  it('encrypts the keys with the passphrase of a private file, and never prints it', async () => {
    const file = stage.beside('passphrase');
    writeFileSync(file, 'correct horse battery staple\n', { mode: 0o600 });
    const env = { HEDDLE_PASSPHRASE_FILE: file };
    const run = await stage.owner.ok(
      INIT.filter((word) => word !== '--no-passphrase'),
      { env },
    );
    expect(run.stdout + run.stderr).not.toContain('horse');
    expect(await stage.owner.answer('key-list')).toMatchObject({ keys: [{ encrypted: true }] });
    writeFileSync(file, 'wrong horse\n');
    await expectRefusal(stage.owner, ['login'], { exit: 78, code: 'PASSPHRASE_WRONG', env });
    await expectRefusal(stage.owner, ['login'], { exit: 78, code: 'PASSPHRASE_MISSING' });
  });

  it.each([
    [['--principal', 'two words and \n a line'], 64],
    [['--principal', 'owner@example.com', '--namespace', 'a//b'], 64],
    [['--principal', 'owner@example.com', '--unknown'], 64],
  ])('refuses %j and makes nothing', async (more, exit) => {
    const run = await stage.owner.run(['init', '--no-passphrase', ...more]);
    expect(run.exit, run.stderr).toBe(exit);
    expect(stage.git('for-each-ref', 'refs/heddle')).toBe('');
    expect(privateFiles().filter((path) => path.endsWith('.json'))).toEqual([]);
  });

  it('refuses a bare repository by name', async () => {
    stage.git('clone', '-q', '--bare', '.', '../bare.git');
    await expectRefusal(stage.owner, INIT, {
      exit: 78,
      code: 'BARE_REPOSITORY',
      cwd: stage.beside('bare.git'),
    });
  });
});
