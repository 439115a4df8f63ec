import type { Writable } from 'node:stream';
import { utf8 } from '#domain/encoding/bytes.ts';
import { HeddleError } from '#domain/error.ts';

/** Where heddle prints. The only place that does. */
export interface Output {
  /** Data, on stdout; a pager shows it where `paged` and somebody looks. */
  data(text: string, options: { readonly paged: boolean }): Promise<void>;
  /** Talk, on stderr. */
  talk(text: string): Promise<void>;
  /** One line on stderr, safe for a terminal, in place of the one before; an empty one takes it away. */
  status(line: string): void;
}

/** Shows text to a person and resolves when they have left it; false where it could not be started. */
export type ShowInPager = (command: string, text: string) => Promise<boolean>;

/** Neither stream is asked for before something is written to it: making one takes a millisecond. */
export interface OutputStreams {
  readonly stdout: Writable & { readonly isTTY?: boolean };
  readonly stderr: Writable & { readonly columns?: number };
  /**
   * Writes what can be written at once and without a stream, and returns what is left: all of it where somebody looks.
   * Throws the system's errors.
   */
  readonly writeNow: (to: 'stdout' | 'stderr', bytes: Uint8Array) => Uint8Array;
  /** Null: never a pager. */
  readonly pagerCommand: string | null;
  readonly showInPager: ShowInPager;
}

/**
 * Makes the output. A reader that goes away is no failure; anything else that keeps text from being written
 * throws `DISK_FULL` or `IO_FAILED`.
 */
export function createOutput(streams: OutputStreams): Output {
  const heard = new WeakSet<Writable>();
  // A stream without a listener for errors ends the process; each write hears of its own failure.
  const hear = <S extends Writable>(stream: S): S => {
    if (!heard.has(stream)) stream.on('error', () => undefined);
    heard.add(stream);
    return stream;
  };
  const now = (to: 'stdout' | 'stderr', text: string): Uint8Array => {
    try {
      return streams.writeNow(to, utf8(text));
    } catch (failure) {
      refuseUnlessGone(failure);
      return NOTHING;
    }
  };
  let shown = 0;
  return {
    async data(text, { paged }) {
      const left = now('stdout', text);
      if (left.length === 0) return;
      const stdout = hear(streams.stdout);
      const command = paged && stdout.isTTY === true ? streams.pagerCommand : null;
      if (command !== null && (await streams.showInPager(command, text))) return;
      await write(stdout, left);
    },
    async talk(text) {
      const left = now('stderr', text);
      if (left.length > 0) await write(hear(streams.stderr), left);
    },
    status(line) {
      const stderr = hear(streams.stderr);
      // A pseudo-terminal that nobody gave a size says 0.
      const width = stderr.columns === undefined || stderr.columns === 0 ? 80 : stderr.columns;
      // The last column stays free: a terminal that wraps there would keep the line.
      const letters = Array.from(line).slice(0, Math.max(width - 1, 1));
      if (letters.length === 0 && shown === 0) return;
      const blank = ' '.repeat(Math.max(shown - letters.length, 0));
      stderr.write(`\r${letters.join('')}${blank}${letters.length === 0 ? '\r' : ''}`);
      shown = letters.length;
    },
  };
}

const NOTHING = new Uint8Array();

async function write(stream: Writable, bytes: Uint8Array): Promise<void> {
  const failure = await new Promise<Error | null | undefined>((resolve) => {
    stream.write(bytes, (error) => resolve(error));
  });
  if (failure !== null && failure !== undefined) refuseUnlessGone(failure);
}

function refuseUnlessGone(failure: unknown): void {
  const code = codeOf(failure);
  if (code === 'EPIPE' || code === 'ERR_STREAM_DESTROYED') return;
  throw new HeddleError(code === 'ENOSPC' ? 'DISK_FULL' : 'IO_FAILED', 'the output cannot be written', {
    facts: { reason: code },
    cause: failure,
  });
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : 'unknown';
}

/** The pager that the environment asks for; null where it wants none. Never read from a repository. */
export function pagerCommand(environment: Readonly<Record<string, string | undefined>>): string | null {
  const named =
    environment['HEDDLE_PAGER'] ?? environment['GIT_PAGER'] ?? environment['PAGER'] ?? 'less -FRX';
  return named.trim() === '' || named.trim() === 'cat' ? null : named;
}
