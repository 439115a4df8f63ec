import { fork, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Run, RunOptions } from '../cli/run-heddle.ts';
import { preparedPlace } from '../run/place.ts';

const WARM = fileURLToPath(new URL('warm-program.mjs', import.meta.url));

/** Processes of this one at once: a start is what costs, and each has one. */
const MOST = 4;
/** Those that wait for a command line, by what they loaded before the program. */
const idle: { readonly child: ChildProcess; readonly preload: string | undefined }[] = [];
/** Command lines that wait for a process. */
const waiting: (() => void)[] = [];
let running = 0;

/**
 * Runs one command line of the built program in a process that has run others: half of what a command costs is the
 * start of a process, and most command lines of a test set up what it is about, or look at it. Nothing but the start is
 * saved: arguments, environment, directory and streams are the command's own, and the program keeps nothing between
 * two of them. Command lines at once are in processes of their own, a few at a time. A preload is loaded once.
 */
export async function runWarm(argv: readonly string[], options: RunOptions): Promise<Run> {
  const { cwd, env, stdin = '', preload } = options;
  if (running === MOST) await new Promise<void>((resolve) => waiting.push(resolve));
  else running += 1;
  try {
    const child = takeIdle(preload) ?? (await start(preload));
    hold(child);
    const answer = await ask(child, { argv, cwd, env, stdin });
    release(child);
    idle.push({ child, preload });
    return answer;
  } finally {
    const next = waiting.shift();
    // Whoever waited goes on in this one's place.
    if (next === undefined) running -= 1;
    else next();
  }
}

function takeIdle(preload: string | undefined): ChildProcess | undefined {
  const index = idle.findLastIndex((one) => one.preload === preload);
  return index < 0 ? undefined : idle.splice(index, 1)[0]?.child;
}

async function start(preload: string | undefined): Promise<ChildProcess> {
  // Its own descriptors are no terminal, and nothing is written to them.
  const child = fork(WARM, [], {
    env: { PATH: process.env['PATH'], HEDDLE_HOME: preparedPlace() },
    execArgv: preload === undefined ? [] : ['--import', preload],
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  });
  await message(child);
  return child;
}

// One that waits keeps nobody going: it ends with this process.
function hold(child: ChildProcess): void {
  child.ref();
  child.channel?.ref();
}

function release(child: ChildProcess): void {
  child.unref();
  child.channel?.unref();
}

interface Answer {
  readonly ended?: Run;
  readonly broken?: string;
}

async function ask(child: ChildProcess, request: Readonly<Record<string, unknown>>): Promise<Run> {
  child.send(request);
  const { ended, broken } = await message(child);
  if (ended === undefined) throw new Error(broken);
  return ended;
}

function message(child: ChildProcess): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const answered = (answer: Answer): void => {
      child.off('exit', gone);
      resolve(answer);
    };
    const gone = (code: number | null): void => {
      child.off('message', answered);
      reject(new Error(`a command line ended the process that ran it with ${code}`));
    };
    child.once('message', answered);
    child.once('exit', gone);
  });
}
