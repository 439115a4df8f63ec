import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { normalise } from '../../support/cli/normalise.ts';
import { schemaProblems } from '../../support/cli/schemas.ts';
import { Stage } from '../../support/cli/stage.ts';
import { expectRefusal, itNeedsARepository } from '../../support/cli/verb-contract.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await new Stage().withDev();
  stage.write('src/a.ts', 'one\n');
  await stage.dev.ok(['capture']);
  await stage.dev.run(['start', 'release/1']);
});
afterAll(() => stage.dispose());

describe('oplog', () => {
  itNeedsARepository(['oplog']);

  it('lists every operation, denials included, newest first', async () => {
    const answer = await stage.dev.answer('oplog');
    expect(schemaProblems(answer)).toEqual([]);
    const kinds = answer.operations.map(({ op, verdict }) => `${op} ${verdict}`);
    expect(kinds).toEqual([
      'thread-start deny',
      'capture allow',
      'thread-start allow',
      'grant-add allow',
      'key-add allow',
      'init allow',
    ]);
    expect(answer.operations[0]).toMatchObject({ code: 'ROLE_NONE', stage: 'role' });
    const { stdout } = await stage.dev.ok(['oplog']);
    expect(normalise(stdout, stage.root)).toMatchSnapshot();
  });

  it('takes a limit and refuses nonsense', async () => {
    expect((await stage.dev.answer('oplog', ['-n', '2'])).operations).toHaveLength(2);
    await expectRefusal(stage.dev, ['oplog', '-n', 'two'], { exit: 64, code: 'USAGE' });
  });
});
