import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { secondOwner } from '../../../support/cli/second-owner.ts';
import { found, Stage, type Person } from '../../../support/cli/stage.ts';
import { WHOLE_SWEEPS } from '../../../support/sweep-depth.ts';
import { killVerb, SLOW, type VerbSweep } from '../sweep-verb.ts';

/** What differs little from the others. */
let stage: Stage;
let second: Person;
beforeEach(async () => {
  stage = await new Stage().withDev();
  second = await secondOwner(stage);
  stage.write('src/a.ts', 'secret\n');
  await stage.dev.ok(['capture']);
  await stage.owner.ok(['redact', 'src/a.ts', '--reason', 'leak', '--code', 'credential']);
  await stage.owner.ok(['policy', 'set', '--guard', 'purge:apply', '--quorum', '2']);
});
afterEach(() => stage.dispose());

/** What people can tell of proposals, tombstones and the log; and that nothing is wrong with any of it. */
async function look(): Promise<unknown> {
  const { proposals, damaged } = await stage.owner.answer('purge-proposals', ['--all']);
  const { tombstones } = await stage.owner.answer('tombstone-list');
  const { operations } = await stage.owner.answer('oplog');
  return [
    damaged,
    proposals.map(({ status, approvals }) => [status, approvals.length]),
    tombstones.map(({ status }) => status),
    operations.filter(({ op }) => ['request', 'approve', 'deny', 'purge', 'receipt'].includes(op)).length,
    (await stage.owner.answer('verify', ['--all'])).findings,
  ];
}

const sweepOf = (person: Person, argv: readonly string[], sample = 2): VerbSweep => ({
  stage,
  person,
  argv,
  look,
  next: ['start', 'task/next', '--from', 'HEAD', '--worktree', stage.beside('next')],
  sample,
});

async function proposed(): Promise<string> {
  return found((await stage.owner.answer('purge-propose', ['src/a.ts'])).proposal).request;
}

describe(
  'killed at any step or with any git child leaves old or new, never a third:',
  { timeout: SLOW },
  () => {
    it('purge propose', async () => {
      const { counted } = await killVerb(sweepOf(stage.owner, ['purge', 'propose', 'src/a.ts']));
      expect(counted.git.length).toBeGreaterThan(1);
    });

    it.runIf(WHOLE_SWEEPS)('purge approve', async () => {
      const { counted } = await killVerb(sweepOf(second, ['purge', 'approve', await proposed(), '--yes']));
      expect(counted.git.length).toBeGreaterThan(1);
    });

    it.runIf(WHOLE_SWEEPS)('purge cancel', async () => {
      const { counted } = await killVerb(sweepOf(stage.owner, ['purge', 'cancel', await proposed()]));
      expect(counted.git.length).toBeGreaterThan(1);
    });

    it('purge apply: whatever is killed uses the consent up with the order, or not at all', async () => {
      const request = await proposed();
      await second.ok(['purge', 'approve', request]);
      const { counted } = await killVerb(sweepOf(stage.owner, ['purge', 'apply', request, '--yes']));
      expect(counted.git.length).toBeGreaterThan(2);
    });
  },
);
