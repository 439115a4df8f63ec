import { readFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { schemaProblems } from '../../support/cli/schemas.ts';
import { Stage } from '../../support/cli/stage.ts';
import { expectRefusal } from '../../support/cli/verb-contract.ts';

let stage: Stage;
beforeEach(() => {
  stage = new Stage();
});
afterEach(() => stage.dispose());

const LOGIN = ['--principal', 'dev@example.com', '--no-passphrase'];

describe('login', () => {
  it('makes keys where there are none, and the session that this device uses', async () => {
    const answer = await stage.dev.answer('login', LOGIN);
    expect(schemaProblems(answer)).toEqual([]);
    expect(answer).toMatchObject({ principal: 'dev@example.com', repo: '*', keyMade: true });
    const directory = stage.beside('people', 'dev', 'heddle', 'data', 'credentials');
    for (const name of readdirSync(directory)) {
      expect(statSync(join(directory, name)).mode & 0o777).toBe(0o600);
    }
    expect((await stage.dev.answer('login')).keyMade).toBe(false);
  });

  it('works outside a repository, and lives as long as asked', async () => {
    const { expires } = await stage.dev.answer('login', [...LOGIN, '--ttl', '15m'], { cwd: stage.root });
    const minutes = (Date.parse(expires) - Date.now()) / 60_000;
    expect(minutes).toBeGreaterThan(13);
    expect(minutes).toBeLessThanOrEqual(15.1);
  });

  it('prints neither token nor key', async () => {
    const { stdout, stderr } = await stage.dev.ok(['login', ...LOGIN]);
    const directory = stage.beside('people', 'dev', 'heddle', 'data');
    for (const name of readdirSync(directory, { recursive: true, encoding: 'utf8' })) {
      if (!/\.(?:json|hcred)$/.test(name)) continue;
      const { token, secret, secrets } = JSON.parse(readFileSync(join(directory, name), 'utf8')) as Record<
        string,
        string
      >;
      for (const text of [token, secret, secrets]) {
        if (text !== undefined) expect(stdout + stderr).not.toContain(text.slice(0, 24));
      }
    }
  });

  it('needs to know for whom', async () => {
    await expectRefusal(stage.dev, ['login'], { exit: 64, code: 'PRINCIPAL_MISSING' });
  });

  it.each(['0s', '-5m', '1y', 'soon', '99999999999d'])('refuses a life of %s', async (ttl) => {
    await expectRefusal(stage.dev, ['login', ...LOGIN, `--ttl=${ttl}`], {
      exit: 64,
      code: 'DURATION_INVALID',
    });
  });
});
