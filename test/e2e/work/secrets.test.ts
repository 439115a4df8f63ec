import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { utf8 } from '#domain/encoding/bytes.ts';
import { hashObject } from '#git/objects/hash.ts';
import { schemaProblems } from '../../support/cli/schemas.ts';
import { Stage } from '../../support/cli/stage.ts';
import { githubToken } from '../../support/secrets/secret-shapes.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await new Stage().withDev();
  stage.keep();
});
beforeEach(() => stage.reset());
afterAll(() => stage.dispose());

const TOKEN = githubToken();

/** A day from now. */
const soon = new Date(Date.now() + 86_400_000).toISOString();

describe('a capture with what looks like a secret', () => {
  it('is refused with place and rule, and prints the value nowhere', async () => {
    stage.write('src/a.ts', `one\n  key: '${TOKEN}'\n`);
    const before = stage.git('for-each-ref');
    const dev = stage.dev.with({ DEBUG: '*' });
    const refused = await dev.run(['capture', '-m', 'An intent']);
    expect(refused.exit).toBe(65);
    expect(refused.stderr).toContain('error: this looks like a secret: src/a.ts:2 github ghp_…');
    const answered = await dev.run(['capture', '--json']);
    const error = JSON.parse(answered.stderr) as Readonly<Record<string, unknown>>;
    expect(schemaProblems(error)).toEqual([]);
    expect(error).toMatchObject({
      code: 'SECRET_FOUND',
      facts: { secrets: ['src/a.ts:2 github ghp_…'] },
    });
    for (const { stdout, stderr } of [refused, answered]) {
      expect(`${stdout}${stderr}`).not.toContain(TOKEN.slice(4, 12));
    }
    expect(stage.git('for-each-ref')).toEqual(before);
  });

  it('leaves nothing of it in the store, nor does whoever looks at what changed', async () => {
    stage.write('src/a.ts', `one\n  key: '${TOKEN}'\n`);
    stage.write('plain', 'nothing');
    const before = stage.git('count-objects', '-v');
    expect((await stage.dev.run(['status'])).stdout).toContain('src/a.ts');
    expect((await stage.dev.ok(['diff'])).stdout).toContain(TOKEN);
    expect((await stage.dev.ok(['blame', 'src/a.ts'])).stdout).toContain(TOKEN);
    expect((await stage.dev.run(['capture'])).exit).toBe(65);
    expect((await stage.dev.run(['capture', '-m', 'again', '--', 'src'])).exit).toBe(65);
    expect(stage.git('count-objects', '-v')).toEqual(before);
    await stage.dev.ok(['secrets', 'allow', 'src', '--until', soon, '--reason', 'looked at']);
    expect(stage.gitCode('cat-file', '-e', stage.git('hash-object', 'src/a.ts'))).toBe(1);
    expect(stage.leftovers()).toEqual([]);
    expect((await stage.dev.run(['capture'])).exit).toBe(0);
  });

  it('leaves nothing of it in the store where git stores the file in another encoding', async () => {
    stage.write('.gitattributes', '*.txt working-tree-encoding=UTF-16LE\n');
    writeFileSync(join(stage.path, 'key.txt'), Buffer.from(`${TOKEN}\n`, 'utf16le'));
    const before = stage.git('count-objects', '-v');
    expect((await stage.dev.run(['capture'])).stderr).toContain('key.txt:1 github ghp_…');
    expect(stage.git('count-objects', '-v')).toEqual(before);
    await stage.dev.ok(['capture', '--', '.gitattributes']);
    expect(stage.git('fsck', '--full')).toBe('');
    expect(stage.gitCode('cat-file', '-e', hashObject('blob', utf8(`${TOKEN}\n`)))).toBe(1);
  });
});

describe('what takes a file away that looks like it holds a secret', () => {
  it('is refused where it would keep it in a snapshot, and is done once it is gone', async () => {
    stage.write('a', 'one\n');
    await stage.dev.ok(['capture']);
    stage.write('a', `one\n${TOKEN}\n`);
    const before = stage.git('count-objects', '-v');
    const refused = await stage.dev.run(['restore', 'a']);
    expect([refused.exit, refused.stderr]).toEqual([65, expect.stringContaining('a:2 github ghp_…')]);
    expect(refused.stderr).toContain('remove the file, and try again');
    expect(stage.git('count-objects', '-v')).toEqual(before);
    stage.repository.remove('a');
    await stage.dev.ok(['restore', 'a']);
    expect(readFileSync(join(stage.path, 'a'), 'utf8')).toBe('one\n');
  });

  it('is refused where a thread is dropped that has it in a worktree, and that stays', async () => {
    const other = stage.beside('other');
    await stage.dev.ok(['capture']);
    await stage.dev.ok(['start', 'task/other', '--from', 'task/login', '--worktree', other]);
    stage.write('../other/key', `${TOKEN}\n`);
    const before = stage.git('count-objects', '-v');
    const dirty = await stage.dev.run(['thread', 'drop', 'task/other']);
    expect([dirty.exit, dirty.stderr]).toEqual([65, expect.stringContaining('a change that no state has')]);
    const saving = await stage.dev.run(['thread', 'drop', 'task/other', '--force']);
    expect([saving.exit, saving.stderr]).toEqual([65, expect.stringContaining('key:1 github ghp_…')]);
    expect(stage.git('count-objects', '-v')).toEqual(before);
    expect(readFileSync(join(other, 'key'), 'utf8')).toBe(`${TOKEN}\n`);
  });
});
