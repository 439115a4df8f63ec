import { renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { scan } from '../../../support/byte-scanner/scan.ts';
import { normalise } from '../../../support/cli/normalise.ts';
import { schemaProblems } from '../../../support/cli/schemas.ts';
import { Stage } from '../../../support/cli/stage.ts';
import { expectDenial, expectRefusal } from '../../../support/cli/verb-contract.ts';

const NAME = 'contoso-merger.md';
const PATH = `plans/${NAME}`;
const SHORT = 'zq.md';
const WHY = ['--reason', 'it named a customer', '--code', 'pii'];

let stage: Stage;
beforeAll(async () => {
  stage = await new Stage().withDev();
  stage.write(PATH, 'one\n');
  await stage.dev.ok(['capture', '-m', `write ${NAME}`]);
  stage.write(PATH, 'two\n');
  stage.write(`old/${SHORT}`, 'short\n');
  await stage.dev.ok(['capture', '-m', 'second']);
  stage.keep();
});
beforeEach(() => stage.reset());
afterAll(() => stage.dispose());

const places = (secret: string): readonly unknown[] =>
  scan({ directories: [stage.path], secrets: { NAME: secret } }).findings;

async function hide(path = PATH): Promise<string> {
  const answer = await stage.owner.answer('redact', ['--name', path, ...WHY]);
  expect(schemaProblems(answer)).toEqual([]);
  return answer.tombstone ?? '';
}

describe('redact --name', () => {
  it.each([
    ['with a path', ['src/a.ts', '--name', PATH]],
    ['with --all', ['--all', '--name', PATH]],
    ['with a state', ['--state', 'task/login', '--name', PATH]],
  ])('is refused %s', async (_, argv) => {
    const before = stage.footprint();
    await expectRefusal(stage.owner, ['redact', ...argv, ...WHY], { exit: 64, code: 'USAGE' });
    expect(stage.footprint()).toEqual(before);
  });

  it('is refused to whoever may not redact everywhere, and for what is not there', async () => {
    const argv = ['redact', '--name', PATH, ...WHY];
    await expectDenial(stage, stage.dev, { argv, code: 'ROLE_NONE' });
    await expectRefusal(stage.owner, ['redact', '--name', 'plans/none', ...WHY], {
      exit: 65,
      code: 'NOT_FOUND',
    });
    expect(stage.leftovers()).toEqual([]);
  });

  it('hides it from every reader, who goes on reading what is in the file; a lift brings it back', async () => {
    const before = await stage.dev.answer('log');
    const run = await stage.owner.ok(['redact', '--name', PATH, ...WHY]);
    expect(normalise(run.stdout, stage.path)).toMatchSnapshot();
    await expectRefusal(stage.dev, ['capture', '-m', 'again'], { exit: 65, code: 'CONTENT_SHUNNED' });
    const tree = stage.git('ls-tree', '-r', '--name-only', 'refs/heddle/threads/task/login:files');
    const placeholder = tree.split('\n').find((path) => path.startsWith('plans/')) ?? '';
    renameSync(join(stage.path, PATH), join(stage.path, placeholder));
    for (const argv of [['log'], ['show', 'task/login'], ['oplog', '--json'], ['status'], ['diff']]) {
      expect((await stage.dev.ok(argv)).stdout).not.toContain('contoso');
    }
    expect((await stage.dev.ok(['blame', placeholder])).stdout).toContain('two');
    const after = await stage.dev.answer('log');
    expect(after.states.map(({ state }) => state)).toEqual(before.states.map(({ state }) => state));
    expect((await stage.owner.answer('verify', ['--all'])).findings).toEqual([]);
    renameSync(join(stage.path, placeholder), join(stage.path, PATH));
    await stage.owner.ok(['undo']);
    expect(await stage.dev.answer('log')).toMatchObject({ states: before.states });
    expect((await stage.dev.answer('status')).changed).toEqual([]);
  });

  it('leaves no byte of it after a purge, and Git is whole', async () => {
    const tombstone = await hide();
    rmSync(join(stage.path, PATH));
    expect(places(NAME)).not.toEqual([]);
    await stage.owner.ok(['purge', tombstone, '--yes']);
    expect(places(NAME)).toEqual([]);
    expect(places(PATH)).toEqual([]);
    stage.git('fsck', '--full');
    expect((await stage.owner.answer('verify', ['--all'])).findings).toEqual([]);
  });

  it('leaves none of a short one in trees and lists either', async () => {
    const tombstone = await hide(`old/${SHORT}`);
    rmSync(join(stage.path, `old/${SHORT}`));
    const [inTrees, inLists] = [`100644 ${SHORT}\0`, `"name":"${SHORT}"`];
    expect(places(inTrees)).not.toEqual([]);
    await stage.owner.ok(['purge', tombstone, '--yes']);
    expect([...places(inTrees), ...places(inLists), ...places(`old/${SHORT}`)]).toEqual([]);
  });
});
