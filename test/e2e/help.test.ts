import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { VERBS } from '#cli/command-table.ts';
import { verbName } from '#cli/table/verb-spec.ts';
import { schemaProblems } from '../support/cli/schemas.ts';
import { Stage } from '../support/cli/stage.ts';
import { expectRefusal } from '../support/cli/verb-contract.ts';

let stage: Stage;
beforeAll(() => {
  stage = new Stage();
});
afterAll(() => stage.dispose());

describe('help', () => {
  it('shows the everyday verbs first, and every verb with --all', async () => {
    const first = await stage.owner.ok(['help']);
    expect(first.stdout).toContain('capture');
    const all = await stage.owner.ok(['help', '--all']);
    for (const verb of VERBS) expect(all.stdout).toContain(verbName(verb));
    expect(schemaProblems(await stage.owner.json(['help', '--all']))).toEqual([]);
  });

  it('lists only what exists: each verb that it names answers for itself', async () => {
    expect(VERBS.length).toBeGreaterThanOrEqual(27);
    for (const verb of VERBS) {
      const { stdout } = await stage.owner.ok([...verb.path, '--help']);
      expect(stdout).toContain(`heddle ${verbName(verb)}`);
    }
  });

  it('knows no verb of another release, and suggests the one that was meant', async () => {
    await expectRefusal(stage.owner, ['rebase'], { exit: 64, code: 'USAGE' });
    await expectRefusal(stage.owner, ['help', 'rebase'], { exit: 64, code: 'USAGE' });
    expect((await stage.owner.run(['captur'])).stderr).toContain('capture');
  });

  it('explains the code of an error that was just met, and lists all codes', async () => {
    const { code, exit } = await stage.dev.json(['status'], { exit: 78 });
    const explained = await stage.dev.ok(['help', String(code)]);
    expect(explained.stdout).toMatch(new RegExp(`^${String(code)}: `));
    const answer = await stage.dev.json(['help', String(code)]);
    expect(schemaProblems(answer)).toEqual([]);
    expect(answer['codes']).toMatchObject([{ code, kind: 'error', stage: null, exit }]);
    for (const list of ['denials', 'errors']) {
      expect(schemaProblems(await stage.dev.json(['help', list]))).toEqual([]);
      expect((await stage.dev.ok(['help', list])).stdout.split('\n').length).toBeGreaterThan(20);
    }
    await expectRefusal(stage.dev, ['help', 'SCOPE_COLOUR'], { exit: 64, code: 'USAGE' });
    await expectRefusal(stage.dev, ['help', 'FLOOR', 'FLOOR'], { exit: 64, code: 'USAGE' });
  });

  it('says its version', async () => {
    expect((await stage.owner.ok(['--version'])).stdout).toMatch(/^heddle \d+\.\d+\.\d+\n$/);
    expect(schemaProblems(await stage.owner.json(['--version']))).toEqual([]);
  });
});
