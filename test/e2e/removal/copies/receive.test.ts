import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { scan } from '../../../support/byte-scanner/scan.ts';
import { schemaProblems } from '../../../support/cli/schemas.ts';
import { Stage } from '../../../support/cli/stage.ts';
import { expectRefusal, itNeedsARepository } from '../../../support/cli/verb-contract.ts';

const SECRET = 'token = "never-again-0123456789"\n';

let stage: Stage;
let cwd: string;
beforeAll(async () => {
  stage = await new Stage().withDev();
  stage.write('src/key.ts', SECRET);
  await stage.dev.ok(['capture', '-m', 'First']);
  cwd = stage.beside('colleague');
  stage.git('clone', '-q', stage.path, cwd);
  stage.git('-C', cwd, 'fetch', '-q', 'origin', 'refs/heddle/*:refs/heddle/*');
  await stage.owner.ok(['init', '--adopt'], { cwd });
});
afterAll(() => stage.dispose());

const fetch = (): void => {
  const beside = '+refs/heddle/*:refs/heddle/remotes/origin/*';
  stage.git('-C', cwd, 'fetch', '-q', 'origin', beside, '^refs/heddle/remotes/*');
};
const receive = ['tombstone', 'receive', 'origin'];

describe('tombstone receive', () => {
  itNeedsARepository(receive);

  it('says what to fetch where nothing was, and takes no name that leads elsewhere', async () => {
    for (const remote of ['origin', '../../heads', 'a..b', 'x.lock']) {
      const argv = ['tombstone', 'receive', remote];
      await expectRefusal(stage.owner.with({}, cwd), argv, { exit: 65, code: 'NOT_FOUND' });
    }
  });

  it('hides and destroys in a colleague’s clone what was redacted and purged elsewhere', async () => {
    const { tombstone } = await stage.owner.answer('redact', ['src/key.ts', '--reason', 'a token']);
    fetch();
    const hidden = await stage.owner.answer('tombstone-receive', ['origin'], { cwd });
    expect(schemaProblems(hidden)).toEqual([]);
    expect(hidden).toMatchObject({ added: [tombstone], applied: [tombstone], findings: [] });
    const show = await stage.owner.ok(['show', 'task/login'], { cwd });
    expect(show.stdout).not.toContain('never-again');

    await stage.owner.ok(['purge', tombstone ?? '', '--yes']);
    fetch();
    const gone = await stage.owner.ok(receive, { cwd });
    expect(gone.stdout).toContain('1 content hidden, given back or destroyed here');
    expect(scan({ directories: [cwd], secrets: { token: Buffer.from(SECRET) } }).findings).toEqual([]);
    const shown = await stage.owner.answer('tombstone-show', [tombstone ?? ''], { cwd });
    expect(shown.receipts.map(({ outcome }) => outcome)).toEqual(['complete', 'complete']);
    expect(await stage.owner.answer('verify', ['--all'], { cwd })).toMatchObject({ ok: true, findings: [] });
    expect((await stage.owner.ok(receive, { cwd })).stdout).toContain('nothing new from origin');
  });
});
