import { afterAll, beforeAll, expect, it } from 'vitest';
import { Stage } from '../../support/cli/stage.ts';
import { SECRET, placesOf, scanStage } from '../../support/plant/secret-stage.ts';

/** More than a directory's list keeps in one piece. */
const MANY = 2100;

let stage: Stage;
beforeAll(async () => {
  stage = await new Stage().withDev();
});
afterAll(() => stage.dispose());

it(
  'a file of a directory whose list is kept in parts is redacted, purged and gone',
  { timeout: 180_000 },
  async () => {
    for (let index = 0; index < MANY; index += 1) stage.write(`many/f${index}.txt`, `${index}\n`);
    const path = 'many/f1000.txt';
    stage.write(path, `KEY=${SECRET}\n`);
    await stage.dev.ok(['capture']);
    stage.write('many/f1001.txt', 'more\n');
    const { state } = await stage.dev.answer('capture');
    expect(stage.git('ls-tree', '--name-only', 'refs/heddle/threads/task/login:manifest/=many')).toContain(
      '_ff',
    );
    const { tombstone } = await stage.owner.answer('redact', [path, '--reason', 'a key']);
    expect(await stage.owner.answer('verify', ['--all'])).toMatchObject({ ok: true, findings: [] });
    const purged = await stage.owner.answer('purge', [String(tombstone), '--yes']);
    expect(purged).toMatchObject({ outcome: 'complete', residue: [] });
    const report = scanStage(stage);
    expect(placesOf(stage, report)).toEqual([]);
    expect(report.problems).toEqual([]);
    expect(report.saw.files).toBeGreaterThan(MANY);
    expect(report.saw.looseObjects + report.saw.packEntries).toBeGreaterThan(MANY);
    expect((await stage.dev.answer('log')).states[0]?.state).toBe(state);
    expect(await stage.owner.answer('verify', ['--all'])).toMatchObject({ ok: true, findings: [] });
    expect(stage.git('fsck', '--full', '--strict', '--no-progress', '--no-dangling')).toBe('');
  },
);
