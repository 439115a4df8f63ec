import type { Output } from './output.ts';
import { escapeText } from './terminal-text.ts';

/** How far work is. */
export interface Step {
  readonly what: string;
  readonly done: number;
  /** Null where it is not known. */
  readonly total: number | null;
}

/** Progress of one verb on the terminal's last line. */
export interface ProgressLine {
  step(step: Step): void;
  /** Takes the line away until the next step. */
  pause(): void;
  /** Takes the line away for good. */
  end(): void;
}

/** Milliseconds before anything is shown: quick work stays quiet. */
const PATIENCE = 1000;
const REPAINT = 200;
/** Milliseconds of a step without which its rate says nothing. */
const TREND = 500;

/** Begins to show progress; `now` in milliseconds since 1970. */
export function startProgress({
  output,
  now,
}: {
  readonly output: Pick<Output, 'status'>;
  readonly now: () => number;
}): ProgressLine {
  const begin = now();
  let current: (Step & { readonly since: number }) | undefined;
  let painted = begin;
  const paint = (): void => {
    const at = now();
    if (current === undefined || at - begin < PATIENCE) return;
    painted = at;
    output.status(stepText(current, at - current.since));
  };
  // The clock moves on in steps that count nothing too; and an open timer must not keep the process alive.
  const timer = setInterval(paint, REPAINT);
  timer.unref();
  const pause = (): void => {
    current = undefined;
    output.status('');
  };
  return {
    step: (step) => {
      const same = current !== undefined && current.what === step.what;
      current = { ...step, since: same && current !== undefined ? current.since : now() };
      // Work that never waits leaves a timer no turn.
      if (now() - painted >= REPAINT) paint();
    },
    pause,
    end: () => {
      clearInterval(timer);
      pause();
    },
  };
}

/** One line for a step that has lasted for `elapsed` milliseconds, such as `packs: 3 of 12, 1 a second, 9 s left`. */
export function stepText({ what, done, total }: Step, elapsed: number): string {
  const count =
    total === null ? (done === 0 ? '' : formatCount(done)) : `${formatCount(done)} of ${formatCount(total)}`;
  const rate = elapsed >= TREND ? (done * 1000) / elapsed : 0;
  const parts = [count, rateText(rate), leftText(total === null ? 0 : total - done, rate)];
  const told = parts.filter((part) => part !== '').join(', ');
  return told === '' ? `${escapeText(what)} …` : `${escapeText(what)}: ${told}`;
}

function rateText(rate: number): string {
  if (rate <= 0) return '';
  return `${rate >= 10 ? formatCount(Math.round(rate)) : rate.toFixed(1)} a second`;
}

function leftText(left: number, rate: number): string {
  if (left <= 0 || rate <= 0) return '';
  const seconds = Math.ceil(left / rate);
  return seconds < 120 ? `${seconds} s left` : `${Math.ceil(seconds / 60)} min left`;
}

function formatCount(count: number): string {
  return count.toString().replaceAll(/\B(?=(?:\d{3})+$)/g, ',');
}
