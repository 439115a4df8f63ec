import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Stage } from '../../../support/cli/stage.ts';
import { WHOLE_SWEEPS } from '../../../support/sweep-depth.ts';
import { killVerb, SLOW, type VerbSweep } from '../sweep-verb.ts';

/** What differs little from the others. */
let stage: Stage;
beforeEach(async () => {
  stage = await new Stage().withDev();
  stage.write('src/a.ts', 'a\n');
  await stage.dev.ok(['capture']);
});
afterEach(() => stage.dispose());

/** Where the incident stands, whether all is frozen, and that nothing is wrong with any of it. */
async function look(): Promise<unknown> {
  const { status, frozen, steps, history } = await stage.owner.answer('incident');
  const { operations } = await stage.owner.answer('oplog');
  return [
    status,
    frozen,
    steps.map((step) => step.status),
    history.length,
    operations.filter(({ op }) => op === 'incident' || op === 'freeze').length,
    (await stage.owner.answer('verify', ['--all'])).findings,
  ];
}

const sweepOf = (argv: readonly string[]): VerbSweep => ({
  stage,
  person: stage.owner,
  argv,
  look,
  next: ['redact', 'src/a.ts', '--reason', 'next'],
  sample: 2,
});

describe(
  'killed at any step or with any git child leaves old or new, never a third:',
  { timeout: SLOW },
  () => {
    it.runIf(WHOLE_SWEEPS)('incident open', async () => {
      await killVerb(sweepOf(['incident', 'open', '--reason', 'leak']));
    });

    // The repository is frozen or not; the incident tells which, whether or not its own command came back.
    it('incident freeze', async () => {
      await stage.owner.ok(['incident', 'open', '--reason', 'leak']);
      const { counted } = await killVerb(sweepOf(['incident', 'freeze']));
      expect(counted.git.length).toBeGreaterThan(1);
    });

    it.runIf(WHOLE_SWEEPS)('incident rotate', async () => {
      await stage.owner.ok(['incident', 'open', '--reason', 'leak']);
      await killVerb(sweepOf(['incident', 'rotate', '--done']));
    });
  },
);
