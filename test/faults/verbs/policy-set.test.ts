import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Stage } from '../../support/cli/stage.ts';
import { killVerb, type VerbSweep } from './sweep-verb.ts';

const SLOW = 400_000;

let stage: Stage;
let options: Omit<VerbSweep, 'sample'>;
beforeEach(async () => {
  stage = await new Stage().withDev();
  await stage.owner.ok(['policy', 'set', '--max-depth', '3']);
  options = {
    stage,
    person: stage.owner,
    argv: ['policy', 'set', '--max-depth', '1', '--attribution', 'required', '--reason', 'a test'],
    next: ['grant', 'add', 'owner@example.com', 'reader', 'acme/core@next'],
    look: async () => {
      const { effective } = await stage.owner.answer('policy-show');
      const { entries } = await stage.owner.answer('policy-log');
      const { operations } = await stage.owner.answer('oplog');
      return [effective, entries.map(({ reason }) => reason), operations.map(({ op }) => op)];
    },
  };
});
afterEach(() => stage.dispose());

describe('policy set', { timeout: SLOW }, () => {
  it('killed at any step or with any git child, or on a full disk, leaves old or new, never a third', async () => {
    const { counted } = await killVerb({ ...options, sample: 3, fullDisk: 2 });
    expect(counted.git.length).toBeGreaterThan(1);
  });
});
