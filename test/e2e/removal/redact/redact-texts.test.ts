import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { scan } from '../../../support/byte-scanner/scan.ts';
import { normalise } from '../../../support/cli/normalise.ts';
import { schemaProblems } from '../../../support/cli/schemas.ts';
import { Stage } from '../../../support/cli/stage.ts';
import { expectDenial, expectRefusal } from '../../../support/cli/verb-contract.ts';

const SECRET = 'the password is correct-horse-9f3c';
const WHY = ['--reason', 'a password was typed'];

let stage: Stage;
let state: string;
beforeAll(async () => {
  stage = await new Stage().withDev();
  stage.write('src/a.ts', 'a\n');
  state = (await stage.dev.answer('capture', ['-m', SECRET])).state ?? '';
  stage.write('src/a.ts', 'b\n');
  await stage.dev.ok(['capture', '-m', 'second']);
  stage.keep();
});
beforeEach(() => stage.reset());
afterAll(() => stage.dispose());

const places = (): readonly unknown[] => scan({ directories: [stage.path], secrets: { SECRET } }).findings;

describe('redact --text', () => {
  it.each([
    ['with a path', ['src/a.ts', '--text', 'task/login']],
    ['with --all', ['--all', '--text', 'task/login']],
    ['with a task and no record', ['src/a.ts', '--task']],
  ])('is refused %s', async (_, argv) => {
    const before = stage.footprint();
    await expectRefusal(stage.owner, ['redact', ...argv, ...WHY], { exit: 64, code: 'USAGE' });
    expect(stage.footprint()).toEqual(before);
  });

  it('is refused to whoever may not redact everywhere, and for what is not there', async () => {
    await expectDenial(stage, stage.dev, {
      argv: ['redact', '--text', state, ...WHY],
      code: 'ROLE_NONE',
    });
    await expectRefusal(stage.owner, ['redact', '--text', `hs-${'0'.repeat(52)}`, ...WHY], {
      exit: 65,
      code: 'NOT_FOUND',
    });
    expect(stage.leftovers()).toEqual([]);
  });

  it('hides what was written from every reader, and says so; a lift brings it back', async () => {
    const { states } = await stage.dev.answer('log');
    const preview = await stage.owner.answer('redact', ['--text', state, '--dry-run', ...WHY]);
    expect(schemaProblems(preview)).toEqual([]);
    const run = await stage.owner.ok(['redact', '--text', state, '--code', 'credential', ...WHY]);
    expect(normalise(run.stdout, stage.root)).toMatchSnapshot();
    for (const argv of [['log'], ['show', state], ['blame', 'src/a.ts'], ['oplog', '--json'], ['status']]) {
      const { stdout } = await stage.dev.ok(argv);
      expect(stdout).not.toContain('correct-horse');
    }
    const after = await stage.dev.answer('log');
    expect(schemaProblems(after)).toEqual([]);
    expect(after.states.map((one) => one.state)).toEqual(states.map((one) => one.state));
    expect(after.states[1]).toMatchObject({ intent: null, redacted: [{ path: null }] });
    const shown = await stage.dev.ok(['show', state]);
    expect(normalise(shown.stdout, stage.root)).toContain('what was written in it');
    expect((await stage.owner.answer('verify', ['--all'])).findings).toEqual([]);
    expect(stage.leftovers()).toEqual([]);
    await stage.owner.ok(['undo']);
    expect(await stage.dev.answer('log')).toMatchObject({ states });
    expect((await stage.owner.answer('verify', ['--all'])).findings).toEqual([]);
  });

  it('is found by --find, whose command hides it, and destroyed by a purge: no byte is left', async () => {
    expect(places()).not.toEqual([]);
    const found = await stage.owner.run(['redact', '--find', '-', '--json'], { stdin: SECRET });
    const { places: told } = JSON.parse(found.stdout) as { places: { fix: readonly string[] | null }[] };
    const fix = told.find((one) => one.fix !== null)?.fix ?? [];
    expect(fix.slice(0, 4)).toEqual(['heddle', 'redact', '--text', state]);
    await stage.owner.ok(fix.slice(1));
    const { tombstones } = await stage.owner.answer('tombstone-list');
    const id = tombstones[0]?.tombstone ?? '';
    const purged = await stage.owner.answer('purge', [id, '--yes']);
    expect(purged).toMatchObject({ outcome: 'complete', residue: [], states: [state] });
    expect(places()).toEqual([]);
    const again = await stage.owner.run(['redact', '--find', '-', '--json'], { stdin: SECRET });
    expect(JSON.parse(again.stdout)).toMatchObject({ found: false });
    expect((await stage.owner.answer('verify', ['--all'])).findings).toEqual([]);
    stage.git('fsck', '--full', '--strict');
    expect(readFileSync(join(stage.path, 'src/a.ts'), 'utf8')).toBe('b\n');
  });
});
