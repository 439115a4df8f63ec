import { createInterface } from 'node:readline';

/**
 * Reads one line from the terminal, which shows it and lets it be edited. Null at the end of input; an interrupt ends
 * the process.
 */
export function readLine(): Promise<string | null> {
  // Whatever is typed before this is read is the terminal's already, so it must not be echoed a second time.
  const lines = createInterface({ input: process.stdin, terminal: false });
  return new Promise((resolve) => {
    lines.once('line', (line) => {
      resolve(line);
      lines.close();
    });
    lines.once('close', () => resolve(null));
  });
}
