import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Stage } from '../../support/cli/stage.ts';
import { killVerb, type VerbSweep, SLOW } from './sweep-verb.ts';

let stage: Stage;
let options: Omit<VerbSweep, 'sample'>;
beforeEach(async () => {
  stage = await new Stage().withDev();
  options = {
    stage,
    person: stage.owner,
    argv: ['grant', 'add', 'dev@example.com', 'maintainer', 'acme/core@task'],
    next: ['grant', 'add', 'owner@example.com', 'reader', 'acme/core@next'],
    look: async () => {
      const { grants } = await stage.owner.answer('grant-list');
      const { operations } = await stage.owner.answer('oplog');
      return [grants.map(({ role, resource }) => `${role} ${resource}`), operations.map(({ op }) => op)];
    },
  };
});
afterEach(() => stage.dispose());

describe('grant add', { timeout: SLOW }, () => {
  it('killed at any step or with any git child, or on a full disk, leaves old or new, never a third', async () => {
    const { counted } = await killVerb({ ...options, sample: 4, fullDisk: 2 });
    expect(counted.git.length).toBeGreaterThan(1);
  });
});
