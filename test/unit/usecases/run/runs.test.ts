import { beforeEach, describe, expect, it } from 'vitest';
import { jsonField } from '#domain/encoding/json-field.ts';
import { parseRunEnd, parseRunStart } from '#domain/run/run-record.ts';
import { parseId } from '#domain/id.ts';
import { instantMilliseconds, parseInstant } from '#domain/time.ts';
import type { LoggedOperation } from '#domain/operation/operation.ts';
import { NO_RULES } from '#domain/policy/policy.ts';
import { setPolicy } from '#usecases/policy/set-policy.ts';
import { explainRun } from '#usecases/run/explain-run.ts';
import { listRuns, showRun } from '#usecases/run/list-runs.ts';
import { planRun, type RunOptions } from '#usecases/run/plan-run.ts';
import { runOutcome } from '#usecases/run/run-outcome.ts';
import { runProgram, type Ran } from '#usecases/run/run-program.ts';
import { startThread } from '#usecases/threads/start.ts';
import { listTokens } from '#usecases/tokens/list-tokens.ts';
import { memoryMark } from '../../../support/memory/runs.ts';
import { initialised } from '../../../support/memory/scenes.ts';
import type { MemoryRepository } from '../../../support/memory/workspace.ts';

let repository: MemoryRepository;
beforeEach(async () => {
  repository = await initialised();
});

const OPTIONS: RunOptions = {
  program: 'claude',
  args: ['--token=sesame-open', 'fix it'],
  agent: null,
  provider: null,
  model: null,
  depth: null,
  preset: 'review',
  operations: [],
  resources: [],
  life: null,
  thread: null,
  worktree: null,
  timeout: null,
  envPass: [],
  credential: 'file',
  variables: { PATH: '/bin', SECRET: 'x' },
  directory: '/work',
  parent: null,
};

async function run(options: Partial<RunOptions> = {}): Promise<Ran> {
  const { workspace } = repository;
  const plan = await planRun(workspace, { ...OPTIONS, ...options });
  const surroundings = {
    output: 'stdout',
    pause: async () => undefined,
    reopen: async () => workspace,
  } as const;
  return runProgram(workspace, plan, surroundings);
}

async function lines(): Promise<readonly LoggedOperation[]> {
  const found: LoggedOperation[] = [];
  for await (const operation of repository.workspace.log.newest()) found.push(operation);
  return found;
}

function verbOf({ texts }: LoggedOperation) {
  return texts === 'redacted' ? undefined : jsonField(texts.args, 'verb');
}

describe('a run', () => {
  it('has its line and its note before the program starts, and nothing but lines afterwards', async () => {
    const { processes, workspace, runCredentials } = repository;
    processes.behave = async (program) => {
      const [newest] = await lines();
      expect(newest?.line.op).toBe('run-start');
      expect(program.token).toBe(`HEDDLE_RUN=${newest?.id ?? ''}`);
      expect(await workspace.runNotes.list()).toEqual([newest?.id]);
      expect([...runCredentials.kept.keys()]).toEqual([newest?.id]);
      expect((await listRuns(workspace, { all: false })).runs).toMatchObject([{ status: 'running' }]);
      return { outcome: 'signalled', code: null, signal: 'SIGINT', signalNumber: 2 };
    };
    const ran = await run();
    expect(runOutcome(ran)).toMatchObject({
      exit: 130,
      outcome: 'signalled',
      signal: 'SIGINT',
      agent: 'claude',
    });
    const found = await lines();
    expect(found.slice(0, 3).map(({ line }) => line.op)).toEqual(['run-end', 'run-start', 'token-attenuate']);
    expect(found[0] && parseRunEnd(verbOf(found[0]))).toMatchObject({ run: ran.run, signal: 'SIGINT' });
    const start = found[1] && parseRunStart(verbOf(found[1]));
    expect(start).toMatchObject({
      argv: ['claude', '--token=***', 'fix it'],
      agent: 'claude',
      credential: 'file',
    });
    expect(JSON.stringify(found.map(verbOf))).not.toContain('sesame');
    expect([await workspace.runNotes.list(), runCredentials.kept.size]).toEqual([[], 0]);
  });

  it('lets its token be called live while it goes on, and no longer', async () => {
    const { processes, workspace } = repository;
    const seen: unknown[] = [];
    const look = async (live: boolean): Promise<void> => {
      const { tokens } = await listTokens(workspace, { live });
      seen.push(tokens.map(({ agent, status }) => [agent, status]));
    };
    processes.behave = async () => {
      await look(true);
      return { outcome: 'exited', code: 0, signal: null, signalNumber: 0 };
    };
    await run();
    await look(true);
    await look(false);
    expect(seen).toEqual([[['claude', 'live']], [], [['claude', 'ended']]]);
  });

  it('is refused before anything where a policy asks what its agent runs on and nobody says', async () => {
    const { workspace } = repository;
    const rules = { ...NO_RULES, attribution: 'required' } as const;
    await setPolicy(workspace, { resource: null, rules, reason: null, dryRun: false });
    const before = await lines();
    const work = { preset: null, operations: ['state:capture'] } as const;
    await expect(run(work)).rejects.toMatchObject({
      code: 'TOKEN_AGAINST_POLICY',
      message: expect.stringContaining('claude does not say which provider and model it runs on'),
      facts: { advice: 'name it with --provider and --model' },
    });
    await expect(planRun(workspace, { ...OPTIONS, ...work })).rejects.toMatchObject({
      code: 'TOKEN_AGAINST_POLICY',
    });
    expect(await lines()).toHaveLength(before.length);
    // Reading is asked for by no policy, and what is named may go.
    expect(runOutcome(await run()).exit).toBe(0);
    expect(runOutcome(await run({ ...work, provider: 'example', model: 'm' })).exit).toBe(0);
    await setPolicy(workspace, {
      resource: null,
      rules: { ...rules, attribution: 'warn' },
      reason: null,
      dryRun: false,
    });
    expect(runOutcome(await run(work)).exit).toBe(0);
  });

  it('exits with 124 at its deadline, whatever the program did then', async () => {
    repository.processes.behave = async () => ({
      outcome: 'timed-out',
      code: 0,
      signal: null,
      signalNumber: 0,
    });
    expect(runOutcome(await run({ timeout: 1000 })).exit).toBe(124);
    expect(repository.processes.started[0]?.deadlineMs).toBe(1000);
  });

  it('has a token that ends with its deadline, unless another life was asked for', async () => {
    const lifeOf = async (options: Partial<RunOptions>): Promise<number> =>
      instantMilliseconds(parseInstant(String((await run(options)).start.expires))) -
      instantMilliseconds(repository.now);
    // What is being ended may still save its work.
    expect(await lifeOf({ timeout: 600_000 })).toBe(660_000);
    const longer = await lifeOf({});
    expect(await lifeOf({ timeout: 10 * 86_400_000 })).toBe(longer);
    expect(await lifeOf({ timeout: 600_000, life: 1_800_000 })).toBe(1_800_000);
  });

  it('that does not start leaves a line that says so', async () => {
    repository.processes.broken = 'EACCES';
    await expect(run({ credential: 'fd' })).rejects.toMatchObject({
      code: 'IO_FAILED',
      facts: { reason: 'EACCES' },
    });
    const { runs } = await listRuns(repository.workspace, { all: false });
    expect(runs).toMatchObject([{ status: 'ended', outcome: 'not-started' }]);
    expect(repository.runCredentials.kept.size).toBe(0);
  });

  it('is planned without a trace, and refused before one', async () => {
    const { workspace, processes } = repository;
    const before = (await lines()).length;
    const explained = await explainRun(workspace, await planRun(workspace, OPTIONS));
    expect(explained.variables).toEqual(['AI_AGENT', 'HEDDLE_CREDENTIAL', 'HEDDLE_RUN', 'PATH']);
    expect(explained.diff).toMatchObject({ relation: 'descendant', gains: [] });
    await expect(run({ program: 'missing' })).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(run({ thread: 'task/none' })).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(run({ worktree: '' })).rejects.toMatchObject({ code: 'USAGE' });
    await expect(run({ life: 10 ** 12 })).rejects.toMatchObject({ code: 'USAGE' });
    expect([(await lines()).length, processes.started.length]).toEqual([before, 0]);
  });

  it('for a thread is only there', async () => {
    const { workspace } = repository;
    await startThread(workspace, { thread: 'task/a', task: null, from: null, directory: null });
    const plan = await planRun(workspace, { ...OPTIONS, thread: 'task/a' });
    expect(plan.narrowing.resources.map((resource) => resource.split('@')[1])).toEqual(['task/a']);
    const outside = planRun(workspace, { ...OPTIONS, thread: 'task/a', resources: ['acme/core@task/b'] });
    await expect(outside).rejects.toMatchObject({ code: 'USAGE' });
  });
});

describe('a run whose heddle is gone', () => {
  const DEADLINE = parseInstant('2026-11-21T13:00:00.000Z');

  /** Begins one whose heddle dies while the program runs. */
  async function abandon(child: number | null): Promise<string> {
    const { processes, workspace } = repository;
    processes.behave = () => new Promise(() => undefined);
    void run();
    while (processes.started.length === 0) await new Promise((resolve) => setImmediate(resolve));
    const [id] = await workspace.runNotes.list();
    if (id === undefined) throw new Error('it was noted');
    const mark = child === null ? null : memoryMark(child);
    await workspace.runNotes.write({ run: id, supervisor: memoryMark(999), child: mark, deadline: DEADLINE });
    return id;
  }

  it('goes on as an orphan until its program ends; then its credential goes and its line is written once', async () => {
    const { processes, workspace, runCredentials } = repository;
    processes.alive.add(500);
    const id = await abandon(500);
    expect((await listRuns(workspace, { all: false })).runs).toMatchObject([{ run: id, status: 'orphaned' }]);
    expect(runCredentials.kept.size).toBe(1);
    processes.alive.delete(500);
    const { runs, notes } = await listRuns(workspace, { all: false });
    expect(runs).toMatchObject([{ run: id, status: 'ended', outcome: 'orphaned', code: null }]);
    expect(notes).toEqual([`the run ${id} had lost its heddle; its credential is gone`]);
    expect(runCredentials.kept.size).toBe(0);
    const count = (await lines()).length;
    await listRuns(workspace, { all: false });
    expect((await lines()).length).toBe(count);
  });

  it('is ended when its deadline has passed', async () => {
    const { processes, workspace } = repository;
    processes.alive.add(500);
    await abandon(500);
    repository.now = parseInstant('2026-11-21T13:00:01.000Z');
    expect((await listRuns(workspace, { all: false })).runs).toMatchObject([{ outcome: 'orphaned' }]);
    expect(processes.alive.has(500)).toBe(false);
  });

  it('has no program ended that cannot be told from another: its credential goes, and its end is told', async () => {
    const { processes, workspace, runCredentials } = repository;
    processes.alive.add(500);
    const run = parseId('ho', await abandon(500));
    const child = { ...memoryMark(500), started: '' };
    await workspace.runNotes.write({ run, supervisor: memoryMark(999), child, deadline: DEADLINE });
    repository.now = parseInstant('2026-11-21T13:00:01.000Z');
    expect((await listRuns(workspace, { all: false })).runs).toMatchObject([{ outcome: 'orphaned' }]);
    expect(processes.alive.has(500)).toBe(true);
    expect(runCredentials.kept.size).toBe(0);
  });

  it('is looked for where nobody had noted its program yet', async () => {
    const { processes, workspace } = repository;
    const id = await abandon(null);
    processes.marked.set(`HEDDLE_RUN=${id}`, 600);
    processes.alive.add(600);
    expect((await listRuns(workspace, { all: false })).runs).toMatchObject([{ status: 'orphaned' }]);
    processes.alive.delete(600);
    expect((await showRun(workspace, id)).outcome).toBe('orphaned');
  });

  it('that was ended already is only forgotten', async () => {
    const { workspace } = repository;
    const { run: id } = await run();
    const count = (await lines()).length;
    await workspace.runNotes.write({ run: id, supervisor: memoryMark(999), child: null, deadline: null });
    expect((await listRuns(workspace, { all: false })).runs).toMatchObject([{ outcome: 'exited' }]);
    expect([(await lines()).length, await workspace.runNotes.list()]).toEqual([count, []]);
  });
});
