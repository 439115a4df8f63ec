import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { startProgress, stepText, type ProgressLine } from '#cli/progress.ts';

let lines: string[];
let progress: ProgressLine;
beforeEach(() => {
  vi.useFakeTimers();
  lines = [];
  progress = startProgress({ output: { status: (line) => lines.push(line) }, now: () => Date.now() });
});
afterEach(() => {
  progress.end();
  vi.useRealTimers();
});

describe('progress on a terminal', () => {
  it('says nothing of work that takes less than a second', () => {
    progress.step({ what: 'packs', done: 1, total: 2 });
    vi.advanceTimersByTime(900);
    progress.end();
    expect(lines.filter((line) => line !== '')).toEqual([]);
  });

  it('tells count, rate and remaining time of what lasts longer', () => {
    progress.step({ what: 'packs', done: 0, total: 12 });
    vi.advanceTimersByTime(2000);
    progress.step({ what: 'packs', done: 3, total: 12 });
    vi.advanceTimersByTime(200);
    expect(lines.at(-1)).toBe('packs: 3 of 12, 1.4 a second, 7 s left');
  });

  it('is told by work that never lets a timer run', () => {
    for (let done = 1; done <= 30; done += 1) {
      vi.setSystemTime(Date.now() + 100);
      progress.step({ what: 'files', done, total: null });
    }
    const told = lines.filter((line) => line !== '');
    expect(told.length).toBeGreaterThan(5);
    expect(told.length).toBeLessThan(15);
    expect(told.at(-1)).toMatch(/^files: (?:29|30), 10/);
  });

  it('counts the time of each step from its own beginning', () => {
    progress.step({ what: 'finding', done: 0, total: null });
    vi.advanceTimersByTime(60_000);
    expect(lines.at(-1)).toBe('finding …');
    progress.step({ what: 'packs', done: 0, total: 20 });
    vi.advanceTimersByTime(900);
    progress.step({ what: 'packs', done: 10, total: 20 });
    vi.advanceTimersByTime(100);
    expect(lines.at(-1)).toBe('packs: 10 of 20, 10 a second, 1 s left');
  });

  it('takes its line away while somebody is asked, and at the end', () => {
    progress.step({ what: 'packs', done: 0, total: null });
    vi.advanceTimersByTime(2000);
    progress.pause();
    vi.advanceTimersByTime(2000);
    expect(lines.at(-1)).toBe('');
    progress.step({ what: 'packs', done: 5, total: null });
    vi.advanceTimersByTime(2000);
    expect(lines.at(-1)).toMatch(/^packs: 5, /);
    progress.end();
    vi.advanceTimersByTime(2000);
    expect(lines.at(-1)).toBe('');
  });

  it('is escaped, and groups large numbers', () => {
    expect(stepText({ what: 'a\u001b[2J', done: 1_234_567, total: null }, 1000)).toBe(
      'a\\x1b[2J: 1,234,567, 1,234,567 a second',
    );
    expect(stepText({ what: 'x', done: 1, total: 1000 }, 1000)).toBe(
      'x: 1 of 1,000, 1.0 a second, 17 min left',
    );
    expect(stepText({ what: 'x', done: 3, total: 3 }, 1000)).toBe('x: 3 of 3, 3.0 a second');
  });
});
