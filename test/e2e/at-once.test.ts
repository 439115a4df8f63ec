import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { story } from '../support/cli/run-heddle.ts';
import { Stage } from '../support/cli/stage.ts';

const BARRIER = fileURLToPath(new URL('../support/preload/barrier-preload.mjs', import.meta.url));
const PROCESSES = 8;
const ROUNDS = 3;

let stage: Stage;
beforeAll(async () => {
  stage = await new Stage().withDev();
  for (let index = 0; index < PROCESSES; index += 1) {
    const directory = stage.beside(`tree-${index}`);
    await stage.dev.ok(['start', `task/t${index}`, '--worktree', directory]);
  }
});
afterAll(() => stage.dispose());

interface Span {
  readonly begin: number;
  readonly end: number;
}

describe('eight processes at once', () => {
  it('capture into eight threads of one repository and lose nothing', { timeout: 180_000 }, async () => {
    const before = stage.logLines().length;
    for (let round = 0; round < ROUNDS; round += 1) {
      const spans = await captureAtOnce(round);
      const latestBegin = Math.max(...spans.map(({ begin }) => begin));
      const firstEnd = Math.min(...spans.map(({ end }) => end));
      expect(latestBegin, 'all run at the same time').toBeLessThan(firstEnd);
    }
    expect(stage.logLines()).toHaveLength(before + PROCESSES * ROUNDS);
    const { threads } = await stage.dev.answer('thread-list');
    const counts = threads.filter(({ thread }) => /^task\/t\d$/.test(thread)).map(({ states }) => states);
    expect(counts).toEqual(Array.from({ length: PROCESSES }, () => ROUNDS));
    expect(await stage.owner.answer('verify', ['--all'])).toMatchObject({
      ok: true,
      findings: [],
      checked: { states: PROCESSES * ROUNDS },
    });
    expect(stage.gitCode('fsck', '--strict')).toBe(0);
    expect(stage.leftovers()).toEqual([]);
  });
});

/** Holds every process before its first instruction until all are there, then lets them go. */
async function captureAtOnce(round: number): Promise<readonly Span[]> {
  const gate = stage.beside(`gate-${round}`);
  const running = Array.from({ length: PROCESSES }, async (_, index) => {
    const directory = stage.beside(`tree-${index}`);
    writeFileSync(`${directory}/round.txt`, `round ${round} of ${index}\n`);
    const span = `${gate}.span.${index}`;
    const env = { BARRIER_GATE: gate, BARRIER_READY: `${gate}.ready.${index}`, BARRIER_SPAN: span };
    const run = await stage.dev.run(['capture', '-m', `Round ${round}`], {
      cwd: directory,
      env,
      preload: BARRIER,
    });
    expect(run.exit, story(run)).toBe(0);
    return JSON.parse(readFileSync(span, 'utf8')) as Span;
  });
  while (
    !Array.from({ length: PROCESSES }, (_, index) => `${gate}.ready.${index}`).every((path) =>
      existsSync(path),
    )
  ) {
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  writeFileSync(gate, '');
  return Promise.all(running);
}
