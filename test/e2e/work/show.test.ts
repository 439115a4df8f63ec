import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { normalise } from '../../support/cli/normalise.ts';
import { schemaProblems } from '../../support/cli/schemas.ts';
import { Stage } from '../../support/cli/stage.ts';
import { expectRefusal, itNeedsARepository } from '../../support/cli/verb-contract.ts';

let stage: Stage;
let ids: readonly string[];
beforeAll(async () => {
  stage = await new Stage().withDev();
  const captured: string[] = [];
  for (const text of ['one\n', 'one\ntwo\n']) {
    stage.write('src/a.ts', text);
    captured.push(String((await stage.dev.answer('capture', ['-m', 'Say more'])).state));
  }
  ids = captured;
});
afterAll(() => stage.dispose());

describe('show', () => {
  itNeedsARepository(['show']);

  it('shows the newest state and what it changed', async () => {
    const answer = await stage.dev.answer('show');
    expect(schemaProblems(answer)).toEqual([]);
    expect(answer).toMatchObject({
      state: { state: ids[1], parents: [ids[0]], attestation: 'verified' },
      changed: [{ path: 'src/a.ts', change: 'modified' }],
    });
    expect(answer.patch).toContain('+two');
    const { stdout } = await stage.dev.ok(['show']);
    expect(normalise(stdout, stage.root)).toMatchSnapshot();
  });

  it('takes a thread, an id and the beginning of one', async () => {
    const [first = ''] = ids;
    for (const name of [first, first.slice(0, 12)]) {
      expect((await stage.dev.answer('show', [name])).state.state).toBe(first);
    }
    expect((await stage.dev.answer('show', ['task/login'])).state.state).toBe(ids[1]);
  });

  it('refuses what is not there', async () => {
    await expectRefusal(stage.dev, ['show', 'hs-zzzzzzzz'], { exit: 65, code: 'NOT_FOUND' });
    await expectRefusal(stage.dev, ['show', '--upload-pack=x'], { exit: 64, code: 'USAGE' });
  });
});
