import { fstatSync, readFileSync } from 'node:fs';
import { isatty } from 'node:tty';
import { createOutput, pagerCommand } from '#cli/output.ts';
import { runCommand, type Program } from '#cli/run-command.ts';
import { HeddleError } from '#domain/error.ts';
import { writeNow } from '#platform/write-now.ts';

/**
 * Runs the command line of this process and leaves its exit code.
 *
 * @param streams whether standard output and error are those that the process was started with, or what stands for them.
 */
export async function main(streams: 'inherited' | 'replaced' = 'replaced'): Promise<void> {
  process.once('uncaughtException', endOnBug);
  process.exitCode = await runCommand(process.argv.slice(2), programOfProcess(streams));
}

function programOfProcess(streams: 'inherited' | 'replaced'): Program {
  const { env } = process;
  return {
    output: createOutput({
      writeNow: (to, bytes) => (streams === 'replaced' ? bytes : writeNow(to === 'stdout' ? 1 : 2, bytes)),
      get stdout() {
        return process.stdout;
      },
      get stderr() {
        return process.stderr;
      },
      pagerCommand: pagerCommand(env),
      showInPager: async (command, text) => {
        const { showInPager } = await import('#platform/pager.ts');
        return showInPager(command, text, env);
      },
    }),
    environment: env,
    isTerminal: {
      get stdin() {
        return isTerminal(0);
      },
      get stdout() {
        return isTerminal(1);
      },
      get stderr() {
        return isTerminal(2);
      },
    },
    readLine: async () => {
      const { readLine } = await import('#platform/read-line.ts');
      return readLine();
    },
    readHidden: async (question) => {
      const { askSecret } = await import('#platform/ask-secret.ts');
      return askSecret(question);
    },
    now: () => Date.now(),
    version: readVersion,
    enterDirectory,
    openContext: async (options) => {
      const { createContext } = await import('#composition/command-context.ts');
      return createContext(options);
    },
  };
}

/** Looked at first: Node loads all of its streams to answer for what is a file, or a pipe of a hook. */
function isTerminal(fd: number): boolean {
  try {
    return fstatSync(fd).isCharacterDevice() && isatty(fd);
  } catch {
    return false;
  }
}

/** Stands beside the sources and beside the bundle alike. */
async function readVersion(): Promise<string> {
  const manifest: unknown = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
  if (typeof manifest === 'object' && manifest !== null && 'version' in manifest) {
    return String(manifest.version);
  }
  throw new Error('invariant: the package has a version');
}

function enterDirectory(directory: string): void {
  try {
    process.chdir(directory);
  } catch (cause) {
    throw new HeddleError('USAGE', '-C names no directory that can be entered', {
      facts: { directory },
      preserved: 'nothing was changed',
      cause,
    });
  }
}

/** An exception that no promise carries would end with 1, which means findings. */
function endOnBug(error: unknown): void {
  const trace = process.env['HEDDLE_TRACE'] === undefined ? '' : `${String(error)}\n`;
  process.stderr.write(`error: this is a bug in heddle\n${trace}`, () => process.exit(70));
}
