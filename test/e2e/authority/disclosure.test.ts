import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { VERBS } from '#cli/command-table.ts';
import { verbName } from '#cli/table/verb-spec.ts';
import { normalise } from '../../support/cli/normalise.ts';
import { story } from '../../support/cli/run-heddle.ts';
import { Stage, found, type Person } from '../../support/cli/stage.ts';

/** A line that names something, with `@` where the name stands; what is there, and what is not. */
type Pair = readonly [line: string, there: string, nowhere: string];

const NOBODY_KNOWS = '0'.repeat(52);
let stage: Stage;
let pairs: readonly Pair[];
let people: Readonly<Record<string, Person>>;
beforeAll(async () => {
  stage = await new Stage().withDev();
  const { owner } = stage;
  await owner.ok(['start', 'release/1']);
  stage.write('src/a.ts', 'a\n');
  stage.write('src/hidden.ts', 'hidden\n');
  const { state } = await owner.answer('capture', ['-m', 'first']);
  stage.git('remote', 'add', 'origin', stage.beside('remote.git'));
  const { tombstone } = await owner.answer('redact', ['src/hidden.ts', '--reason', 'leak']);
  const { grants } = await owner.answer('grant-list');
  const grant = found(grants.find(({ principal }) => principal === 'owner@example.com')).id;
  const { session } = await owner.answer('token-inspect');
  const stranger = stage.person('stranger');
  await stranger.ok(['key', 'new', '--no-passphrase', '--principal', 'stranger@example.com']);
  await stranger.ok(['login']);
  const { text: key } = await stranger.answer('key-export');
  people = { nobody: stage.person('nobody'), stranger, dev: stage.dev };
  pairs = [
    ['start @', 'release/1', 'release/2'],
    ['thread drop @', 'release/1', 'release/9'],
    ['thread split @ --into release/5 -- src', 'release/1', 'release/9'],
    ['thread rename @ release/5', 'release/1', 'release/9'],
    ['thread rename release/9 @', 'release/1', 'release/8'],
    ['thread claim @', 'release/1', 'release/9'],
    ['thread release @', 'release/1', 'release/9'],
    ['thread release @ --force', 'release/1', 'release/9'],
    ['land @ --onto main', 'release/1', 'release/9'],
    ['review @ --approve', 'release/1', 'release/9'],
    ['review @ --withdraw', 'release/1', 'release/9'],
    ['push --thread @', 'release/1', 'release/9'],
    ['push --branch @', 'main', 'no/such'],
    ['evidence export @ --out ../evidence.tar', 'release/1', 'release/9'],
    ['start release/3 --from @', String(state), `hs-${NOBODY_KNOWS}`],
    ['start release/3 --from @', 'release/1', 'release/9'],
    ['grant remove @', grant, `hg-${NOBODY_KNOWS}`],
    ['grant remove @', grant.slice(0, 11), 'hg-00000000'],
    ['grant add @ reader acme/core', 'owner@example.com', 'noone@example.com'],
    [`key add @ ${key}`, 'owner@example.com', 'noone@example.com'],
    ['key revoke @', 'owner@example.com', 'noone@example.com'],
    ['token revoke --session @', session, 'a'.repeat(32)],
    ['token revoke --block @', 'b'.repeat(128), 'a'.repeat(128)],
    ['redact @ --reason leak', 'src/a.ts', 'src/b.ts'],
    ['redact @ --reason leak', 'src/hidden.ts', 'src/b.ts'],
    ['redact @ --all --reason leak', 'src/a.ts', 'src/b.ts'],
    ['redact src/a.ts --reason leak --state @', String(state), `hs-${NOBODY_KNOWS}`],
    ['redact --name @ --reason leak', 'src/a.ts', 'src/b.ts'],
    ['redact --text @ --reason leak', String(state), `hs-${NOBODY_KNOWS}`],
    ['purge @ --yes', String(tombstone), `hr-${NOBODY_KNOWS}`],
    ['purge @ --yes', 'src/hidden.ts', 'src/b.ts'],
    ['purge propose @', String(tombstone), `hr-${NOBODY_KNOWS}`],
    ['purge propose @', 'src/hidden.ts', 'src/b.ts'],
    ['can state:read acme/core@release/1 --as @', 'owner@example.com', 'noone@example.com'],
    ['can state:read acme/core@@ --as owner@example.com', 'release/1', 'release/9'],
    ['can state:read acme/core@release/1:@ --as owner@example.com', 'src/a.ts', 'src/b.ts'],
  ];
});
afterAll(() => stage.dispose());

/** Verbs that write and look nothing up by a name that is typed, and why. */
const NAMELESS: Readonly<Record<string, string>> = {
  init: 'makes the repository',
  capture: 'captures what is here',
  undo: 'takes back what was done here last',
  redo: 'takes back what was undone here last',
  continue: 'ends what waits in this worktree',
  abort: 'takes back what waits in this worktree',
  'secrets allow': 'names files that whoever has the clone can read',
  restore: 'names files that whoever has the clone can read',
  'key rotate': 'rotates its own keys',
  'attribution export': 'names commits that whoever has the clone can read',
  'attribution import': 'names commits that whoever has the clone can read',
  freeze: 'is about the whole repository',
  unfreeze: 'is about the whole repository',
  incident: 'is about the whole repository',
  'tombstone receive': 'names a remote that whoever has the clone can read',
  pull: 'names a remote that whoever has the clone can read',
  'hook install': 'is run by whoever keeps the server',
  'hook uninstall': 'is run by whoever keeps the server',
  'hook run': 'is run by git alone',
  'token mint': 'makes a token of its own, offline',
  'token attenuate': 'makes a token of its own, offline',
  request: 'asks for what it names, which may not be there',
  'policy set': 'is about a resource, which need not be there',
  approve: 'answers what everybody sees who has the clone',
  deny: 'answers what everybody sees who has the clone',
  'purge approve': 'answers what everybody sees who has the clone',
  'purge apply': 'names what everybody sees who has the clone',
  'purge cancel': 'answers what everybody sees who has the clone',
};

/** What it says in both cases, without its own ids and times; either name that was typed is `<name>` in both. */
async function heard(person: Person, [line, ...names]: Pair, json: readonly string[]): Promise<string[]> {
  const said: string[] = [];
  for (const name of names) {
    const argv = line.split(' ').map((word) => word.replace(/@$/, name));
    const run = await person.run([...argv, ...json]);
    expect(run.exit, story(run)).toBe(77);
    const text = names.reduce((shown, one) => shown.replaceAll(one, '<name>'), run.stdout + run.stderr);
    said.push(normalise(text, stage.root));
  }
  return said;
}

describe('whoever may not read', () => {
  it.each(['nobody', 'stranger', 'dev'])(
    'is refused alike for what exists and what does not: %s',
    async (who) => {
      for (const pair of pairs) {
        const before = stage.footprint();
        const [there, nowhere] = await heard(found(people[who]), pair, who === 'stranger' ? [] : ['--json']);
        expect(there, pair.slice(0, 3).join(' ')).toBe(nowhere);
        expect(stage.footprint()).toMatchObject({ refs: before.refs, threads: before.threads });
      }
    },
  );

  it('is asked by every verb that writes and is given a name', () => {
    const asked = new Set(pairs.map(([line]) => line));
    for (const verb of VERBS.filter(({ options }) => options.some(({ name }) => name === 'op-id'))) {
      const name = verbName(verb);
      const isAsked = [...asked].some((line) => `${line} `.startsWith(`${name} `));
      expect(isAsked || NAMELESS[name] !== undefined, name).toBe(true);
    }
  });
});

describe('whoever may read', () => {
  it('is told what is not there', async () => {
    for (const argv of [
      ['grant', 'remove', `hg-${NOBODY_KNOWS}`],
      ['redact', 'src/b.ts', '--reason', 'leak'],
      ['purge', `hr-${NOBODY_KNOWS}`, '--yes'],
    ]) {
      const run = await stage.owner.run([...argv, '--json']);
      expect(run.exit, story(run)).toBe(65);
    }
  });
});
