import type { Talk } from './command.ts';
import type { Output } from './output.ts';
import { startProgress } from './progress.ts';
import { escapeText } from './terminal-text.ts';

/** What talking to somebody takes. */
export interface Listener {
  readonly output: Output;
  readonly isTerminal: { readonly stdin: boolean; readonly stderr: boolean };
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly readLine: () => Promise<string | null>;
  /** Asks for a line that is not shown; undefined where nothing was typed. */
  readonly readHidden: (question: string) => Promise<Uint8Array | undefined>;
  /** True for `--json`: a program runs this, whatever the streams are. */
  readonly silent: boolean;
}

/** Opens the talk of one verb; `close` leaves nothing of it on the terminal. */
export function openTalk(listener: Listener): Talk & { readonly close: () => void } {
  const { output, isTerminal, silent } = listener;
  const progress = !silent && isTerminal.stderr ? startProgress(listener) : undefined;
  const asks = !silent && isTerminal.stderr && isTerminal.stdin;
  return {
    step: (what, done, total) => progress?.step({ what, done, total }),
    asks,
    async ask(question) {
      if (!asks) return null;
      progress?.pause();
      await output.talk(escapeText(question));
      const line = await listener.readLine();
      // Whoever leaves does so on the line of the question.
      if (line === null) await output.talk('\n');
      return line;
    },
    async askHidden(question) {
      if (!asks) return null;
      progress?.pause();
      return (await listener.readHidden(escapeText(question))) ?? null;
    },
    async say(line) {
      if (!asks) return;
      progress?.pause();
      await output.talk(`${escapeText(line)}\n`);
    },
    close: () => progress?.end(),
  };
}
