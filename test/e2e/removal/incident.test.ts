import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { IncidentResult } from '#domain/results/removal/incident-results.ts';
import { printed, story, type Run } from '../../support/cli/run-heddle.ts';
import { schemaProblems } from '../../support/cli/schemas.ts';
import { Stage } from '../../support/cli/stage.ts';
import { expectRefusal, itNeedsARepository } from '../../support/cli/verb-contract.ts';

const SECRET = 'correct-horse-battery-4417';

let stage: Stage;
beforeAll(async () => {
  stage = await new Stage().withDev();
  stage.write('.env', `MAIL_KEY=${SECRET}\n`);
  await stage.dev.ok(['capture', '-m', 'first']);
  stage.keep();
});
beforeEach(() => stage.reset());
afterAll(() => stage.dispose());

const step = (argv: readonly string[], options: { readonly stdin?: string } = {}): Promise<Run> =>
  stage.owner.run(['incident', ...argv], options);

const now = async (): Promise<IncidentResult> => stage.owner.answer('incident');
const statusOf = ({ steps }: IncidentResult, name: string) => steps.find((one) => one.step === name)?.status;

describe('heddle incident', () => {
  itNeedsARepository(['incident']);

  it('goes from a leak to a signed account, step by step, in the order that people take', async () => {
    expect((await step([])).stdout).toContain('begin with: heddle incident open --reason TEXT');
    await stage.owner.ok(['incident', 'open', '--reason', 'mail key in a log of CI']);
    const found = await step(['find', '--secret', '-', '--json'], { stdin: `${SECRET}\n` });
    expect(found.exit, story(found)).toBe(0);
    expect(schemaProblems(printed(found))).toEqual([]);
    expect(found.stdout + found.stderr).not.toContain(SECRET);
    expect((JSON.parse(found.stdout) as IncidentResult).found?.places.length).toBe(2);
    await stage.owner.ok(['incident', 'freeze']);
    await stage.owner.ok(['incident', 'rotate', '--done']);

    const hidden = await step(['redact', '--secret', '-'], { stdin: SECRET });
    expect(hidden.exit, story(hidden)).toBe(0);
    expect(readFileSync(join(stage.path, '.env'), 'utf8')).not.toContain(SECRET);
    const left = await now();
    expect([statusOf(left, 'redact'), statusOf(left, 'purge'), left.tombstones.length]).toEqual([
      'done',
      'todo',
      1,
    ]);
    await expectRefusal(stage.owner, ['incident', 'close'], { exit: 65, code: 'INCIDENT_REFUSED' });
    await expectRefusal(stage.owner, ['incident', 'purge'], { exit: 64, code: 'CONFIRMATION_MISSING' });

    await stage.owner.ok(['incident', 'purge', '--yes']);
    const lines = (await now()).steps.length;
    stage.git('remote', 'add', 'up', `https://${'anna:hunter2'}@example.com/core.git`);
    const told = await stage.owner.json(['incident', 'propagate', '--kit', 'kit.md']);
    expect(schemaProblems(told)).toEqual([]);
    expect(JSON.stringify(told)).not.toContain('hunter2');
    expect(readFileSync(join(stage.path, 'kit.md'), 'utf8')).toContain('heddle verify --clean-of hr-');
    expect([(await now()).steps.length, statusOf(await now(), 'propagate')]).toEqual([lines, 'todo']);
    const shown = await step(['propagate']);
    expect(shown.stdout).toContain('to bring it to up (https://example.com/core.git):');
    stage.git('remote', 'set-url', 'up', stage.beside('up.git'));
    stage.git('init', '-q', '--bare', stage.beside('up.git'));
    // What it advises is what git and heddle take, in a freeze too.
    for (const { commands } of (told as unknown as IncidentResult).copies?.remotes ?? []) {
      for (const [program, ...argv] of commands) {
        if (program === 'heddle') await stage.owner.ok(argv);
        else stage.git(...argv);
      }
    }
    expect(stage.git('ls-remote', stage.beside('up.git'))).toContain('refs/heddle/tombstones');
    await stage.owner.ok(['incident', 'propagate', '--done']);
    const clean = await step(['verify', '--secret', '-'], { stdin: SECRET });
    expect(clean.exit, story(clean)).toBe(0);
    expect(clean.stdout).toContain('it stands nowhere in this clone');
    const closed = await step(['close']);
    expect(closed.stdout, story(closed)).toContain('next: heddle unfreeze');
    await stage.owner.ok(['unfreeze']);

    const paper = await stage.owner.ok(['incident', 'paper', '--json']);
    expect(schemaProblems(printed(paper))).toEqual([]);
    const checked = await stage.owner.run(['incident', 'check', '-'], { stdin: paper.stdout });
    expect(checked.exit, story(checked)).toBe(0);
    expect(checked.stdout).toContain('mail key in a log of CI');
    const changed = await stage.owner.run(['incident', 'check', '-', '--json'], {
      stdin: paper.stdout.replaceAll('mail key', 'no key'),
    });
    expect(changed.exit, story(changed)).toBe(1);
    expect(schemaProblems(printed(changed))).toEqual([]);
    await stage.owner.ok(['verify', '--all']);
  });

  it('says what it needs, and writes nothing until it has it', async () => {
    const usage = { exit: 64, code: 'USAGE' };
    await expectRefusal(stage.owner, ['incident', 'open'], usage);
    await expectRefusal(stage.owner, ['incident', 'panic'], usage);
    await expectRefusal(stage.owner, ['incident', '--skip'], usage);
    await expectRefusal(stage.owner, ['incident', 'close', '--skip', '--reason', 'x'], usage);
    const none = { exit: 65, code: 'INCIDENT_REFUSED' };
    await expectRefusal(stage.owner, ['incident', 'freeze'], none);
    await expectRefusal(stage.owner, ['incident', 'paper'], none);
    await stage.owner.ok(['incident', 'open', '--reason', 'leak']);
    for (const name of ['find', 'redact', 'rotate']) {
      await expectRefusal(stage.owner, ['incident', name], usage);
    }
    await expectRefusal(stage.owner, ['incident', 'find', '--secret', '-', '--kit', 'kit.md'], usage);
    const kit = ['incident', 'propagate', '--kit', 'kit.md'];
    await expectRefusal(stage.owner, kit, none);
    expect(existsSync(join(stage.path, 'kit.md'))).toBe(false);
    const future = ['incident', 'rotate', '--rotated-at', '2999-01-01T00:00:00Z'];
    await expectRefusal(stage.owner, future, usage);
    await expectRefusal(stage.owner, ['incident', 'purge', '--break-glass'], usage);
    expect((await now()).steps.filter(({ status }) => status !== 'todo')).toEqual([]);
  });

  it('is refused to who may not hide, and exits with 1 while the secret still stands', async () => {
    const denied = await stage.dev.run(['incident', 'open', '--reason', 'leak', '--json']);
    expect(denied.exit, story(denied)).toBe(77);
    await stage.owner.ok(['incident', 'open', '--reason', 'leak']);
    const verified = await step(['verify', '--secret', '-', '--json'], { stdin: SECRET });
    expect(verified.exit, story(verified)).toBe(1);
    const told = JSON.parse(verified.stdout) as IncidentResult;
    expect([told.found?.found, statusOf(told, 'verify')]).toEqual([true, 'todo']);
  });
});
