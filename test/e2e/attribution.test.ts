import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { denialOf } from '../support/cli/run-heddle.ts';
import { Stage, type Person } from '../support/cli/stage.ts';
import { expectDenial, expectRefusal } from '../support/cli/verb-contract.ts';

let stage: Stage;
let agent: Person;
beforeAll(async () => {
  stage = await new Stage().withDev();
  agent = await stage.agent('worker', { more: ['--provider', 'example', '--model', 'm-1'] });
  stage.keep();
});
beforeEach(() => {
  stage.reset();
  stage.write('src/a.ts', 'a\n');
});
afterAll(() => stage.dispose());

/** What the signed state says, read below heddle. */
function signedState(): {
  readonly actor: Record<string, string | null>;
  readonly sources: Record<string, string>;
} {
  return JSON.parse(stage.git('cat-file', 'blob', 'refs/heddle/threads/task/login:state.json')) as ReturnType<
    typeof signedState
  >;
}

describe('attribution', () => {
  it('is changed by no commit message, trailer, author or user.email of Git', async () => {
    stage.git('config', 'user.email', 'mallory@example.com');
    stage.git('config', 'user.name', 'Mallory');
    const trailers =
      'Co-authored-by: mallory\nAssisted-by: mallory:gpt\nHeddle-Agent: mallory\nHeddle-Principal: mallory';
    stage.git('commit', '-q', '--allow-empty', '-m', `as mallory\n\n${trailers}`);
    const git = {
      GIT_AUTHOR_EMAIL: 'mallory@example.com',
      GIT_COMMITTER_NAME: 'mallory',
      EMAIL: 'mallory@example.com',
    };
    await stage.dev.ok(['capture', '-m', `An intent\n\n${trailers}`], { env: git });
    expect(signedState().actor).toEqual({
      principal: 'dev@example.com',
      agent: null,
      provider: null,
      model: null,
      session: null,
      confidence: null,
    });
    const carrier = stage.git('cat-file', 'commit', 'refs/heddle/threads/task/login');
    expect(carrier).not.toContain('mallory');
  });

  it('comes from the credential, then flags, then variables, and each field says which', async () => {
    const env = {
      HEDDLE_AGENT_SESSION: 'from-variable',
      HEDDLE_CONFIDENCE: '0.10',
    };
    await agent.ok(['capture', '--confidence', '0.9'], { env });
    expect(signedState().actor).toEqual({
      principal: 'dev@example.com',
      agent: 'worker',
      provider: 'example',
      model: 'm-1',
      session: 'from-variable',
      confidence: '0.90',
    });
    expect(signedState().sources).toMatchObject({
      principal: 'credential',
      agent: 'credential',
      provider: 'credential',
      model: 'credential',
      session: 'environment',
      confidence: 'flag',
    });
  });

  it('takes flags before variables where the credential names nothing', async () => {
    const env = { HEDDLE_AGENT_PROVIDER: 'variable', HEDDLE_AGENT_MODEL: 'variable' };
    await stage.dev.ok(['capture', '--provider', 'flag', '--model', 'flag'], { env });
    expect(signedState().actor).toMatchObject({ provider: 'flag', model: 'flag' });
  });

  it.each([
    [['--agent', 'other'], {}],
    [['--principal', 'owner@example.com'], {}],
    [['--provider', 'other', '--model', 'm-1'], {}],
    [[], { HEDDLE_AGENT: 'other' }],
    [[], { HEDDLE_PRINCIPAL: 'owner@example.com' }],
    [[], { HEDDLE_PRINCIPAL_EMAIL: 'owner@example.com' }],
    [[], { HEDDLE_AGENT_PROVIDER: 'example', HEDDLE_AGENT_MODEL: 'other' }],
  ])('refuses %j %j, which contradicts the credential', async (flags, env: Record<string, string>) => {
    const liar = agent.with(env);
    await expectDenial(stage, liar, { argv: ['capture', ...flags], code: 'ACTOR_MISMATCH' });
  });

  it.each([
    [['--provider', 'p'], {}, 'model', '--model'],
    [['--model', 'm'], {}, 'provider', '--provider'],
    [[], { HEDDLE_AGENT_PROVIDER: 'p' }, 'model', 'HEDDLE_AGENT_MODEL'],
    [[], { HEDDLE_AGENT_MODEL: 'm' }, 'provider', 'HEDDLE_AGENT_PROVIDER'],
  ])('refuses %j %j, which leaves the %s out', async (flags, env: Record<string, string>, missing, named) => {
    const before = stage.footprint();
    const argv = ['capture', ...flags];
    await expectRefusal(stage.dev, argv, { exit: 64, code: 'PROVIDER_MODEL_PAIR', env });
    const { stderr } = await stage.dev.run(argv, { env });
    expect(stderr).toContain(missing);
    expect(stderr).toContain(named);
    expect(stage.footprint()).toEqual(before);
  });

  it.each(['CLAUDECODE', 'AI_AGENT', 'CURSOR_AGENT', 'CODEX_SANDBOX', 'GEMINI_CLI'])(
    'notices an agent by %s, for posture only: it needs a credential of its own',
    async (variable) => {
      const detected = stage.dev.with({ [variable]: '1' });
      const run = await expectDenial(stage, detected, { argv: ['capture'], code: 'CREDENTIAL_MISSING' });
      expect(denialOf(run).message).toMatch(/agent/);
      await agent.ok(['capture'], { env: { [variable]: '1' } });
      expect(signedState().actor['agent']).toBe('worker');
    },
  );
});
