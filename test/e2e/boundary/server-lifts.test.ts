import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { gitPush, HEDDLE_REFSPECS, publishHere } from '../../support/boundary/publish.ts';
import { rebindReplicas } from '../../support/cli/prepared-stage.ts';
import { Stage } from '../../support/cli/stage.ts';

const TEXT = 'export const plan = "of the whole company";\n';

let stage: Stage;
let first: string;
const bare = (): string => stage.beside('server.git');

beforeAll(async () => {
  stage = await new Stage().withDev();
  stage.write('src/plan.ts', TEXT);
  first = (await stage.dev.answer('capture', ['-m', 'First'])).state ?? '';
  stage.git('init', '-q', '--bare', bare());
  const home = ['--home', stage.beside('server-home')];
  await stage.owner.ok(['hook', 'install', '--server', '--trust-first', ...home], { cwd: bare() });
  await publishHere(stage.dev, stage.path);
  await stage.owner.ok(['remote', 'add', 'origin', bare()]);
  await stage.owner.ok(['push', '--all', '--branch', 'main']);
  stage.keep();
});
beforeEach(async () => {
  stage.reset();
  const homes = ['owner', 'dev'].map((name) => stage.person(name).env['HEDDLE_HOME'] ?? '');
  await rebindReplicas(`${stage.path}/.git`, homes);
  await rebindReplicas(bare(), [stage.beside('server-home')]);
});
afterAll(() => stage.dispose());

async function redact(...argv: readonly string[]): Promise<string> {
  const { operation } = await stage.owner.answer('redact', [...argv, '--reason', 'too early']);
  return operation ?? '';
}

const carried = (): string =>
  stage.git('-C', bare(), 'show', 'refs/heddle/threads/task/login:files/src/plan.ts');

describe('a server that hid a content', () => {
  it('takes it again with the lift of an owner, in one push', async () => {
    const operation = await redact('src/plan.ts', '--state', first);
    await stage.owner.ok(['push', '--all']);
    expect(carried()).not.toContain('whole company');
    await stage.owner.ok(['undo', operation]);
    await stage.owner.ok(['push', '--all']);
    expect(carried()).toBe(TEXT.trim());
    // It is welcome from now on, whoever brings it.
    stage.write('src/copy.ts', TEXT);
    await stage.dev.ok(['capture', '-m', 'Copied']);
    await publishHere(stage.dev, stage.path);
    expect(await gitPush(stage, bare(), HEDDLE_REFSPECS)).toMatchObject({ exit: 0 });
  });

  it('goes on to refuse what nobody lifted, whatever else is lifted in the same push', async () => {
    stage.write('src/other.ts', 'export const other = "a plan";\n');
    const { state } = await stage.dev.answer('capture', ['-m', 'Second']);
    const blob = stage.git('rev-parse', 'refs/heddle/threads/task/login:files/src/other.ts');
    await publishHere(stage.dev, stage.path);
    await stage.owner.ok(['push', '--all']);
    const lifted = await redact('src/plan.ts', '--state', first);
    await redact('src/other.ts', '--state', state ?? '');
    await stage.owner.ok(['push', '--all']);
    await stage.owner.ok(['undo', lifted]);
    await publishHere(stage.owner, stage.path);
    stage.git('tag', 'hidden', blob);
    const brought = await gitPush(stage, bare(), [...HEDDLE_REFSPECS, 'refs/tags/hidden']);
    expect(brought.exit).toBe(1);
    expect(brought.stderr).toContain(`CONTENT_SHUNNED ${blob}`);
    expect(brought.stderr.match(/CONTENT_SHUNNED [0-9a-f]{40}/g)).toHaveLength(1);
    expect(carried()).not.toContain('whole company');
  });
});

it('a push of which records go first says what stands there where the rest is refused', async () => {
  await redact('src/plan.ts', '--state', first);
  await stage.owner.ok(['grant', 'add', 'dev@example.com', 'maintainer', 'acme/core']);
  stage.git('commit', '-q', '--allow-empty', '-m', 'By git alone');
  const { exit, stderr } = await stage.owner.run(['push', '--all', '--branch', 'main']);
  expect(exit).toBe(65);
  expect(carried()).not.toContain('whole company');
  expect(stderr).toContain('what was pushed before it stands at the remote');
  expect(stderr).toMatch(/pushed +refs\/heddle\/authority, refs\/heddle\/tombstones/u);
  expect(stderr).not.toContain('nothing was pushed');
});
