import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { normalise } from '../../../support/cli/normalise.ts';
import { denialOf, story } from '../../../support/cli/run-heddle.ts';
import { schemaProblems } from '../../../support/cli/schemas.ts';
import { Stage, type Person } from '../../../support/cli/stage.ts';
import { expectDenial, expectRefusal, itNeedsARepository } from '../../../support/cli/verb-contract.ts';

const TERMINAL = fileURLToPath(new URL('../../../support/preload/terminal-preload.mjs', import.meta.url));
const SECRET = 'mail-key-6f1d0c2b7e';

let stage: Stage;
let tombstone: string;
let states: readonly string[];
beforeAll(async () => {
  stage = await new Stage().withDev();
  stage.write('.env', `KEY=${SECRET}\n`);
  await stage.dev.ok(['capture', '-m', 'first']);
  const redacted = await stage.owner.answer('redact', [
    '.env',
    '--reason',
    'a mail key',
    '--code',
    'credential',
  ]);
  tombstone = String(redacted.tombstone);
  states = redacted.states;
  stage.keep();
});
beforeEach(() => stage.reset());
afterAll(() => stage.dispose());

const onTerminal = (typed: string): { readonly preload: string; readonly stdin: string } => ({
  preload: TERMINAL,
  stdin: `${typed}\n`,
});

describe('purge, as it is typed', () => {
  itNeedsARepository(['purge', 'hr-00000000', '--yes']);

  it('is refused without a name', async () => {
    await expectRefusal(stage.owner, ['purge', '--yes'], { exit: 64, code: 'USAGE' });
  });

  it('is refused off a terminal without --yes, before anything is asked of the repository', async () => {
    const before = stage.footprint();
    await expectRefusal(stage.owner, ['purge', tombstone], { exit: 64, code: 'CONFIRMATION_MISSING' });
    expect(stage.footprint()).toEqual(before);
    const options = { exit: 64, code: 'CONFIRMATION_MISSING', cwd: stage.root };
    await expectRefusal(stage.owner, ['purge', tombstone], options);
  });

  it.each([
    ['yes', 'yes'],
    ['nothing', ''],
    ['fewer letters', 'hr-'],
    ['the id of another tombstone', `hr-${'0'.repeat(8)}`],
  ])('is refused on a terminal to somebody who types %s', async (_, typed) => {
    const before = stage.footprint();
    const run = await stage.owner.run(['purge', tombstone], onTerminal(typed));
    expect(run.exit, story(run)).toBe(64);
    expect(run.stderr).toContain(`type ${tombstone.slice(0, 11)} to go on`);
    expect(run.stderr).toContain('nothing was destroyed');
    expect(stage.footprint()).toEqual(before);
  });

  it('goes on where somebody types the id that it shows', async () => {
    const run = await stage.owner.ok(['purge', '.env'], onTerminal(tombstone.slice(0, 11)));
    expect(run.stdout).toMatch(/^purged/m);
  });

  it('is refused for what no tombstone covers', async () => {
    for (const name of ['src/a.ts', 'hr-00000000']) {
      const run = await stage.owner.run(['purge', name, '--yes', '--json']);
      expect(run.exit, story(run)).toBe(65);
    }
  });
});

describe('purge', () => {
  it('destroys the bytes, keeps ids and signatures, and is crossed by no undo', async () => {
    const answer = await stage.owner.answer('purge', [tombstone, '--yes']);
    expect(schemaProblems(answer)).toEqual([]);
    expect(answer).toMatchObject({ tombstone, outcome: 'complete', residue: [], dryRun: false });
    expect(answer.states).toEqual(states);
    expect(answer.destroyed.length).toBeGreaterThan(0);
    const log = await stage.dev.answer('log');
    expect(log.states.map(({ state }) => state)).toEqual(states);
    expect((await stage.owner.answer('verify', ['--all'])).findings).toEqual([]);
    const undone = await stage.owner.run(['undo', '--json']);
    expect(undone.exit, story(undone)).toBe(65);
    expect(stage.git('fsck', '--full', '--no-dangling')).toBe('');
    expect(stage.leftovers()).toEqual([]);
  });

  it('of a file that was destroyed says so, whatever was lifted before; the receipt is the clone’s', async () => {
    for (let lifted = 0; lifted < 3; lifted += 1) {
      await stage.owner.ok(['undo']);
      await stage.owner.ok(['redact', '.env', '--reason', 'again']);
    }
    await stage.owner.ok(['purge', '.env', '--yes']);
    const { stderr } = await stage.owner.ok(['purge', '.env', '--yes']);
    expect(stderr).toContain('was destroyed in this clone already');
    const [receipt] = (await stage.owner.ok(['oplog'])).stdout.split('\n');
    expect(receipt, 'nobody acts in a receipt').toMatch(/ receipt +clone [0-9a-z]{11} /);
  });

  it('says what it destroyed', async () => {
    const { stdout } = await stage.owner.ok(['purge', tombstone, '--yes']);
    const shown = normalise(stdout, stage.root).replaceAll(/\b\d+ loose objects?/g, '<n> loose objects');
    expect(shown).toMatchSnapshot();
  });

  it('changes nothing on a dry run, needs no confirmation, and shows the places', async () => {
    const before = stage.footprint();
    const answer = await stage.owner.answer('purge', [tombstone, '--dry-run']);
    expect(schemaProblems(answer)).toEqual([]);
    expect(answer).toMatchObject({ outcome: null, dryRun: true, operation: null });
    expect(answer.residue.length).toBeGreaterThan(0);
    expect(stage.footprint()).toEqual(before);
    await stage.owner.ok(['undo']);
    expect(readFileSync(join(stage.path, '.env'), 'utf8')).toContain(SECRET);
  });

  it('ends with 1 and names the place where a branch of git still holds the bytes', async () => {
    await stage.owner.ok(['undo']);
    stage.git('add', '-f', '.env');
    stage.git('commit', '-q', '-m', 'leak');
    const again = await stage.owner.answer('redact', ['.env', '--reason', 'again']);
    const answer = await stage.owner.answer('purge', [String(again.tombstone), '--yes'], { exit: 1 });
    expect(schemaProblems(answer)).toEqual([]);
    expect(answer.outcome).toBe('incomplete');
    expect(answer.residue).toContainEqual(expect.objectContaining({ place: 'ref', owner: 'git' }));
    const text = await stage.owner.run(['purge', String(again.tombstone), '--yes']);
    expect(text.exit).toBe(1);
    expect(text.stdout).toMatch(/^incomplete/m);
    expect(text.stdout).toContain('refs/heads/');
  });

  it('is denied to whoever is no owner, and to an owner through a narrowed token', async () => {
    const run = await expectDenial(stage, stage.dev, {
      argv: ['purge', tombstone, '--yes'],
      code: 'ROLE_INSUFFICIENT',
    });
    expect(denialOf(run)).toMatchObject({ operation: 'purge:apply', required: { role: 'owner' } });
    await stage.owner.ok(
      'token attenuate --agent cleaner --allow purge:apply --resource acme/core --out ../cleaner.hcred'.split(
        ' ',
      ),
    );
    const agent: Person = stage.owner.with({ HEDDLE_CREDENTIAL: stage.beside('cleaner.hcred') });
    await expectDenial(stage, agent, { argv: ['purge', tombstone, '--yes'], code: 'FLOOR' });
    await stage.owner.ok(['undo']);
    expect(readFileSync(join(stage.path, '.env'), 'utf8')).toContain(SECRET);
  });
});
