import { Writable } from 'node:stream';
import { afterEach, describe, expect, it } from 'vitest';
import { VERBS } from '#cli/command-table.ts';
import type { CommandOutcome, ContextOptions } from '#cli/command.ts';
import { createOutput, pagerCommand } from '#cli/output.ts';
import { runCommand, type Program } from '#cli/run-command.ts';
import type { VerbSpec } from '#cli/table/verb-spec.ts';
import { DeniedError } from '#domain/decision/denied-error.ts';
import { HeddleError } from '#domain/error.ts';
import { RESULT_SAMPLES } from '../../support/samples/results/result-samples.ts';
import { SAMPLE_DENIAL } from '../../support/samples/results/shared-samples.ts';

class Sink extends Writable {
  text = '';
  isTTY = false;
  failWith: string | undefined;

  override _write(chunk: Buffer, _encoding: string, done: (error?: Error) => void): void {
    if (this.failWith !== undefined) return done(Object.assign(new Error('no'), { code: this.failWith }));
    this.text += chunk.toString();
    done();
  }
}

interface Run {
  readonly exit: number;
  readonly stdout: string;
  readonly stderr: string;
  readonly paged: readonly string[];
  readonly options: ContextOptions | undefined;
  readonly closed: number;
}

interface Setting {
  readonly environment?: Readonly<Record<string, string>>;
  readonly terminal?: boolean;
  readonly stdoutFails?: string;
  readonly pagerStarts?: boolean;
}

const restored: (() => void)[] = [];
afterEach(() => restored.splice(0).forEach((restore) => restore()));

/** Puts other code behind a verb of the table for one test. */
function behind(name: string, act: () => CommandOutcome): void {
  const spec = VERBS.find((candidate) => candidate.path.join(' ') === name);
  if (spec === undefined) throw new Error(`no verb ${name}`);
  const { load } = spec;
  const replace = (value: VerbSpec['load']): unknown => Object.assign(spec, { load: value });
  replace(async () => ({ run: async () => act() }));
  restored.push(() => replace(load));
}

async function run(line: string, setting: Setting = {}): Promise<Run> {
  const [stdout, stderr] = [new Sink(), new Sink()];
  stdout.isTTY = setting.terminal ?? false;
  stdout.failWith = setting.stdoutFails;
  const paged: string[] = [];
  let options: ContextOptions | undefined;
  let closed = 0;
  const environment = setting.environment ?? {};
  const program: Program = {
    output: createOutput({
      stdout,
      stderr,
      writeNow: (_, bytes) => bytes,
      pagerCommand: pagerCommand(environment),
      showInPager: async (command, text) => {
        paged.push(`${command}: ${text}`);
        return setting.pagerStarts ?? true;
      },
    }),
    environment,
    isTerminal: { stdin: stdout.isTTY, stdout: stdout.isTTY, stderr: stdout.isTTY },
    readLine: async () => null,
    readHidden: async () => undefined,
    now: () => 0,
    version: async () => '1.2.3',
    enterDirectory: (directory) => {
      throw new HeddleError('USAGE', `cannot enter ${directory}`);
    },
    openContext: async (given) => {
      options = given;
      return {
        close: async () => {
          closed += 1;
        },
      };
    },
  };
  const exit = await runCommand(line === '' ? [] : line.split(' '), program);
  return { exit, stdout: stdout.text, stderr: stderr.text, paged, options, closed };
}

const [LOG] = RESULT_SAMPLES.log;
const [CAPTURE] = RESULT_SAMPLES.capture;
if (LOG === undefined || CAPTURE === undefined) throw new Error('there are samples');
const captured = (): CommandOutcome => ({ kind: 'capture', result: CAPTURE, notes: ['a \u001b note'] });
const logged = (): CommandOutcome => ({ kind: 'log', result: LOG });

describe('a verb that succeeds', () => {
  it('prints data on stdout and talk on stderr', async () => {
    behind('capture', captured);
    const result = await run('capture');
    expect(result).toMatchObject({ exit: 0, stderr: 'note: a \\x1b note\n', closed: 1 });
    expect(result.stdout).toMatch(/^captured hs-11111111 on task\/login\n/);
  });

  it('prints one JSON object on one line, with its schema first', async () => {
    behind('capture', captured);
    const { stdout, stderr } = await run('capture --json');
    expect(stdout).toMatch(/^\{"schema":"heddle\/capture\/v1",.*\}\n$/);
    expect(JSON.parse(stdout)).toEqual({ schema: 'heddle/capture/v1', ...CAPTURE });
    expect(stderr).toBe('');
  });

  it('ends with 1 where it has findings', async () => {
    const findings = [{ kind: 'chain', subject: 'x', message: 'broken' }];
    behind('token verify', () => ({
      kind: 'token-verify',
      result: { ok: false, principal: null, findings },
      exit: 1,
    }));
    expect((await run('token verify')).exit).toBe(1);
  });

  it('tells the context what the flags said, and nothing where the verb has no such flag', async () => {
    behind('capture', captured);
    const none = { at: null, grants: [], effective: null };
    behind('grant list', () => ({ kind: 'grant-list', result: none }));
    const id = '0190163D-8694-739B-AEA5-966C26F8AD91';
    const { options } = await run(`capture --agent a --confidence .8 --op-id ${id}`);
    expect(options?.said).toMatchObject({ agent: 'a', confidence: '.8', principal: null });
    expect(options?.operationId).toBe(id.toLowerCase());
    expect((await run('grant list --principal p')).options?.said.principal).toBeNull();
  });

  it('uses a pager for long verbs on a terminal, and straight output where none starts', async () => {
    behind('log', logged);
    behind('capture', captured);
    const environment = { PAGER: 'more' };
    expect((await run('log', { terminal: true, environment })).paged).toHaveLength(1);
    expect((await run('log', { terminal: true, environment })).stdout).toBe('');
    expect((await run('log', { terminal: true, environment, pagerStarts: false })).stdout).not.toBe('');
    expect((await run('log', { environment })).paged).toEqual([]);
    expect((await run('log --json', { terminal: true, environment })).paged).toEqual([]);
    expect((await run('capture', { terminal: true, environment })).paged).toEqual([]);
    expect((await run('log', { terminal: true, environment: { PAGER: 'cat' } })).paged).toEqual([]);
  });

  it('does not mind a reader that has gone', async () => {
    behind('log', logged);
    expect(await run('log', { stdoutFails: 'EPIPE' })).toMatchObject({ exit: 0, stderr: '' });
  });

  it('ends with 74 where its output cannot be written', async () => {
    behind('log', logged);
    expect((await run('log', { stdoutFails: 'ENOSPC' })).exit).toBe(74);
    expect((await run('log', { stdoutFails: 'EIO' })).exit).toBe(74);
  });
});

describe('the pager', () => {
  it.each([
    [{ HEDDLE_PAGER: 'a', GIT_PAGER: 'b', PAGER: 'c' }, 'a'],
    [{ GIT_PAGER: 'b', PAGER: 'c' }, 'b'],
    [{ PAGER: 'c' }, 'c'],
    [{}, 'less -FRX'],
    [{ HEDDLE_PAGER: '', PAGER: 'c' }, null],
    [{ PAGER: ' cat ' }, null],
  ])('of %j is %s', (environment, command) => {
    expect(pagerCommand(environment)).toBe(command);
  });
});

describe('a verb that fails', () => {
  it('closes its context, prints nothing on stdout, and ends with the code of the error', async () => {
    behind('capture', () => {
      throw new HeddleError('LOCK_HELD', 'another heddle is at work');
    });
    const result = await run('capture');
    expect(result).toMatchObject({ exit: 75, stdout: '', closed: 1 });
    expect(result.stderr).toMatch(/^error: another heddle is at work\nhint: wait/);
  });

  it('prints its error as JSON on stderr', async () => {
    behind('capture', () => {
      throw new HeddleError('LOCK_HELD', 'another heddle is at work');
    });
    const { stdout, stderr } = await run('--json capture');
    expect(stdout).toBe('');
    expect(JSON.parse(stderr)).toMatchObject({ schema: 'heddle/error/v1', code: 'LOCK_HELD', exit: 75 });
  });

  it('shows a denial with 77', async () => {
    behind('capture', () => {
      throw new DeniedError(SAMPLE_DENIAL);
    });
    const text = await run('capture');
    expect(text.exit).toBe(77);
    expect(text.stderr).toMatch(/^error: denied at role/);
    expect(JSON.parse((await run('capture --json')).stderr)).toMatchObject({ schema: 'heddle/denial/v1' });
  });

  it('is a bug with 70 where the error is not heddle’s own, with a stack only when traced', async () => {
    behind('capture', () => {
      throw new TypeError('undefined is not a function');
    });
    const quiet = await run('capture');
    expect(quiet.exit).toBe(70);
    expect(quiet.stderr).toContain('this is a bug in heddle');
    expect(quiet.stderr).not.toContain('undefined');
    expect((await run('capture', { environment: { HEDDLE_TRACE: '1' } })).stderr).toContain('TypeError');
  });
});

describe('a line that is not understood', () => {
  it('runs nothing and ends with 64', async () => {
    const result = await run('statu');
    expect(result).toMatchObject({ exit: 64, stdout: '', options: undefined });
    expect(result.stderr).toBe(
      "error: unknown verb 'statu'\n  nothing was changed\nhint: did you mean status?\n",
    );
  });

  it('is refused as JSON where JSON was asked for', async () => {
    const { stderr } = await run('statu --json');
    expect(JSON.parse(stderr)).toMatchObject({ code: 'USAGE', exit: 64, facts: { suggestion: 'status' } });
  });

  it('enters the directory of -C first', async () => {
    behind('capture', captured);
    expect(await run('-C nowhere capture')).toMatchObject({ exit: 64, options: undefined });
  });
});

describe('help and version', () => {
  it('open no context', async () => {
    for (const line of [
      '',
      'help',
      'capture --help',
      'help --json',
      'help denials',
      'help FLOOR --json',
      '--version',
    ]) {
      expect(await run(line)).toMatchObject({ exit: 0, options: undefined, stderr: '' });
    }
    expect((await run('--version')).stdout).toBe('heddle 1.2.3\n');
    expect(JSON.parse((await run('--version --json')).stdout)).toEqual({
      schema: 'heddle/version/v1',
      version: '1.2.3',
    });
  });

  it('end with 64 for a topic that is none', async () => {
    expect((await run('help weave')).exit).toBe(64);
  });
});
