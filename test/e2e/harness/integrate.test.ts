import {
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { HarnessResult } from '#domain/results/boundary/harness-results.ts';
import { schemaProblems } from '../../support/cli/schemas.ts';
import { Stage } from '../../support/cli/stage.ts';
import type { Run } from '../../support/cli/run-heddle.ts';
import { expectRefusal, itNeedsARepository } from '../../support/cli/verb-contract.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await new Stage().withDev();
  stage.keep();
});
beforeEach(() => stage.reset());
afterAll(() => stage.dispose());

const EVENTS = {
  'session-start': 'SessionStart',
  'pre-tool': 'PreToolUse',
  'turn-end': 'Stop',
  'session-end': 'SessionEnd',
} as const;
type Event = keyof typeof EVENTS;

const settings = (): string => join(stage.path, '.claude', 'settings.local.json');

/** What Claude Code would send, and its environment. */
function hook(event: Event, more: object = {}, env: Readonly<Record<string, string>> = {}): Promise<Run> {
  const input = { session_id: 'session-1', cwd: stage.path, hook_event_name: EVENTS[event], ...more };
  const agent = stage.dev.with({ CLAUDECODE: '1', ...env });
  return agent.run(['harness', event, '--format', 'claude-code'], { stdin: JSON.stringify(input) });
}

const write = (path: string): object => ({
  tool_name: 'Write',
  tool_input: { file_path: path, content: 'x' },
});

function credentials(): readonly string[] {
  const root = join(stage.dev.env['HEDDLE_HOME'] ?? '', 'data', 'harness');
  const names = existsSync(root) ? readdirSync(root, { recursive: true, encoding: 'utf8' }) : [];
  return names.filter((name) => name.endsWith('.hcred')).map((name) => join(root, name));
}

describe('integrate', () => {
  itNeedsARepository(['integrate', 'generic']);

  it('writes hooks of absolute programs beside what is there, and gives it back byte for byte', async () => {
    const before = '{\n    "model" : "x", "hooks": {"Stop": []},\n\t"odd": 1.0}\n\n';
    mkdirSync(dirname(settings()), { recursive: true });
    writeFileSync(settings(), before);
    const answer = await stage.dev.json(['integrate', 'claude-code']);
    expect(schemaProblems(answer)).toEqual([]);
    const text = readFileSync(settings(), 'utf8');
    const { hooks, ...rest } = JSON.parse(text) as { hooks: Record<string, unknown> };
    expect(rest).toEqual({ model: 'x', odd: 1 });
    expect(Object.keys(hooks).toSorted()).toEqual(['PreToolUse', 'SessionEnd', 'SessionStart', 'Stop']);
    for (const [, command] of text.matchAll(/"command": "([^"]*)"/g)) {
      expect(command).toMatch(/^'\/[^']*' '\/[^']*heddle\.js' harness [a-z-]+ --format claude-code$/);
    }
    expect(await stage.dev.json(['integrate', 'claude-code'])).toMatchObject({ done: 'installed' });
    expect(readFileSync(settings(), 'utf8')).toBe(text);
    expect(await stage.dev.answer('status')).toMatchObject({ harness: 'claude-code' });
    expect(await stage.owner.answer('status')).toMatchObject({ harness: null });
    await stage.dev.ok(['integrate', 'claude-code', '--uninstall']);
    expect(readFileSync(settings(), 'utf8')).toBe(before);
    expect(await stage.dev.json(['integrate', 'claude-code', '--uninstall'])).toMatchObject({
      done: 'unchanged',
    });
  });

  it('leaves nothing behind where nothing was, and what somebody wrote since', async () => {
    const excludes = join(stage.path, '.git', 'info', 'exclude');
    mkdirSync(dirname(excludes), { recursive: true });
    writeFileSync(excludes, '*.mine');
    await stage.dev.ok(['integrate', 'claude-code']);
    expect(readFileSync(excludes, 'utf8')).toBe('*.mine\n/.claude/settings.local.json\n');
    await stage.dev.ok(['integrate', 'claude-code', '--uninstall']);
    expect(existsSync(dirname(settings()))).toBe(false);
    expect(readFileSync(excludes, 'utf8')).toBe('*.mine');
    await stage.dev.ok(['integrate', 'claude-code']);
    const wired = JSON.parse(readFileSync(settings(), 'utf8')) as object;
    writeFileSync(settings(), JSON.stringify({ ...wired, mine: true }, null, 2));
    await stage.dev.ok(['integrate', 'claude-code', '--uninstall']);
    expect(readFileSync(settings(), 'utf8')).toBe('{\n  "mine": true\n}');
  });

  it('takes hooks out that came with a copy of a clone, of which the home has no record', async () => {
    const before = '{ "model" : "x" }';
    mkdirSync(dirname(settings()), { recursive: true });
    writeFileSync(settings(), before);
    await stage.dev.ok(['integrate', 'claude-code']);
    rmSync(join(stage.dev.env['HEDDLE_HOME'] ?? '', 'data', 'harness'), { recursive: true });
    const unwire = ['integrate', 'claude-code', '--uninstall'];
    expect(await stage.dev.json(unwire)).toMatchObject({ done: 'uninstalled' });
    expect(readFileSync(settings(), 'utf8')).toBe(before);
    expect(await stage.dev.json(unwire)).toMatchObject({ done: 'unchanged' });
  });

  it('goes into the user’s own settings where that is said, and other clones stay as they are', async () => {
    const home = stage.beside('somebody');
    const file = join(home, '.claude', 'settings.json');
    const dev = stage.dev.with({ HOME: home });
    await dev.ok(['integrate', 'claude-code', '--user']);
    expect(readFileSync(file, 'utf8')).toContain('harness pre-tool --format claude-code');
    expect(existsSync(settings())).toBe(false);
    expect(stage.git('status', '--porcelain', '-uall', '--ignored')).not.toContain('.claude');
    // From the user's file to the clone's: one at a time.
    await dev.ok(['integrate', 'claude-code']);
    expect([existsSync(file), existsSync(settings())]).toEqual([false, true]);
    await dev.ok(['integrate', 'claude-code', '--uninstall']);
    expect([existsSync(dirname(file)), existsSync(settings())]).toEqual([false, false]);
    await expectRefusal(dev, ['integrate', 'generic', '--user'], { exit: 64, code: 'USAGE' });
  });

  it('is missed by doctor where somebody took the hooks out, or they call another program', async () => {
    const told = async (exit: number): Promise<string> =>
      JSON.stringify((await stage.dev.json(['doctor'], { exit }))['findings']);
    await stage.dev.ok(['integrate', 'claude-code']);
    expect(await told(0)).toBe('[]');
    const wired = readFileSync(settings(), 'utf8');
    writeFileSync(settings(), wired.replace('heddle.js', 'other.js'));
    expect(await told(1)).toContain('call another program');
    writeFileSync(settings(), '{"mine":true}');
    expect(await told(1)).toContain('no hooks of heddle');
    await stage.dev.ok(['integrate', 'claude-code', '--uninstall']);
    expect(await told(0)).toBe('[]');
    expect(readFileSync(settings(), 'utf8')).toBe('{"mine":true}');
  });

  it('is refused to an agent, and where the settings are a link or no JSON; nothing is written', async () => {
    const argv = ['integrate', 'claude-code'];
    const refusal = { exit: 65, code: 'INTEGRATE_REFUSED' };
    await expectRefusal(stage.dev.with({ CLAUDECODE: '1' }), argv, refusal);
    await expectRefusal(await stage.agent('worker'), argv, refusal);
    mkdirSync(dirname(settings()), { recursive: true });
    writeFileSync(settings(), '{ // mine\n}');
    await expectRefusal(stage.dev, argv, { exit: 65, code: 'FORMAT_INVALID' });
    rmSync(settings());
    mkdirSync(dirname(settings()), { recursive: true });
    writeFileSync(stage.beside('outside.json'), '{}');
    symlinkSync(stage.beside('outside.json'), settings());
    await expectRefusal(stage.dev, argv, refusal);
    expect(readFileSync(stage.beside('outside.json'), 'utf8')).toBe('{}');
    await expectRefusal(stage.dev, ['integrate', 'cobol'], { exit: 64, code: 'USAGE' });
    await expectRefusal(stage.dev, ['integrate', 'generic', '--allow', 'state:capture'], {
      exit: 64,
      code: 'USAGE',
    });
  });
});

describe('a session of Claude Code', () => {
  it('gets a credential, is captured by turns under its model, and loses it at the end', async () => {
    await stage.dev.ok(['integrate', 'claude-code']);
    const variables = stage.beside('env');
    const started = await hook('session-start', { model: 'some-model' }, { CLAUDE_ENV_FILE: variables });
    expect(started.exit).toBe(0);
    expect(JSON.parse(started.stdout)).toMatchObject({
      hookSpecificOutput: { hookEventName: 'SessionStart' },
    });
    const [file = ''] = credentials();
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(readFileSync(variables, 'utf8')).toBe(
      `export HEDDLE_CREDENTIAL='${file}'\nexport HEDDLE_AGENT_SESSION='session-1'\n`,
    );
    stage.write('src/a.ts', 'one\n');
    expect(stage.git('status', '--porcelain', '-uall')).not.toContain('.claude');
    expect(await hook('turn-end', { stop_hook_active: false })).toMatchObject({ exit: 0, stdout: '' });
    const { states } = await stage.dev.answer('log', ['-n', '1']);
    expect(states[0]?.actor).toMatchObject({
      principal: 'dev@example.com',
      agent: 'claude-code',
      provider: 'anthropic',
      model: 'some-model',
      session: 'session-1',
    });
    expect(states[0]?.attestation).toBe('verified');
    expect((await hook('session-end', { reason: 'other' })).exit).toBe(0);
    expect(credentials()).toEqual([]);
    stage.write('src/a.ts', 'two\n');
    const late = await hook('turn-end');
    expect(JSON.parse(late.stdout)).toHaveProperty('systemMessage');
  });

  it('has a tool blocked with the denial as the reason where a write may not be captured', async () => {
    const only = ['--allow', 'state:capture', '--resource', 'acme/core@task/login:src'];
    await stage.dev.ok(['integrate', 'claude-code', ...only]);
    await hook('session-start');
    expect(await hook('pre-tool', write(join(stage.path, 'src/a.ts')))).toMatchObject({
      exit: 0,
      stdout: '',
    });
    const denied = await hook('pre-tool', write(join(stage.path, 'docs/a.md')));
    expect(denied.exit).toBe(2);
    expect(JSON.parse(denied.stdout)).toEqual({
      hookSpecificOutput: {
        hookEventName: 'PreToolUse',
        permissionDecision: 'deny',
        permissionDecisionReason: denied.stderr.trimEnd(),
      },
    });
    expect(denied.stderr).toContain('acme/core@task/login:docs/a.md');
    expect(denied.stderr).toContain('scope');
    mkdirSync(stage.beside('elsewhere'));
    symlinkSync(join(stage.path, 'docs'), stage.beside('elsewhere', 'link'));
    mkdirSync(join(stage.path, 'docs'), { recursive: true });
    expect((await hook('pre-tool', write(stage.beside('elsewhere', 'link', 'a.md')))).exit).toBe(2);
    expect((await hook('pre-tool', write(stage.beside('elsewhere', 'own.md')))).exit).toBe(0);
    expect((await hook('pre-tool', write(settings()))).exit).toBe(2);
    expect((await hook('pre-tool', write(join(stage.path, '.git/hooks/pre-commit')))).exit).toBe(2);
    const kept = join(stage.dev.env['HEDDLE_HOME'] ?? '', 'data', 'harness', 'any');
    expect((await hook('pre-tool', write(kept))).exit).toBe(2);
  });

  it('has one credential, which a revocation ends for all sessions, until a person wires it again', async () => {
    await stage.dev.ok(['integrate', 'claude-code']);
    await hook('session-start', { source: 'startup' });
    const [file = ''] = credentials();
    const given = readFileSync(file);
    await hook('session-start', { source: 'compact' });
    expect(readFileSync(file).equals(given)).toBe(true);
    await stage.dev.ok(['token', 'revoke', '--token-file', file]);
    const more = await hook('session-start', { session_id: 'session-2' });
    expect(JSON.parse(more.stdout)).toHaveProperty('systemMessage');
    expect(credentials()).toEqual([file]);
    await stage.dev.ok(['integrate', 'claude-code']);
    expect(credentials()).toEqual([]);
    await hook('session-start', { session_id: 'session-2' });
    expect(credentials()).toHaveLength(1);
  });

  it('fails closed: nothing that cannot be decided lets a tool through', async () => {
    await stage.dev.ok(['integrate', 'claude-code']);
    const path = join(stage.path, 'src/a.ts');
    expect((await hook('pre-tool', write(path))).exit).toBe(2);
    expect((await hook('pre-tool', { ...write(path), session_id: '../x' })).exit).toBe(2);
    const garbage = await stage.dev.run(['harness', 'pre-tool', '--format', 'claude-code'], { stdin: '{' });
    expect(garbage.exit).toBe(2);
    expect(credentials()).toEqual([]);
  });

  it('is left alone where nobody wired the clone, whatever settings say', async () => {
    expect(await hook('session-start')).toMatchObject({ exit: 0, stdout: '' });
    expect(await hook('pre-tool', write(join(stage.path, 'src/a.ts')))).toMatchObject({
      exit: 0,
      stdout: '',
    });
    expect(credentials()).toEqual([]);
  });

  it('gets no more than the run has that it is in', async () => {
    await stage.dev.ok(['integrate', 'claude-code']);
    const narrow = await stage.agent('worker', { resource: 'acme/core@task/login:docs' });
    const started = await narrow.run(['harness', 'session-start', '--format', 'claude-code'], {
      stdin: JSON.stringify({ session_id: 's', hook_event_name: 'SessionStart' }),
    });
    expect(JSON.parse(started.stdout)).toHaveProperty('systemMessage');
    expect(credentials()).toEqual([]);
  });
});

describe('a session of any harness', () => {
  it('speaks one object in and one out', async () => {
    await stage.dev.ok(['integrate', 'generic', '--agent', 'robot', '--provider', 'p']);
    const say = async (event: Event, input: object, exit = 0): Promise<HarnessResult> => {
      const run = await stage.dev.run(['harness', event], { stdin: JSON.stringify(input) });
      expect(run.exit).toBe(exit);
      const object = JSON.parse(run.stdout) as HarnessResult & Record<string, unknown>;
      expect(schemaProblems(object as never)).toEqual([]);
      return object;
    };
    const started = await say('session-start', { session: 's1', model: 'm' });
    expect(started).toMatchObject({ outcome: 'ready', variables: [{ name: 'HEDDLE_CREDENTIAL' }, {}] });
    expect(await say('pre-tool', { session: 's1', tool: 'edit', paths: ['src/a.ts'] })).toMatchObject({
      outcome: 'allowed',
    });
    expect(await say('pre-tool', { session: 's2', tool: 'edit', paths: ['src/a.ts'] }, 2)).toMatchObject({
      outcome: 'refused',
    });
    stage.write('src/b.ts', 'b\n');
    expect(await say('turn-end', { session: 's1' })).toMatchObject({ outcome: 'captured' });
    expect(await say('turn-end', { session: 's1' })).toMatchObject({ outcome: 'unchanged' });
    expect(await say('session-end', { session: 's1' })).toMatchObject({ outcome: 'ended' });
    expect(await say('turn-end', { session: 's1', surplus: 1 }, 1)).toMatchObject({ outcome: 'failed' });
  });
});
