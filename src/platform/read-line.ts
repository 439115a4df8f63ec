import { createInterface } from 'node:readline';

/** Reads one line from the terminal, shown as it is typed. Null at its end, or where somebody interrupts. */
export function readLine(): Promise<string | null> {
  const lines = createInterface({ input: process.stdin, output: process.stderr, prompt: '' });
  return new Promise((resolve) => {
    lines.once('line', (line) => {
      resolve(line);
      lines.close();
    });
    lines.once('SIGINT', () => lines.close());
    lines.once('close', () => resolve(null));
  });
}
