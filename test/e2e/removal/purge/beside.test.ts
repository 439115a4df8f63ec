import { randomBytes } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { story } from '../../../support/cli/run-heddle.ts';
import { Stage } from '../../../support/cli/stage.ts';
import { SECRET, placesOf, scanStage } from '../../../support/plant/secret-stage.ts';

/** A hundred rounds take some minutes; in new repositories, since a purge looks at every object that there is. */
const IS_DEEP = process.env['HEDDLE_TEST_DEEP'] === '1';
const REPOSITORIES = Array.from({ length: IS_DEEP ? 10 : 1 }, (_, index) => index);
const ROUNDS = IS_DEEP ? 10 : 4;

let stage: Stage;
beforeEach(async () => {
  stage = await new Stage().withDev();
  await stage.dev.ok(['start', 'task/beside', '--worktree', stage.beside('beside')]);
  stage.git('worktree', 'add', '-q', '-b', 'plain', '../plain');
});
afterEach(() => stage.dispose());

interface Written {
  readonly path: string;
  readonly content: string;
  /** A state's id; a commit's. */
  readonly id: string;
  readonly began: number;
  readonly ended: number;
}

/** Does something over and over for as long as something else goes on. */
async function repeatWhile(
  work: Promise<unknown>,
  step: (turn: number) => Promise<Written>,
): Promise<readonly Written[]> {
  let isDone = false;
  const finished = work.finally(() => (isDone = true)).catch(() => undefined);
  const written: Written[] = [];
  for (let turn = 0; !isDone; turn += 1) written.push(await step(turn));
  await finished;
  return written;
}

async function capture(round: number, turn: number): Promise<Written> {
  const path = `round-${round}/${turn}.txt`;
  const content = randomBytes(300).toString('base64');
  stage.repository.write(`../beside/${path}`, content);
  const began = performance.now();
  const run = await stage.dev.run(['capture', '--json'], { cwd: stage.beside('beside') });
  expect(run.exit, story(run)).toBe(0);
  const { state } = JSON.parse(run.stdout) as { readonly state: string };
  return { path, content, id: state, began, ended: performance.now() };
}

/** What a colleague does who does not know of heddle. */
async function commit(round: number, turn: number): Promise<Written> {
  const path = `round-${round}-${turn}.txt`;
  const content = randomBytes(300).toString('base64');
  stage.repository.write(`../plain/${path}`, content);
  const began = performance.now();
  const git = (...argv: readonly string[]): string => stage.repository.gitIn(stage.beside('plain'), ...argv);
  git('add', path);
  git('commit', '-q', '-m', path);
  const id = git('rev-parse', 'HEAD');
  await new Promise((resolve) => setTimeout(resolve, 20));
  return { path, content, id, began, ended: performance.now() };
}

interface Span {
  began: number;
  ended: number;
}

async function remove(round: number, span: Span): Promise<void> {
  const path = `round-${round}.env`;
  const redacted = await stage.owner.answer('redact', [path, '--reason', 'a key']);
  span.began = performance.now();
  const purged = await stage.owner.answer('purge', [String(redacted.tombstone), '--yes']);
  span.ended = performance.now();
  expect(purged.residue).toEqual([]);
  expect(purged.outcome).toBe('complete');
}

describe(`a capture that runs beside a purge, ${ROUNDS} times`, () => {
  it.each(REPOSITORIES)(
    'neither fails nor loses anything, nor does a commit, in repository %i',
    { timeout: 600_000 },
    async () => {
      const states: Written[] = [];
      const commits: Written[] = [];
      for (let round = 0; round < ROUNDS; round += 1) {
        stage.write(`round-${round}.env`, `KEY=${SECRET}-${round}\n`);
        await stage.dev.ok(['capture']);
        const span = { began: 0, ended: 0 };
        const removal = remove(round, span);
        const [captured, committed] = await Promise.all([
          repeatWhile(removal, (turn) => capture(round, turn)),
          repeatWhile(removal, (turn) => commit(round, turn)),
        ]);
        await removal;
        const isBeside = ({ began, ended }: Written): boolean => began < span.ended && ended > span.began;
        expect(captured.filter(isBeside).length, 'captures run at the same time').toBeGreaterThan(0);
        expect(committed.filter(isBeside).length, 'commits run at the same time').toBeGreaterThan(0);
        states.push(...captured);
        commits.push(...committed);
      }
      const log = await stage.dev.answer('log', ['task/beside']);
      expect(log.states.map(({ state }) => state).toReversed()).toEqual(states.map(({ id }) => id));
      const head = 'refs/heddle/threads/task/beside:files';
      for (const { path, content } of states) expect(stage.git('show', `${head}/${path}`)).toBe(content);
      for (const { path, content, id } of commits) expect(stage.git('show', `${id}:${path}`)).toBe(content);
      expect(stage.git('rev-list', '--reverse', 'main..plain').split('\n')).toEqual(
        commits.map(({ id }) => id),
      );
      expect(await stage.owner.answer('verify', ['--all'])).toMatchObject({ ok: true, findings: [] });
      expect(stage.git('fsck', '--full', '--strict', '--no-progress', '--no-dangling')).toBe('');
      const report = scanStage(stage);
      expect(placesOf(stage, report)).toEqual([]);
      expect(report.problems).toEqual([]);
      expect(report.saw.looseObjects + report.saw.packEntries).toBeGreaterThan(states.length * 5);
      expect(stage.leftovers()).toEqual([]);
    },
  );
});
