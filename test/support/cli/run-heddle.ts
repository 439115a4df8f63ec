import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { DenialResult } from '#domain/results/decision-results.ts';

/** The built program; every end-to-end test runs this and nothing below it. */
export const HEDDLE = fileURLToPath(new URL('../../../bin/heddle.js', import.meta.url));

/** One JSON object that heddle printed. */
export type Printed = Readonly<Record<string, unknown>>;

export interface RunOptions {
  readonly cwd: string;
  /** The whole environment. */
  readonly env: Readonly<Record<string, string>>;
  readonly stdin?: string;
  /** Loaded with `--import` before the program. */
  readonly preload?: string;
  /** Runs as another user, which root may do. */
  readonly uid?: number;
}

export interface Run {
  readonly argv: readonly string[];
  readonly exit: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs one command line, `heddle` left out, without a terminal. */
export async function runHeddle(argv: readonly string[], options: RunOptions): Promise<Run> {
  const preload = options.preload === undefined ? [] : ['--import', options.preload];
  const child = spawn(process.execPath, [...preload, HEDDLE, ...argv], {
    cwd: options.cwd,
    env: options.env,
    stdio: ['pipe', 'pipe', 'pipe'],
    ...(options.uid === undefined ? {} : { uid: options.uid, gid: options.uid }),
  });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  child.stdin.on('error', () => undefined);
  child.stdin.end(options.stdin ?? '');
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (exit, signal) => resolve({ argv, exit, signal, stdout, stderr }));
  });
}

/** The object that a run with `--json` printed, wherever it belongs; throws where it is not exactly one. */
export function printed(run: Run): Printed {
  const text = run.stdout === '' ? run.stderr : run.stdout;
  const lines = text.split('\n').filter((line) => line !== '');
  const [line] = lines;
  if (lines.length !== 1 || line === undefined) {
    throw new Error(`heddle ${run.argv.join(' ')} prints one object, not ${text}`);
  }
  return JSON.parse(line) as Printed;
}

/** The denial that a run with `--json` printed. */
export function denialOf(run: Run): DenialResult {
  const object = printed(run);
  if (object['schema'] !== 'heddle/denial/v1') throw new Error(story(run));
  return object as unknown as DenialResult;
}

/** Whole output of a run, for messages. */
export function story({ argv, exit, signal, stdout, stderr }: Run): string {
  return `$ heddle ${argv.join(' ')}\n${stdout}${stderr}[${exit ?? signal}]`;
}
