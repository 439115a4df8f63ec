import { spawnSync } from 'node:child_process';

/** Runs a program on a terminal of its own and types once, when that has shown what is waited for. */
const TYPIST = `
import os, pty, sys, time
awaited, typed = sys.argv[1].encode(), sys.argv[2].encode()
pid, fd = pty.fork()
if pid == 0:
    os.execv(sys.argv[3], sys.argv[3:])
out = b''
while True:
    try:
        piece = os.read(fd, 4096)
    except OSError:
        break
    if not piece:
        break
    answer = awaited in out + piece and awaited not in out
    out += piece
    if answer:
        time.sleep(0.3)
        os.write(fd, typed)
_, status = os.waitpid(pid, 0)
sys.stdout.buffer.write(out)
code = os.waitstatus_to_exitcode(status)
sys.exit(code if code >= 0 else 128 - code)
`;

/** Control-C, as a terminal sends it. */
export const INTERRUPT = '\u0003';

export interface Typing {
  /** Program and its arguments; an absolute path first. */
  readonly argv: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  /** Text that the program shows before somebody types. */
  readonly awaited: string;
  readonly typed: string;
}

export interface Shown {
  /** As a shell tells it: 128 and the signal's number where a signal ended it. */
  readonly exit: number | null;
  /** Everything that the terminal showed. */
  readonly text: string;
}

/** Undefined where there is no Python: then nothing on this machine can type. */
export function typeOnTerminal({ argv, cwd, env, awaited, typed }: Typing): Shown | undefined {
  const { status, stdout, stderr, error } = spawnSync('python3', ['-c', TYPIST, awaited, typed, ...argv], {
    cwd,
    env,
    encoding: 'utf8',
  });
  if (error !== undefined) return undefined;
  return { exit: status, text: stdout + stderr };
}
