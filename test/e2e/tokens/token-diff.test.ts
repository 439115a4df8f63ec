import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { schemaProblems } from '../../support/cli/schemas.ts';
import { Stage } from '../../support/cli/stage.ts';
import { expectRefusal } from '../../support/cli/verb-contract.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await new Stage().withDev();
  const parent = await stage.agent('parent', {
    allow: 'state:capture,state:read,undo',
    more: ['--depth', '2'],
  });
  await stage.agent('child', { resource: 'acme/core@task/login:src/a', from: parent });
});
afterAll(() => stage.dispose());

const DIFF = ['--diff', '../parent.hcred', '../child.hcred'];

describe('token inspect --diff', () => {
  it('says what a child lost, and that it gains nothing, before anything is started', async () => {
    const before = stage.footprint();
    const answer = await stage.dev.answer('token-inspect', DIFF);
    expect(schemaProblems(answer)).toEqual([]);
    expect(answer.diff).toMatchObject({ via: ['parent'], relation: 'descendant', gains: [] });
    expect(answer.diff?.loses.map(({ what, plain }) => `${what}: ${plain}`)).toEqual([
      'operations: may no longer undo',
      'resources: is only within acme/core@task/login:src/a',
      'depth: may add 1 more agent, not 2',
      'actor: acts as child, whatever it does',
    ]);
    expect(stage.footprint()).toEqual(before);
    expect((await stage.dev.answer('token-inspect', ['../child.hcred'])).diff).toBeNull();
  });

  it('says it in text, below what the token allows', async () => {
    const { stdout } = await stage.dev.ok(['token', 'inspect', ...DIFF]);
    expect(stdout.slice(stdout.indexOf('against'))).toBe(
      `against the token of dev@example.com via parent, its parent:
gains
  nothing
loses
  it may no longer undo
  it is only within acme/core@task/login:src/a
  it may add 1 more agent, not 2
  it acts as child, whatever it does
`,
    );
  });

  it('compares outside a repository, with a stranger, and from standard input', async () => {
    const stranger = stage.person('stranger');
    await stranger.ok(['login', '--principal', 'stranger@example.com', '--no-passphrase']);
    await stranger.ok(['token', 'mint', '--out', '../s.hcred']);
    const stdin = readFileSync(stage.beside('child.hcred'), 'utf8');
    const options = { cwd: stage.root, stdin };
    const answer = await stage.dev.answer('token-inspect', ['--stdin', '--diff', 's.hcred'], options);
    expect(answer.diff).toMatchObject({ principal: 'stranger@example.com', relation: 'unrelated' });
    const turned = ['--diff', '-', 'parent.hcred'];
    expect((await stage.dev.answer('token-inspect', turned, options)).diff?.relation).toBe('ancestor');
  });

  it('refuses what is no token, and two tokens in one place', async () => {
    const inspect = (line: string): readonly string[] => ['token', 'inspect', ...line.split(' ')];
    await expectRefusal(stage.dev, inspect('--diff ../none ../child.hcred'), { exit: 65, code: 'NOT_FOUND' });
    await expectRefusal(stage.dev, inspect('--diff - --stdin'), { exit: 64, code: 'USAGE' });
    await expectRefusal(stage.dev, inspect('../child.hcred --token-file ../parent.hcred'), {
      exit: 64,
      code: 'USAGE',
    });
  });
});
