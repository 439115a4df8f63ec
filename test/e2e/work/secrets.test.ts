import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
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
    expect((await stage.dev.run(['capture'])).exit).toBe(65);
    expect((await stage.dev.run(['capture', '-m', 'again', '--', 'src'])).exit).toBe(65);
    expect(stage.git('count-objects', '-v')).toEqual(before);
    stage.write('src/a.ts', 'one');
    expect((await stage.dev.run(['capture'])).exit).toBe(0);
  });
});
