import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { HEDDLE } from '../../support/cli/run-heddle.ts';
import { Stage } from '../../support/cli/stage.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await new Stage().withDev();
  stage.keep();
});
beforeEach(() => stage.reset());
afterAll(() => stage.dispose());

const SCOPE = ['--allow', 'state:read', '--thread', 'task/login', '--depth', '1'];
/** What a run in a run shows of the descriptor that its caller had its credential by. */
const inner = (descriptor: number): string =>
  `exec ${descriptor}<&3 3<&-; HEDDLE_CREDENTIAL=fd:${descriptor} "${process.execPath}" "${HEDDLE}" run ` +
  `--allow state:read --thread task/login --agent inner -- sh -c 'cat /dev/fd/${descriptor}'`;

describe('the descriptor of a credential', () => {
  it.each([9, 15])('%i does not reach what heddle starts for its caller', async (descriptor) => {
    const line = inner(descriptor);
    const done = await stage.dev.run(['run', ...SCOPE, '--credential', 'fd', '--', 'bash', '-c', line]);
    expect(done.stdout + done.stderr).not.toContain('secret');
    expect(done.stderr).toMatch(/run: inner exited [1-9]/);
  });

  it.each([16, 40])('%i would, so nothing is read there', async (descriptor) => {
    const line = inner(descriptor);
    const done = await stage.dev.run(['run', ...SCOPE, '--credential', 'fd', '--', 'bash', '-c', line]);
    expect(done.stdout + done.stderr).not.toContain('secret');
    expect(done.stderr).toContain('has to be 3 to 15');
  });
});
