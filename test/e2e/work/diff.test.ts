import { existsSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { schemaProblems } from '../../support/cli/schemas.ts';
import { Stage } from '../../support/cli/stage.ts';
import { expectRefusal, itNeedsARepository } from '../../support/cli/verb-contract.ts';

let stage: Stage;
let state: string;
beforeAll(async () => {
  stage = await new Stage().withDev();
  stage.write('src/a.ts', 'one\n');
  state = String((await stage.dev.answer('capture')).state);
});
afterAll(() => stage.dispose());

describe('diff', () => {
  itNeedsARepository(['diff']);

  it('shows nothing where nothing differs', async () => {
    const answer = await stage.dev.answer('diff', ['--exit-code']);
    expect(schemaProblems(answer)).toEqual([]);
    expect(answer).toMatchObject({ from: state, to: null, changed: [] });
  });

  it('compares states, threads and revisions with one another and the work tree', async () => {
    const answer = await stage.dev.answer('diff', ['HEAD', state]);
    expect(answer).toMatchObject({ to: state, changed: [{ path: 'src/a.ts', change: 'added' }] });
    stage.write('src/a.ts', 'one\ntwo\n');
    const here = await stage.dev.answer('diff');
    expect(here['patch']).toContain('+two');
    expect((await stage.dev.ok(['diff', 'task/login'])).stdout).toContain('+two');
    expect((await stage.dev.ok(['diff', '--stat'])).stdout).toContain('src/a.ts');
    expect((await stage.dev.run(['diff', '--exit-code'])).exit).toBe(1);
  });

  it('runs no external diff or text conversion that the repository asks for', async () => {
    stage.write('.gitattributes', '*.ts diff=evil\n');
    stage.git('config', 'diff.evil.textconv', 'touch ../pwned; cat');
    stage.git('config', 'diff.external', 'touch ../pwned; true');
    await stage.dev.ok(['diff']);
    expect(existsSync(stage.beside('pwned'))).toBe(false);
  });

  it('refuses what is not there', async () => {
    await expectRefusal(stage.dev, ['diff', 'no-such'], { exit: 65, code: 'NOT_FOUND' });
    await expectRefusal(stage.dev, ['diff', 'a', 'b', 'c'], { exit: 64, code: 'USAGE' });
  });
});
