import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { scan } from '../../../support/byte-scanner/scan.ts';
import { story } from '../../../support/cli/run-heddle.ts';
import { schemaProblems } from '../../../support/cli/schemas.ts';
import { Stage } from '../../../support/cli/stage.ts';

const SECRET = 'AKIA-6f1d0c2b7e-in-older-versions';
const WORDS = 'ask Erika Mustermann about the mail key';

let stage: Stage;

/** Versions and messages that only Git's history knows hold the same secret; a state holds it once. */
beforeAll(async () => {
  stage = await new Stage().begin();
  const commit = (message: string): void => {
    stage.git('add', '-A');
    stage.git('commit', '-q', '-m', message);
  };
  stage.write('conf.ts', `const key = "${SECRET}"\n`);
  stage.write('docs/set up.md', `run with ${SECRET}\r\nand be happy\r\n`);
  commit('first version');
  stage.git('rm', '-q', 'docs/set up.md');
  stage.write('conf.ts', `import x\nconst key = "${SECRET}"\nmore()\n`);
  commit(`use ${SECRET} for mails`);
  stage.git('tag', '-a', 'v1', '-m', `with ${SECRET}`);
  stage.git('branch', 'other');
  await stage.owner.ok(['start', 'task/key']);
  stage.write('conf.ts', `import y\nconst key = "${SECRET}"\nconst a = 1\n`);
  await stage.owner.ok(['capture', '-m', WORDS]);
  await stage.owner.ok(['land', 'task/key', '--onto', 'main']);
  // Not in any state, and not committed either.
  stage.write('new.ts', `"${SECRET}"\nand more\n`);
  stage.git('add', 'new.ts');
  stage.keep();
});
beforeEach(() => stage.reset());
afterAll(() => stage.dispose());

const scanned = (secret: string) => scan({ directories: [stage.path], secrets: { secret } }).findings;

describe('purge --rewrite-git of a part', () => {
  it('takes it out of every older version, out of messages, indexes and work trees; the rest stays', async () => {
    const redacted = await stage.owner.answer(
      'redact',
      ['--match-file', '-', '--reason', 'a mail key', '--code', 'credential'],
      { stdin: `${SECRET}\n` },
    );
    const tombstone = String(redacted.tombstone);
    const objects = stage.git('count-objects', '-v');
    const plan = await stage.owner.run(['purge', tombstone, '--rewrite-git', '--dry-run']);
    expect(plan.exit, story(plan)).toBe(0);
    expect(plan.stdout).toContain('conf.ts\n');
    expect(plan.stdout).toContain('docs/set up.md\n');
    expect(story(plan)).not.toContain(SECRET);
    expect(stage.git('count-objects', '-v')).toBe(objects);
    const answer = await stage.owner.answer('purge', [tombstone, '--yes', '--rewrite-git']);
    expect(schemaProblems(answer)).toEqual([]);
    expect(answer.residue.filter(({ place }) => place !== 'similar')).toEqual([]);
    expect(answer).toMatchObject({
      outcome: 'complete',
      rewritten: { masked: { paths: ['conf.ts', 'docs/set up.md'], files: 3, messages: 2 } },
    });
    expect(scanned(SECRET)).toEqual([]);
    const mask = `[redacted ${tombstone}]`;
    expect(stage.git('show', 'other~:docs/set up.md')).toBe(`run with ${mask}\r\nand be happy\r`);
    expect(stage.git('show', 'other:conf.ts')).toBe(`import x\nconst key = "${mask}"\nmore()`);
    expect(stage.git('log', '-1', '--format=%s', 'other')).toBe(`use ${mask} for mails`);
    expect(stage.git('tag', '-l', '--format=%(contents)', 'v1').trim()).toBe(`with ${mask}`);
    expect(readFileSync(join(stage.path, 'new.ts'), 'utf8')).toBe(`"${mask}"\nand more\n`);
    expect(stage.git('status', '--porcelain')).toBe('A  new.ts');
    expect(stage.git('fsck', '--full', '--no-dangling')).toBe('');
    expect((await stage.owner.answer('verify', ['--all'])).findings).toEqual([]);
    expect(stage.leftovers()).toEqual([]);
  });

  it('of a text takes it out of the messages of commits that landed it', async () => {
    const words = await stage.owner.answer('redact', ['--text', 'task/key', '--reason', 'a name']);
    const tombstone = String(words.tombstone);
    const answer = await stage.owner.answer('purge', [tombstone, '--yes', '--rewrite-git']);
    expect(answer.residue.filter(({ place }) => place !== 'similar')).toEqual([]);
    expect(answer.rewritten?.masked).toEqual({ paths: [], files: 0, messages: 1 });
    expect(scanned(WORDS)).toEqual([]);
    expect((await stage.owner.answer('verify', ['--all'])).findings).toEqual([]);
  });

  it('is crossed by no undo: of a landing before it, and of the last operation, the purge is named', async () => {
    const landing = (await stage.owner.answer('oplog')).operations.find(({ op }) => op === 'land');
    const argv = ['--match-file', '-', '--reason', 'a key'];
    const { tombstone } = await stage.owner.answer('redact', argv, { stdin: `${SECRET}\n` });
    await stage.owner.ok(['purge', String(tombstone), '--yes', '--rewrite-git']);
    const before = stage.git('for-each-ref');
    const undone = await stage.owner.run(['undo', String(landing?.id)]);
    expect([undone.exit, undone.stderr]).toEqual([65, expect.stringMatching(/it lies behind the purge ho-/)]);
    const last = await stage.owner.run(['undo']);
    expect([last.exit, last.stderr]).toEqual([65, expect.stringContaining('a purge cannot be undone')]);
    expect(stage.git('for-each-ref')).toBe(before);
  });
});
