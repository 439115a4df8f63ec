import { expect } from 'vitest';
import { printed, HEDDLE, type Run } from '../../support/cli/run-heddle.ts';
import type { Person, Stage } from '../../support/cli/stage.ts';
import {
  fillDiskEverywhere,
  killEverywhere,
  sweep,
  type CountedRun,
  type Disturbance,
  type SweepCase,
  type SweepReport,
} from '../../support/kill-sweep.ts';
import { IS_PART, WHOLE_SWEEPS, few } from '../../support/sweep-depth.ts';

/** A sweep of every step takes hours where one of a few takes minutes. */
export const SLOW = WHOLE_SWEEPS ? 4 * 3_600_000 : 400_000;

export interface VerbSweep {
  readonly stage: Stage;
  readonly person: Person;
  readonly argv: readonly string[];
  /** What has to be as before the command or as after it, whatever happened. Runs once `next` has worked. */
  readonly look: () => Promise<unknown>;
  /** The command that runs next; another mutation, so that it recovers. */
  readonly next: readonly string[];
  /** Who runs it; the same person where left out. */
  readonly nextBy?: Person;
  /** Cases at most, unless `HEDDLE_TEST_SWEEP` says a pass. */
  readonly sample: number;
  /** Cases at most, besides, of a disk that is full from a step on; none where left out. */
  readonly fullDisk?: number;
  /** How it ends where nothing happens to it; with 0 where left out. */
  readonly exit?: number;
  /** False where the repository may not be initialised yet. */
  readonly verifiable?: boolean;
}

/**
 * Kills a verb at its steps and its git children, and fills the disk from a step on where that is asked: old or new,
 * never a third; the next command works; all verifies. A full disk is an error of its own code.
 */
export async function killVerb(options: VerbSweep): Promise<SweepReport> {
  const { argv, fullDisk = 0 } = options;
  const { outcomes, found } = twoOutcomes(options);
  const killed = new Set<string>();
  let refused = 0;
  const check = async ({ what, disturbance, disturbed }: SweepCase): Promise<void> => {
    const isFull = disturbance.kind === 'full-disk';
    if (isFull && expectToldOrDone({ ...disturbed, argv, exit: disturbed.code }, what) === 'told')
      refused += 1;
    const outcome = await expectEither(options, found, what);
    if (!isFull) killed.add(outcome);
  };
  const report = await sweep({
    ...runOf(fullDisk === 0 ? options : { ...options, argv: [...argv, '--json'] }),
    outcomes,
    disturb: (counted) => [
      ...few(killSteps(counted), options.sample),
      ...few(killGit(counted), Math.ceil(options.sample / 3)),
      ...(fullDisk === 0 ? [] : few(fillDiskEverywhere(counted), fullDisk)),
    ],
    sample: Infinity,
    check,
  });
  if (!IS_PART) expect(killed.size, 'both outcomes were seen').toBe(2);
  if (fullDisk > 0) expect(refused, 'full disks that were told').toBeGreaterThan(0);
  return report;
}

/** What did not fit says so; what needed no more room is done. */
function expectToldOrDone(run: Run, what: string): 'told' | 'done' {
  expect([0, 74], `${what}: ${run.stderr}`).toContain(run.exit);
  if (run.exit === 0) return 'done';
  expectDiskFull(run, what);
  return 'told';
}

/** A disk that is full for fsync too leaves open what of the last line reached it; that is said instead. */
function expectDiskFull(run: Run, what: string): void {
  const { code, message } = printed(run);
  if (String(message).includes('could not be taken back')) expect(what).toMatch(/fsync|write/);
  else expect(code, what).toBe('DISK_FULL');
}

function killSteps(counted: CountedRun): readonly Disturbance[] {
  return killEverywhere(counted).filter(({ kind }) => kind === 'kill');
}

function killGit(counted: CountedRun): readonly Disturbance[] {
  return killEverywhere(counted).filter(({ kind }) => kind === 'kill-git');
}

function runOf({ stage, person, argv }: Pick<VerbSweep, 'stage' | 'person' | 'argv'>) {
  return { argv: [HEDDLE, ...argv], cwd: stage.path, env: person.env, root: stage.root };
}

/** What is found where it never ran, and where nothing happened to it. */
function twoOutcomes(options: VerbSweep) {
  const { person, look, next, nextBy = person, exit = 0 } = options;
  const found: string[] = [];
  const outcomes = {
    before: async (): Promise<void> => {
      await nextBy.ok(next);
      found.push(JSON.stringify(await look()));
    },
    after: async (counted: CountedRun): Promise<void> => {
      expect(counted.code, counted.stderr).toBe(exit);
      await nextBy.run(next);
      found.push(JSON.stringify(await look()));
      expect(found[1]).not.toBe(found[0]);
    },
  };
  return { outcomes, found };
}

async function expectEither(options: VerbSweep, outcomes: readonly string[], what: string): Promise<string> {
  const { stage, person, nextBy = person } = options;
  const next = await nextBy.run(options.next);
  expect(next.exit, `${what}: the next command\n${next.stderr}`).toBe(0);
  const found = JSON.stringify(await options.look());
  expect(outcomes, what).toContain(found);
  const verified = await person.run(['verify', '--all', '--json']);
  expect(verified.stdout, `${what}: ${verified.stderr}`).toContain('"ok":true');
  expect(stage.gitCode('fsck', '--strict', '--no-dangling'), what).toBe(0);
  expect(lastingLeftovers(stage), what).toEqual([]);
  return found;
}

/** Git collects what a killed one left among the objects; a dead process's wish for the lock is cleared when old. */
export function lastingLeftovers(stage: Stage): readonly string[] {
  return stage.leftovers().filter((path) => !/^work\/\.git\/(?:objects\/|heddle\/lock\.own\.)/.test(path));
}
