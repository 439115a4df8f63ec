import { spawn, type ChildProcess, type ChildProcessByStdio } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';

/** Program and arguments, passed as they are: no shell ever sees them. Never put a secret in here. */
export type Argv = readonly [program: string, ...args: string[]];

export interface ChildOptions {
  readonly cwd: string;
  /** The whole environment of the child; nothing is inherited beside it. */
  readonly env: Readonly<Record<string, string>>;
  /** Bytes for standard input, one or many pieces; without it the child reads end of file at once. */
  readonly stdin?: Uint8Array | Iterable<Uint8Array> | AsyncIterable<Uint8Array>;
  /** Most bytes of standard output; more ends the child with `too-much-output`. */
  readonly maxOutputBytes: number;
  /** Milliseconds until the child is ended with `timed-out`. */
  readonly deadlineMs: number;
}

/** How a child ended. Everything but `exited` has whatever output there was until then. */
export interface ChildOutcome {
  readonly kind: 'exited' | 'signalled' | 'timed-out' | 'too-much-output' | 'missing' | 'not-started';
  /** Exit code; null unless `exited`. */
  readonly code: number | null;
  /** Name of the signal, or the system's error code of a child that did not start; else null. */
  readonly reason: string | null;
  readonly stdout: Buffer;
  /** The first 64 KiB. Foreign text: clean it before showing it. */
  readonly stderr: Buffer;
}

type PipedChild = ChildProcessByStdio<Writable, Readable, Readable>;

const MAX_STDERR_BYTES = 65_536;
/** Milliseconds between asking a child to end and making it: git removes its locks in between. */
const GRACE_MS = 2_000;

/** Starts a child whose three streams are pipes. Errors arrive on the child, never as a throw. */
export function startChild(argv: Argv, options: Pick<ChildOptions, 'cwd' | 'env'>): PipedChild {
  const [program, ...args] = argv;
  const child = spawn(program, args, {
    cwd: options.cwd,
    env: { ...options.env },
    stdio: ['pipe', 'pipe', 'pipe'],
    windowsHide: true,
  });
  // A child that does not read its input to the end is told by its exit code, not by a broken pipe.
  child.stdin.on('error', () => undefined);
  return child;
}

/** Asks a child to end, and makes it after two seconds; its pipes are closed even if a grandchild holds them. */
export function endChild(child: ChildProcess): void {
  const destroyPipes = (): void => {
    child.stdout?.destroy();
    child.stderr?.destroy();
  };
  if (child.exitCode !== null || child.signalCode !== null) return destroyPipes();
  child.once('exit', destroyPipes);
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), GRACE_MS);
  timer.unref();
  child.once('exit', () => clearTimeout(timer));
}

/** Runs a child to its end. Never throws and never rejects: see {@link ChildOutcome}. */
export function runChild(argv: Argv, options: ChildOptions): Promise<ChildOutcome> {
  return new Promise((resolve) => {
    const child = startChild(argv, options);
    const collector = new Collector(child, options.maxOutputBytes);
    const timer = setTimeout(() => collector.stop('timed-out'), options.deadlineMs);
    const settle = (outcome: ChildOutcome): void => {
      clearTimeout(timer);
      resolve(outcome);
    };
    child.once('error', (error: Error) => {
      if (child.pid === undefined) settle(collector.notStarted(error));
    });
    child.once('close', (code, signal) => settle(collector.outcome(code, signal)));
    void feed(child.stdin, options.stdin ?? []);
  });
}

class Collector {
  readonly #stdout: Buffer[] = [];
  readonly #stderr: Buffer[] = [];
  readonly #child: PipedChild;
  #stopped: 'timed-out' | 'too-much-output' | null = null;

  constructor(child: PipedChild, maxOutputBytes: number) {
    this.#child = child;
    let outputBytes = 0;
    let errorBytes = 0;
    child.stdout.on('data', (piece: Buffer) => {
      outputBytes += piece.length;
      if (outputBytes > maxOutputBytes) this.stop('too-much-output');
      else this.#stdout.push(piece);
    });
    child.stderr.on('data', (piece: Buffer) => {
      if (errorBytes < MAX_STDERR_BYTES) this.#stderr.push(piece.subarray(0, MAX_STDERR_BYTES - errorBytes));
      errorBytes += piece.length;
    });
  }

  stop(why: 'timed-out' | 'too-much-output'): void {
    this.#stopped ??= why;
    endChild(this.#child);
  }

  outcome(code: number | null, signal: NodeJS.Signals | null): ChildOutcome {
    if (this.#stopped !== null) return this.#end(this.#stopped, null, signal);
    return code === null ? this.#end('signalled', null, signal) : this.#end('exited', code, null);
  }

  notStarted(error: Error): ChildOutcome {
    const reason = 'code' in error && typeof error.code === 'string' ? error.code : error.name;
    return this.#end(reason === 'ENOENT' ? 'missing' : 'not-started', null, reason);
  }

  #end(kind: ChildOutcome['kind'], code: number | null, reason: string | null): ChildOutcome {
    return { kind, code, reason, stdout: Buffer.concat(this.#stdout), stderr: Buffer.concat(this.#stderr) };
  }
}

async function feed(stdin: Writable, input: NonNullable<ChildOptions['stdin']>): Promise<void> {
  try {
    for await (const piece of input instanceof Uint8Array ? [input] : input) {
      if (stdin.destroyed) return;
      if (!stdin.write(piece)) await drained(stdin);
    }
    stdin.end();
  } catch {
    // A producer that fails must not look like a complete input: the child is cut off instead.
    stdin.destroy();
  }
}

/** Resolves when a stream takes more, or when it will never. */
export function drained(stream: Writable): Promise<void> {
  return new Promise((resolve) => {
    if (stream.destroyed || !stream.writableNeedDrain) return resolve();
    const done = (): void => {
      stream.off('drain', done);
      stream.off('close', done);
      resolve();
    };
    stream.on('drain', done);
    stream.on('close', done);
  });
}
