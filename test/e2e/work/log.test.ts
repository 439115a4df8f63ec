import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { normalise } from '../../support/cli/normalise.ts';
import { schemaProblems } from '../../support/cli/schemas.ts';
import { Stage } from '../../support/cli/stage.ts';
import { expectRefusal, itNeedsARepository } from '../../support/cli/verb-contract.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await new Stage().withDev();
  for (const [index, intent] of ['first', 'second', 'third'].entries()) {
    stage.write('src/a.ts', `${intent}\n`);
    await stage.dev.ok(['capture', '-m', `The ${intent}`, '--confidence', `0.${index + 1}`]);
  }
});
afterAll(() => stage.dispose());

describe('log', () => {
  itNeedsARepository(['log']);

  it('lists the states of the current thread, newest first', async () => {
    const answer = await stage.dev.answer('log');
    expect(schemaProblems(answer)).toEqual([]);
    const intents = answer.states.map(({ intent }) => intent);
    expect(intents).toEqual(['The third', 'The second', 'The first']);
    const { stdout } = await stage.dev.ok(['log']);
    expect(normalise(stdout, stage.root)).toMatchSnapshot();
  });

  it('takes a thread and a limit', async () => {
    const { states } = await stage.dev.answer('log', ['task/login', '-n', '1']);
    expect(states).toHaveLength(1);
  });

  it('needs no credential to read', async () => {
    const { states } = await stage.person('stranger').json(['log', 'task/login']);
    expect(states).toHaveLength(3);
  });

  it('shows control characters and direction overrides of an intent escaped', async () => {
    stage.write('src/a.ts', 'spoof\n');
    await stage.dev.ok(['capture', '-m', 'red \u001b[31m and \u202egnirts\u0007']);
    const { stdout } = await stage.dev.ok(['log', '-n', '1']);
    // eslint-disable-next-line no-control-regex
    expect(stdout).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f\u202a-\u202e\u2066-\u2069]/);
  });

  it('refuses a thread that is not there, and bad numbers', async () => {
    await expectRefusal(stage.dev, ['log', 'task/none'], { exit: 65, code: 'NOT_FOUND' });
    await expectRefusal(stage.dev, ['log', '-n', '-3'], { exit: 64, code: 'USAGE' });
    await expectRefusal(stage.dev, ['log', 'a', 'b'], { exit: 64, code: 'USAGE' });
  });
});
