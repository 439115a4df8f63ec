import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Stage } from '../../support/cli/stage.ts';

// Git takes it for a name, and a shell for a command.
const NAME = 'task/$(touch${IFS}run)';

let stage: Stage;
beforeAll(async () => {
  stage = await new Stage().begin();
});
afterAll(() => stage.dispose());

/** What somebody comes to who copies the first command that is advised. */
function copied(text: string, program: string): { readonly status: number | null; readonly out: string } {
  const line = new RegExp(`\`(${program} [^\`]+)\``, 'u').exec(text)?.[1] ?? '';
  expect(line).toContain(NAME);
  const said = `${program}() { printf '%s\\n' "$@"; }; ${line}`;
  const { status, stdout } = spawnSync('sh', ['-c', said], { cwd: stage.path, encoding: 'utf8' });
  return { status, out: stdout };
}

it('is one word of the command by which a ref is taken away', async () => {
  const ref = `refs/heddle/threads/${NAME}`;
  stage.git('update-ref', ref, 'HEAD');
  const { stderr } = await stage.owner.ok(['thread', 'list']);
  expect(copied(stderr, 'git')).toEqual({ status: 0, out: `update-ref\n-d\n${ref}\n` });
  expect(existsSync(join(stage.path, 'run'))).toBe(false);
  stage.git('update-ref', '-d', ref);
});

it('is one word of a hint about a thread', async () => {
  await stage.owner.ok(['start', NAME]);
  stage.write('a', 'a\n');
  await stage.owner.ok(['capture', '-m', 'a']);
  const { exit, stderr } = await stage.owner.run(['start', NAME]);
  expect(exit).toBeGreaterThan(0);
  expect(copied(stderr, 'heddle')).toEqual({
    status: 0,
    out: `start\n${NAME}\n--from\n${NAME}\n--worktree\n`,
  });
  expect(existsSync(join(stage.path, 'run'))).toBe(false);
});
