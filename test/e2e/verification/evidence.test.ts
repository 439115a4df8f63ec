import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { decodeTar } from '#domain/evidence/tar.ts';
import { printed, story } from '../../support/cli/run-heddle.ts';
import { schemaProblems } from '../../support/cli/schemas.ts';
import { Stage } from '../../support/cli/stage.ts';
import { expectRefusal, itNeedsARepository } from '../../support/cli/verb-contract.ts';

const SECRET = 'correct-horse-battery-4417';

let stage: Stage;
let empty: string;
beforeAll(async () => {
  stage = await new Stage().withDev();
  stage.write('.env', `MAIL_KEY=${SECRET}\n`);
  await stage.dev.ok(['capture', '-m', 'first\u001b[31m']);
  stage.write('src/a.ts', 'const a = 1;\n');
  await stage.dev.ok(['capture', '-m', 'second']);
  empty = stage.beside('empty');
  mkdirSync(empty);
  stage.keep();
});
beforeEach(() => stage.reset());
afterAll(() => stage.dispose());

const file = (name = 'e.tar'): string => stage.beside(name);
const exporting = (...more: readonly string[]): string[] => ['evidence', 'export', ...more, '--out', file()];
const bytes = (name?: string): Buffer => readFileSync(file(name));

describe('evidence export', () => {
  itNeedsARepository(['evidence', 'export', '--out', '../e.tar']);

  it('writes the same file with git and without, which verifies where there is neither git nor a repository', async () => {
    const before = stage.footprint();
    const { stdout } = await stage.owner.ok(exporting());
    expect(stdout).toMatch(/^wrote .*: 2 states, 0 tombstones, without contents\n/);
    const first = bytes();
    rmSync(file());
    const again = await stage.owner.run([...exporting(), '--json'], { env: { PATH: empty } });
    expect(again.exit, story(again)).toBe(0);
    expect(schemaProblems(printed(again))).toEqual([]);
    expect(bytes().equals(first)).toBe(true);
    expect(first.includes(SECRET)).toBe(false);
    const page = decodeTar(first).get('README.txt') ?? Buffer.from('\u001b');
    expect(Buffer.from(page).toString()).toContain(': first\\u{1b}[31m\n');
    expect(stage.footprint()).toEqual(before);

    const { genesis } = printed(again) as { readonly genesis: string };
    const elsewhere = { cwd: empty, env: { PATH: empty } };
    const stranger = stage.person('stranger');
    const verified = await stranger.run(
      ['evidence', 'verify', file(), '--genesis', genesis, '--json'],
      elsewhere,
    );
    expect(verified.exit, story(verified)).toBe(0);
    expect(schemaProblems(printed(verified))).toEqual([]);
    expect(printed(verified)).toMatchObject({
      ok: true,
      pinned: true,
      checked: { states: 2, operations: 2 },
    });
    const told = await stranger.run(['evidence', 'verify', file()], elsewhere);
    expect([told.exit, told.stdout]).toEqual([
      0,
      expect.stringMatching(/not proven:\n {2}that hg-[^\n]*--genesis/),
    ]);
  });

  it('of what was redacted and purged verifies, and never has it', async () => {
    await stage.owner.ok(['redact', '.env', '--reason', 'leak', '--code', 'credential']);
    const { tombstones } = await stage.owner.answer('tombstone-list');
    await stage.owner.ok(['purge', tombstones[0]?.tombstone ?? '', '--yes']);
    const { stdout } = await stage.owner.ok(exporting('--content'));
    expect(stdout).toContain('2 states, 1 tombstone, with contents');
    expect(bytes().includes(SECRET)).toBe(false);
    expect((await stage.owner.ok(['evidence', 'verify', file()])).stdout).toContain('good: checked states 2');
  });

  it('is refused where Git, from which a thread began, has what was removed', async () => {
    stage.git('add', '-A');
    stage.git('commit', '-qm', 'base');
    await stage.owner.ok(['start', 'release/1', '--from', 'HEAD', '--worktree', '../other']);
    stage.write('../other/src/b.ts', 'b\n');
    await stage.owner.ok(['capture', '-m', 'third'], { cwd: stage.beside('other') });
    await stage.owner.ok(['redact', '.env', '--all', '--reason', 'leak']);
    await expectRefusal(stage.owner, exporting('release/1'), { exit: 65, code: 'EVIDENCE_REFUSED' });
    expect(existsSync(file())).toBe(false);
  });

  it('leaves nothing behind where it is refused, mistyped or in the way', async () => {
    const refused = await stage.person('nobody').run(exporting('--json'));
    expect(refused.exit, story(refused)).toBe(77);
    expect(printed(refused)).toMatchObject({ schema: 'heddle/denial/v1', operation: 'evidence:export' });
    await expectRefusal(stage.owner, ['evidence', 'export'], { exit: 64, code: 'USAGE' });
    await expectRefusal(stage.owner, exporting('no/such'), { exit: 65, code: 'NOT_FOUND' });
    expect(existsSync(file())).toBe(false);
    writeFileSync(file(), 'mine');
    await expectRefusal(stage.owner, exporting(), { exit: 73, code: 'OUTPUT_EXISTS' });
    expect(bytes().toString()).toBe('mine');
  });
});

describe('evidence verify', () => {
  it('finds what was changed, and refuses what is no evidence', async () => {
    await stage.owner.ok(exporting());
    const whole = bytes();
    const at = whole.indexOf('"confidence"');
    whole[at + 1] = 0x43;
    writeFileSync(file('changed.tar'), whole);
    const run = await stage.owner.run(['evidence', 'verify', file('changed.tar')]);
    expect([run.exit, run.stdout]).toEqual([1, expect.stringMatching(/^\d+ findings?: checked /m)]);
    for (const [name, content] of [
      ['short.tar', whole.subarray(0, 5000)],
      ['text', Buffer.from('no tar')],
    ] as const) {
      writeFileSync(file(name), content);
      await expectRefusal(stage.owner, ['evidence', 'verify', file(name)], {
        exit: 65,
        code: 'FORMAT_INVALID',
      });
    }
    await expectRefusal(stage.owner, ['evidence', 'verify', file('gone')], { exit: 65, code: 'NOT_FOUND' });
    await expectRefusal(stage.owner, ['evidence', 'verify'], { exit: 64, code: 'USAGE' });
  });
});
