import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Stage, type Person } from '../../support/cli/stage.ts';
import { killVerb, type VerbSweep, SLOW } from './sweep-verb.ts';

const DEV = 'dev@example.com';
/** Kills of each verb, and of its git children half as many, unless `HEDDLE_TEST_SWEEP` says a pass. */
const SAMPLE = 2;

let stage: Stage;
let worker: Person;
let options: Omit<VerbSweep, 'argv'>;
beforeAll(async () => {
  stage = await new Stage().withDev();
  worker = await stage.agent('worker');
  stage.write('src/a.ts', 'a\n');
  await worker.ok(['capture', '-m', 'first']);
  options = {
    stage,
    person: stage.owner,
    next: ['token', 'mint', '--allow', 'state:read', '--out', stage.beside('next.hcred')],
    sample: SAMPLE,
    look,
  };
  stage.keep();
});
beforeEach(() => stage.reset());
afterAll(() => stage.dispose());

/** What people can tell of who may do what: keys, grants, tokens, the freeze; and what the log says. */
async function look(): Promise<unknown> {
  const { grants } = await stage.owner.answer('grant-list');
  const { keys } = await stage.owner.answer('key-list');
  const { tokens } = await stage.dev.answer('token-list');
  const { attention } = await stage.owner.answer('status');
  const { operations } = await stage.owner.answer('oplog');
  return [
    grants.map(({ principal, role, resource }) => `${principal} ${role} ${resource}`),
    keys.map(({ principal, registered, revoked }) => `${principal} ${registered} ${revoked}`).toSorted(),
    tokens.map(({ via, status }) => `${via.join(' ')} ${status}`).toSorted(),
    attention.some(({ message }) => message.includes('frozen')),
    operations.map(({ op }) => op),
  ];
}

async function sweeps(argv: readonly string[], change: Partial<VerbSweep> = {}): Promise<void> {
  const { counted } = await killVerb({ ...options, argv, ...change });
  expect(counted.git.length).toBeGreaterThan(1);
}

describe(
  'killed at any step or with any git child leaves old or new, never a third:',
  { timeout: SLOW },
  () => {
    it('token revoke', async () => {
      await sweeps(['token', 'revoke', '--token-file', stage.beside('worker.hcred')]);
    });

    it('freeze', async () => {
      await sweeps(['freeze', '--reason', 'an incident'], {
        next: ['redact', 'src/a.ts', '--reason', 'next'],
      });
    });

    it('unfreeze', async () => {
      await stage.owner.ok(['freeze']);
      await sweeps(['unfreeze'], { next: ['redact', 'src/a.ts', '--reason', 'next'] });
    });

    it('grant remove', async () => {
      const { grants } = await stage.owner.answer('grant-list');
      const id = grants.find(({ principal }) => principal === DEV)?.id ?? '';
      await sweeps(['grant', 'remove', id]);
    });

    it('key add', async () => {
      const somebody = stage.person('somebody');
      const principal = 'somebody@example.com';
      const { text } = await somebody.answer('key-new', ['--no-passphrase', '--principal', principal]);
      await sweeps(['key', 'add', principal, text]);
    });

    it('key revoke', async () => {
      await sweeps(['key', 'revoke', DEV]);
    });

    it('key rotate: the keys of the home are the registered ones after the next login, and none is lost', async () => {
      const before = (await stage.dev.answer('key-export')).root;
      await sweeps(['key', 'rotate'], {
        person: stage.dev,
        nextBy: stage.owner,
        look: async () => {
          await stage.dev.ok(['login']);
          stage.write('src/a.ts', 'b\n');
          await stage.dev.ok(['capture', '-m', 'second']);
          const { root } = await stage.dev.answer('key-export');
          const { keys } = await stage.owner.answer('key-list');
          const registered = keys.map((key) => `${key.principal} ${key.revoked} ${key.root === root}`);
          const operations = (await stage.owner.answer('oplog')).operations.map(({ op }) => op);
          return [root === before, registered.toSorted(), operations];
        },
      });
    });
  },
);
