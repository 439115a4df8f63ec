import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { scan } from '../../support/byte-scanner/scan.ts';
import { Stage } from '../../support/cli/stage.ts';

const SECRET = 'token = "never-again-0123456789"\n';

let stage: Stage;
beforeAll(async () => {
  stage = await new Stage().withDev();
  stage.write('src/key.ts', SECRET);
  await stage.dev.ok(['capture', '-m', 'First']);
  await stage.owner.ok(['redact', 'src/key.ts', '--reason', 'a token']);
  stage.keep();
});
beforeEach(() => stage.reset());
afterAll(() => stage.dispose());

describe('content that somebody else redacted in the same clone', () => {
  it('is refused in the home of another person too, as long as old carriers tell what it was', async () => {
    stage.write('src/again.ts', SECRET);
    const refused = await stage.dev.json(['capture', '-m', 'Back'], { exit: 65 });
    expect(refused['code']).toBe('CONTENT_SHUNNED');
    stage.write('src/again.ts', 'something else\n');
    const { created } = await stage.dev.answer('capture', ['-m', 'Fine']);
    expect(created).toBe(true);
  });

  it('stays refused after the purge', async () => {
    await stage.dev.ok(['start', 'task/other', '--worktree', stage.beside('other')]);
    await stage.owner.ok(['purge', 'src/key.ts', '--yes']);
    stage.write('src/again.ts', SECRET);
    const refused = await stage.dev.json(['capture', '-m', 'Back'], { exit: 65 });
    expect(refused['code']).toBe('CONTENT_SHUNNED');
  });

  it('is read by a stranger without a key being made for them', async () => {
    const stranger = stage.person('stranger');
    const { tombstones } = await stage.owner.answer('tombstone-list');
    await stranger.ok(['tombstone', 'show', tombstones[0]?.tombstone ?? '']);
    await stranger.ok(['show', 'task/login']);
    const home = stage.beside('people', 'stranger', 'heddle');
    expect(existsSync(home) ? readdirSync(home, { recursive: true }) : []).not.toContain('data/replicas');
  });

  it('is told once, not at every command', async () => {
    stage.write('a.ts', 'a\n');
    const first = await stage.dev.ok(['capture', '-m', 'One']);
    stage.write('a.ts', 'b\n');
    const second = await stage.dev.ok(['capture', '-m', 'Two']);
    expect(first.stderr).toContain('now also refuses here');
    expect(second.stderr).not.toContain('hr-');
  });
});

describe('what a maintainer redacted in a home of their own', () => {
  beforeEach(async () => {
    await stage.owner.ok(['undo']);
    await stage.owner.ok(['grant', 'add', 'dev@example.com', 'maintainer', 'acme/core@task']);
    await stage.dev.ok(['redact', 'src/key.ts', '--reason', 'a token']);
  });

  it('an owner with another home in the same clone brings back', async () => {
    const { operations } = await stage.owner.answer('oplog');
    const redact = operations.find(
      ({ op, actor }) => op === 'redact' && actor.principal === 'dev@example.com',
    );
    await stage.owner.ok(['undo', redact?.id ?? '']);
    expect(readFileSync(stage.beside('work', 'src', 'key.ts'), 'utf8')).toBe(SECRET);
    expect(await stage.dev.answer('verify', ['--all'])).toMatchObject({ ok: true, findings: [] });
  });

  it('an owner with another home in the same clone destroys', async () => {
    await stage.owner.ok(['purge', 'src/key.ts', '--yes']);
    const { findings } = scan({ directories: [stage.root], secrets: { token: SECRET.trim() } });
    expect(findings).toEqual([]);
    stage.write('b.ts', 'b\n');
    await stage.dev.ok(['capture', '-m', 'Goes on']);
    stage.write('b.ts', 'c\n');
    expect((await stage.dev.ok(['capture', '-m', 'And on'])).stderr).not.toContain('hr-');
    expect(await stage.dev.answer('verify', ['--all'])).toMatchObject({ ok: true, findings: [] });
  });
});

describe('a dry run by somebody who may not', () => {
  it('says so, and where to ask why', async () => {
    await stage.owner.ok(['undo']);
    const redact = await stage.dev.ok(['redact', 'src/key.ts', '--reason', 'a token', '--dry-run']);
    expect(redact.stderr).toContain('you would be denied: ROLE_INSUFFICIENT');
    expect(redact.stderr).toContain('heddle can redact:apply acme/core@task/login:src/key.ts');
    const allowed = await stage.owner.ok(['redact', 'src/key.ts', '--reason', 'a token', '--dry-run']);
    expect(allowed.stderr).not.toContain('denied');
    await stage.owner.ok(['redact', 'src/key.ts', '--reason', 'a token']);
    const purge = await stage.dev.ok(['purge', 'src/key.ts', '--dry-run']);
    expect(purge.stderr).toContain('you would be denied');
  });
});
