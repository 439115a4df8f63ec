import { existsSync } from 'node:fs';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { denialOf } from '../../support/cli/run-heddle.ts';
import { found, Stage, type Person } from '../../support/cli/stage.ts';
import { killVerb, SLOW, type VerbSweep } from './sweep-verb.ts';

const SAMPLE = 2;

let stage: Stage;
let worker: Person;
beforeAll(async () => {
  stage = await new Stage().withDev();
  worker = await stage.agent('worker');
  stage.keep();
});
beforeEach(() => stage.reset());
afterAll(() => stage.dispose());

/** What people can tell of requests and of what they gave. */
async function look(): Promise<unknown> {
  const { requests, damaged } = await stage.owner.answer('request-list', ['--all']);
  const { grants } = await stage.owner.answer('grant-list');
  const { operations } = await stage.owner.answer('oplog');
  return [
    damaged,
    requests.map(({ status, asked, answers }) => [status, asked.operation, answers.length]),
    grants.map(({ role, resource }) => `${role} ${resource}`),
    operations.map(({ op }) => op),
  ];
}

const sweepOf = (person: Person, argv: readonly string[]): VerbSweep => ({
  stage,
  person,
  argv,
  look,
  next: ['request', 'review', 'acme/core@task/next'],
  sample: SAMPLE,
});

async function ask(person: Person, argv: readonly string[]): Promise<string> {
  const { id } = denialOf(await person.run([...argv, '--json']));
  return found((await person.answer('request', ['--denial', found(id)])).request);
}

describe(
  'killed at any step or with any git child leaves old or new, never a third:',
  { timeout: SLOW },
  () => {
    it('request', async () => {
      const { counted } = await killVerb(
        sweepOf(stage.dev, ['request', 'thread:land', 'acme/core@heads/main']),
      );
      expect(counted.git.length).toBeGreaterThan(1);
    });

    it('approve that grants, on a full disk too', async () => {
      const request = await ask(stage.dev, ['start', 'release/1']);
      const { counted } = await killVerb({
        ...sweepOf(stage.owner, ['approve', request]),
        fullDisk: 2,
        // An owner asks for nothing that is not theirs already: another mutation recovers.
        next: ['grant', 'add', 'owner@example.com', 'reader', 'acme/core@next'],
      });
      expect(counted.git.length).toBeGreaterThan(1);
    });

    it('approve that makes a credential, which can be made again', async () => {
      stage.write('docs/b.md', 'b\n');
      const request = await ask(worker, ['capture']);
      const file = stage.beside('wider.hcred');
      await killVerb({
        ...sweepOf(stage.dev, ['approve', request, '--out', file]),
        look: async () => {
          const { status } = await stage.dev.answer('request-show', [request]);
          // Nobody is left with an approval that gives nothing.
          if (status === 'approved' && !existsSync(file))
            await stage.dev.ok(['approve', request, '--out', file]);
          return status;
        },
      });
    });
  },
);
