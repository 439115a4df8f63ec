import { chmodSync, existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { normalise } from '../../support/cli/normalise.ts';
import { schemaProblems } from '../../support/cli/schemas.ts';
import { Stage } from '../../support/cli/stage.ts';
import { expectRefusal } from '../../support/cli/verb-contract.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await new Stage().withDev();
  await stage.agent('parent');
  stage.keep();
});
beforeEach(() => stage.reset());
afterAll(() => stage.dispose());

const attenuate = (resource: string, ...more: readonly string[]): readonly string[] => [
  ...'token attenuate --agent child --allow state:capture --resource'.split(' '),
  resource,
  ...(more.includes('--stdout') ? [] : ['--out', '../child.hcred']),
  ...more,
];

describe('token mint', () => {
  it('makes a credential file for its principal alone', async () => {
    const answer = await stage.dev.answer('token-mint', [
      '--ttl',
      '2h',
      '--allow',
      'state:read',
      '--out',
      '../m.hcred',
    ]);
    expect(schemaProblems(answer)).toEqual([]);
    expect(statSync(stage.beside('m.hcred')).mode & 0o777).toBe(0o600);
    const env = { HEDDLE_CREDENTIAL: stage.beside('m.hcred') };
    stage.write('src/a.ts', 'a\n');
    expect((await stage.dev.json(['capture'], { env, exit: 77 }))['code']).toBe('SCOPE_OPERATION');
  });

  it('overwrites nothing, and needs a principal with keys here', async () => {
    const argv = ['token', 'mint', '--out', '../parent.hcred'];
    await expectRefusal(stage.dev, argv, { exit: 73, code: 'OUTPUT_EXISTS' });
    const other = ['token', 'mint', '--principal', 'x@example.com', '--out', '../x.hcred'];
    await expectRefusal(stage.dev, other, { exit: 78, code: 'KEY_MISSING' });
    expect(existsSync(stage.beside('x.hcred'))).toBe(false);
  });
});

describe('token attenuate', () => {
  it('hands a narrower credential on, and leaves the parent as it was', async () => {
    const parent = readFileSync(stage.beside('parent.hcred'));
    const argv = attenuate('acme/core@task/login:src/a', '--from', '../parent.hcred').slice(2);
    const answer = await stage.dev.answer('token-attenuate', argv);
    expect(schemaProblems(answer)).toEqual([]);
    expect(answer).toMatchObject({ agent: 'child', credential: null });
    expect(readFileSync(stage.beside('parent.hcred'))).toEqual(parent);
    expect(statSync(stage.beside('child.hcred')).mode & 0o777).toBe(0o600);
  });

  it('works offline, outside any repository', async () => {
    const argv = attenuate('acme/core@task/login:src/a', '--from', 'parent.hcred', '--stdout').slice(2);
    const answer = await stage.dev.answer('token-attenuate', argv, { cwd: stage.root });
    expect(answer.operation).toBeNull();
    expect(answer.credential).toContain('"type":"credential"');
  });

  it.each([
    ['acme/core', []],
    ['acme/core@task/login:sr', []],
    ['acme/core@task/login:src', ['--allow', 'grant:write']],
  ])('refuses to ask for more: %s %j', async (resource, more) => {
    await expectRefusal(stage.dev, attenuate(resource, '--from', '../parent.hcred', ...more), {
      exit: 65,
      code: 'TOKEN_WIDENS',
    });
    expect(existsSync(stage.beside('child.hcred'))).toBe(false);
    expect(stage.leftovers()).toEqual([]);
  });

  it('ends with its parent at the latest, and goes no deeper than was left', async () => {
    const argv = attenuate('acme/core@task/login:src', '--from', '../parent.hcred').slice(2);
    await stage.dev.ok(['token', 'attenuate', ...argv]);
    const parent = await stage.dev.answer('token-inspect', ['--token-file', '../parent.hcred']);
    const child = await stage.dev.answer('token-inspect', ['--token-file', '../child.hcred']);
    expect(String(child.effective.expires) <= String(parent.effective.expires)).toBe(true);
    const longer = attenuate('acme/core@task/login:src', '--from', '../parent.hcred', '--ttl', '11h');
    await expectRefusal(stage.dev, longer, { exit: 65, code: 'TOKEN_WIDENS' });
    const deeper = [
      'token',
      'attenuate',
      '--agent',
      'third',
      '--allow',
      'state:capture',
      '--resource',
      'acme/core@task/login:src',
    ];
    await expectRefusal(stage.dev, [...deeper, '--from', '../child.hcred', '--out', '../third.hcred'], {
      exit: 65,
      code: 'TOKEN_WIDENS',
    });
  });

  it('says what is missing', async () => {
    await expectRefusal(stage.dev, ['token', 'attenuate', '--agent', 'x'], { exit: 64, code: 'USAGE' });
    const pair = attenuate('acme/core@task/login', '--provider', 'p');
    await expectRefusal(stage.dev, pair, { exit: 64, code: 'PROVIDER_MODEL_PAIR' });
    const { stderr } = await stage.dev.run(pair);
    expect(stderr).toContain('model');
    await expectRefusal(stage.dev, attenuate('acme/../core'), { exit: 64, code: 'RESOURCE_INVALID' });
    await expectRefusal(stage.dev, attenuate('acme/core', '--stdout', '--out', '../y.hcred'), {
      exit: 64,
      code: 'USAGE',
    });
  });
});

describe('token inspect', () => {
  it('says each block in plain words, and never the private key', async () => {
    const argv = ['--token-file', '../parent.hcred'];
    const answer = await stage.dev.answer('token-inspect', argv);
    expect(schemaProblems(answer)).toEqual([]);
    expect(answer.blocks.map(({ kind, agent }) => [kind, agent])).toEqual([
      ['authority', null],
      ['delegation', 'parent'],
    ]);
    expect(answer.effective.resources).toEqual([['acme/core@task/login:src']]);
    const { stdout } = await stage.dev.ok(['token', 'inspect', ...argv]);
    expect(normalise(stdout, stage.root)).toMatchSnapshot();
    const { secret } = JSON.parse(readFileSync(stage.beside('parent.hcred'), 'utf8')) as { secret: string };
    expect(stdout).not.toContain(secret);
  });

  it('reads a bare token from standard input', async () => {
    const { token } = JSON.parse(readFileSync(stage.beside('parent.hcred'), 'utf8')) as { token: string };
    const answer = await stage.dev.answer('token-inspect', ['--token-file', '-'], { stdin: `${token}\n` });
    expect(answer.blocks).toHaveLength(2);
  });

  it('refuses what is no token, and a credential that others can read', async () => {
    writeFileSync(stage.beside('junk'), 'junk', { mode: 0o600 });
    const junk = await stage.dev.run(['token', 'inspect', '--token-file', '../junk']);
    expect(junk.exit, junk.stderr).toBe(65);
    chmodSync(stage.beside('parent.hcred'), 0o644);
    const argv = ['token', 'inspect', '--token-file', '../parent.hcred'];
    await expectRefusal(stage.dev, argv, { exit: 78, code: 'CREDENTIAL_FILE_MODE' });
    await expectRefusal(stage.dev, ['token', 'inspect', '--token-file', '../none'], {
      exit: 65,
      code: 'NOT_FOUND',
    });
  });
});

describe('token verify', () => {
  it('is good for a registered principal, and is not for a stranger', async () => {
    const answer = await stage.dev.answer('token-verify', ['--token-file', '../parent.hcred']);
    expect(schemaProblems(answer)).toEqual([]);
    expect(answer).toMatchObject({ ok: true, principal: 'dev@example.com', findings: [] });
    const stranger = stage.person('stranger');
    await stranger.ok(['login', '--principal', 'stranger@example.com', '--no-passphrase']);
    await stranger.ok(['token', 'mint', '--out', '../s.hcred']);
    const bad = await stage.dev.answer('token-verify', ['--token-file', '../s.hcred'], { exit: 1 });
    expect(schemaProblems(bad)).toEqual([]);
    expect(bad.ok).toBe(false);
    expect(bad.findings.length).toBeGreaterThan(0);
  });
});
