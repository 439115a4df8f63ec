const ENTER = new Set(['\r', '\n', '\u0004']);
const INTERRUPT = '\u0003';
const ERASE = new Set(['\u007f', '\b']);

/**
 * Asks for a secret on the terminal without showing it. Undefined where there is no terminal to ask on, or
 * where nothing was typed; asks on stderr, so that stdout stays the answer's.
 */
export async function askSecret(question: string): Promise<Uint8Array | undefined> {
  const { stdin, stderr } = process;
  if (!stdin.isTTY || !stderr.isTTY) return undefined;
  stderr.write(question);
  stdin.setRawMode(true);
  try {
    const typed = await readLine();
    return typed === '' ? undefined : new TextEncoder().encode(typed);
  } finally {
    stdin.setRawMode(false);
    stdin.pause();
    stderr.write('\n');
  }
}

function readLine(): Promise<string> {
  return new Promise((resolve) => {
    let typed: readonly string[] = [];
    const { stdin } = process;
    const hear = (piece: Buffer): void => {
      for (const character of piece.toString('utf8')) {
        if (ENTER.has(character) || character === INTERRUPT) {
          stdin.off('data', hear);
          resolve(character === INTERRUPT ? '' : typed.join(''));
          return;
        }
        typed = ERASE.has(character) ? typed.slice(0, -1) : [...typed, character];
      }
    };
    stdin.on('data', hear);
    stdin.resume();
  });
}
