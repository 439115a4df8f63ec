import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { copyTree, removeTree } from './run/tree.ts';
import { WHOLE_SWEEPS, few, inPass } from './sweep-depth.ts';

/** The preload that kills; see the settings at its top. */
export const KILL_PRELOAD = fileURLToPath(new URL('./preload/kill-preload.mjs', import.meta.url));

const FEW = 12;

export interface Step {
  readonly kind: string;
  readonly path: string;
}

/** How one run of the program ended. */
export interface RunResult {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** What a program did when nobody disturbed it. */
export interface CountedRun extends RunResult {
  readonly steps: readonly Step[];
  /** Arguments of each git child, in order. */
  readonly git: readonly (readonly string[])[];
}

export interface ProgramRun {
  /** Program and arguments for this Node, such as `['bin/heddle.js', 'capture']`. */
  readonly argv: readonly string[];
  readonly cwd: string;
  /** The whole environment. */
  readonly env: Readonly<Record<string, string>>;
  readonly stdin?: string;
}

/** Where a sweep disturbs the program. */
export type Disturbance =
  | { readonly kind: 'kill'; readonly step: number; readonly when: 'before' | 'during' | 'after' }
  | { readonly kind: 'kill-git'; readonly child: number; readonly when: 'before' | 'during' | 'after' }
  | { readonly kind: 'error'; readonly step: number; readonly code: string }
  | { readonly kind: 'full-disk'; readonly step: number };

export interface SweepCase {
  readonly disturbance: Disturbance;
  /** Kind and path of the disturbed step, or arguments of the git child. */
  readonly what: string;
  readonly disturbed: RunResult;
  /** The run after it; undefined where the sweep has none. */
  readonly followUp: RunResult | undefined;
}

export interface SweepOptions extends ProgramRun {
  /** Holds everything the program touches; put back as it was, at the same path, before each run. */
  readonly root: string;
  /** What is done before each run, for what a copy has not: it is another clone, and its home knows nothing of it. */
  readonly before?: () => Promise<unknown>;
  /** Look at what is under `root` where the program has not run, and where it has, undisturbed. */
  readonly outcomes?: {
    readonly before: () => Promise<unknown>;
    readonly after: (counted: CountedRun) => Promise<unknown>;
  };
  /** Arguments of the command that runs after the disturbed one. */
  readonly followUp?: readonly string[];
  /** Looks at what is left under `root`; a throw fails the sweep and names the case. */
  readonly check: (found: SweepCase) => void | Promise<void>;
  /** Disturbances to make of what was counted; {@link killEverywhere} unless given. */
  readonly disturb?: (counted: CountedRun) => readonly Disturbance[];
  /** Cases at most, evenly spaced; those of the pass where `HEDDLE_TEST_SWEEP` says one; 12 unless given. */
  readonly sample?: number;
}

/** Every step, before and after, and half of every write; every git child, before, during and after. */
export function killEverywhere(counted: CountedRun): readonly Disturbance[] {
  const steps = counted.steps.flatMap(({ kind }, index) => {
    const moments =
      kind === 'write' ? (['before', 'during', 'after'] as const) : (['before', 'after'] as const);
    return moments.map((when): Disturbance => ({ kind: 'kill', step: index + 1, when }));
  });
  const children = counted.git.flatMap((_, index) =>
    (['before', 'during', 'after'] as const).map((when): Disturbance => ({
      kind: 'kill-git',
      child: index + 1,
      when,
    })),
  );
  return [...steps, ...children];
}

/** A full disk that begins at each step, once each. */
export function fillDiskEverywhere(counted: CountedRun): readonly Disturbance[] {
  return counted.steps.map((_, index) => ({ kind: 'full-disk', step: index + 1 }));
}

/** What a sweep did: how often each kind of step was disturbed. A sweep that disturbed nothing proves nothing. */
export interface SweepReport {
  readonly counted: CountedRun;
  readonly cases: number;
  readonly kinds: Readonly<Record<string, number>>;
}

/**
 * Counts the program's steps in one undisturbed run, then runs it again and again from the same beginning,
 * disturbed once each, and checks what is left. Throws where a kill did not happen.
 */
export async function sweep(options: SweepOptions): Promise<SweepReport> {
  const pristine = mkdtempSync(join(tmpdir(), 'heddle-sweep-'));
  try {
    copyTree(options.root, join(pristine, 'root'));
    if (options.outcomes !== undefined) {
      await options.outcomes.before();
      restore(options.root, pristine);
    }
    await options.before?.();
    const counted = await countSteps(options);
    await options.outcomes?.after(counted);
    const disturbances = inPass(few((options.disturb ?? killEverywhere)(counted), options.sample ?? FEW));
    const kinds: Record<string, number> = {};
    const failed: unknown[] = [];
    for (const disturbance of disturbances) {
      restore(options.root, pristine);
      await options.before?.();
      const what = describe(disturbance, counted);
      try {
        await runCase(options, disturbance, { what, counted });
      } catch (cause) {
        failed.push(cause);
        // Of a long pass all that fail are wanted.
        if (!WHOLE_SWEEPS) break;
      }
      const kind = what.split(' ', 1)[0] ?? '';
      kinds[kind] = (kinds[kind] ?? 0) + 1;
    }
    restore(options.root, pristine);
    if (failed.length > 0) throw new AggregateError(failed, failed.map(messageOf).join('\n\n'));
    return { counted, cases: disturbances.length, kinds };
  } finally {
    rmSync(pristine, { recursive: true, force: true });
  }
}

/** Runs the program once, undisturbed, and tells what it did below `root`. */
export async function countSteps(options: ProgramRun & { readonly root: string }): Promise<CountedRun> {
  const directory = mkdtempSync(join(tmpdir(), 'heddle-count-'));
  try {
    const file = join(directory, 'steps.json');
    const result = await runProgram({ ...options, env: { ...underRoot(options), COUNT_FILE: file } });
    const { steps, git } = JSON.parse(readFileSync(file, 'utf8')) as Pick<CountedRun, 'steps' | 'git'>;
    return { ...result, steps, git };
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

/** Runs a program under the preload until it ends. */
export async function runProgram(run: ProgramRun): Promise<RunResult> {
  const child = spawn(process.execPath, ['--import', KILL_PRELOAD, ...run.argv], {
    cwd: run.cwd,
    env: run.env,
  });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  child.stdin.on('error', () => undefined);
  child.stdin.end(run.stdin ?? '');
  // 'exit', not 'close': a git child that outlives a killed parent keeps the pipes open.
  const ended = new Promise<Pick<RunResult, 'code' | 'signal'>>((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code, signal) => resolve({ code, signal }));
  });
  const closed = new Promise((resolve) => child.once('close', resolve));
  const { code, signal } = await ended;
  if (signal === null) await closed;
  return { code, signal, stdout, stderr };
}

async function runCase(
  options: SweepOptions,
  disturbance: Disturbance,
  { what, counted }: { readonly what: string; readonly counted: CountedRun },
): Promise<void> {
  const env = { ...underRoot(options), ...settingsFor(disturbance) };
  const disturbed = await runProgram({ ...options, env });
  const isKill = disturbance.kind === 'kill' || disturbance.kind === 'kill-git';
  if (isKill && disturbed.signal !== 'SIGKILL' && !cameTooLate(disturbance, disturbed, counted)) {
    throw new Error(`${what}: was not killed but ended with ${disturbed.code}: ${disturbed.stderr}`);
  }
  const followUp =
    options.followUp === undefined ? undefined : await runProgram({ ...options, argv: options.followUp });
  try {
    await options.check({ disturbance, what, disturbed, followUp });
  } catch (cause) {
    throw new Error(`${what}: ${messageOf(cause)}`, { cause });
  }
}

function messageOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}

/** Behind its last own step the program may have ended before it hears that a git child that it kept did. */
function cameTooLate(disturbance: Disturbance, { code }: RunResult, counted: CountedRun): boolean {
  if (disturbance.kind !== 'kill' || code !== counted.code) return false;
  const left = counted.steps.slice(disturbance.step - 1);
  return left.length > 0 && left.every(({ kind }) => kind === 'git-exit');
}

function underRoot({ env, root }: { env: ProgramRun['env']; root: string }): Record<string, string> {
  return { ...env, COUNT_UNDER: root };
}

function settingsFor(disturbance: Disturbance): Record<string, string> {
  switch (disturbance.kind) {
    case 'kill': {
      return { KILL_AT: String(disturbance.step), KILL_WHEN: disturbance.when };
    }
    case 'kill-git': {
      return { KILL_GIT: `${disturbance.child},${disturbance.when}` };
    }
    case 'error': {
      return { ERROR_AT: String(disturbance.step), ERROR_CODE: disturbance.code };
    }
    case 'full-disk': {
      return { ERROR_FROM: String(disturbance.step), ERROR_CODE: 'ENOSPC' };
    }
  }
}

function describe(disturbance: Disturbance, counted: CountedRun): string {
  if (disturbance.kind === 'kill-git') {
    const argv = counted.git[disturbance.child - 1]?.join(' ') ?? '';
    return `git child ${disturbance.child}, killed ${disturbance.when}: ${argv}`;
  }
  const step = counted.steps[disturbance.step - 1];
  const how = disturbance.kind === 'kill' ? `killed ${disturbance.when}` : disturbance.kind;
  return `${step?.kind ?? 'nothing'} at step ${disturbance.step}, ${how}: ${step?.path ?? ''}`;
}

// At the same path: worktrees, replicas and indices know where they are.
function restore(root: string, pristine: string): void {
  removeTree(root);
  copyTree(join(pristine, 'root'), root);
}
