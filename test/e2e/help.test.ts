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
    await expectRefusal(stage.owner, ['push'], { exit: 64, code: 'USAGE' });
    await expectRefusal(stage.owner, ['help', 'push'], { exit: 64, code: 'USAGE' });
    expect((await stage.owner.run(['captur'])).stderr).toContain('capture');
  });

  it('says its version', async () => {
    expect((await stage.owner.ok(['--version'])).stdout).toMatch(/^heddle \d+\.\d+\.\d+\n$/);
    expect(schemaProblems(await stage.owner.json(['--version']))).toEqual([]);
  });
});
