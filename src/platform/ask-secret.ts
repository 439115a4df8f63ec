const ENTER = new Set(['\r', '\n', '\u0004']);
const INTERRUPT = '\u0003';
const ERASE = new Set(['\u007f', '\b']);

/**
 * Asks for a secret on the terminal without showing it. Undefined where there is no terminal to ask on, or
 * where nothing was typed; asks on stderr, so that stdout stays the answer's. Control-C ends the process as it does
 * where nobody is asked: by the signal.
 */
export async function askSecret(question: string): Promise<Uint8Array | undefined> {
  const { stdin, stderr } = process;
  if (!stdin.isTTY || !stderr.isTTY) return undefined;
  stderr.write(question);
  stdin.setRawMode(true);
  let typed: string | null = null;
  try {
    typed = await readLine();
  } finally {
    stdin.setRawMode(false);
    stdin.pause();
    stderr.write('\n');
  }
  // A terminal in raw mode sends a letter in place of the signal.
  if (typed === null) process.kill(process.pid, 'SIGINT');
  return typed === null || typed === '' ? undefined : new TextEncoder().encode(typed);
}

/** Null for Control-C. */
function readLine(): Promise<string | null> {
  return new Promise((resolve) => {
    let typed: readonly string[] = [];
    const { stdin } = process;
    const hear = (piece: Buffer): void => {
      for (const character of piece.toString('utf8')) {
        if (ENTER.has(character) || character === INTERRUPT) {
          stdin.off('data', hear);
          resolve(character === INTERRUPT ? null : typed.join(''));
          return;
        }
        typed = ERASE.has(character) ? typed.slice(0, -1) : [...typed, character];
      }
    };
    stdin.on('data', hear);
    stdin.resume();
  });
}
