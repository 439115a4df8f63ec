import { createHash, scryptSync } from 'node:crypto';
import { existsSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createHasher } from '#crypto/hasher.ts';
import { utf8 } from '#domain/encoding/bytes.ts';
import { formatDigest, idBytes, type AuthorityId } from '#domain/id.ts';
import { Stage } from '../../../support/cli/stage.ts';

const SECRET = 'password = "correct horse 4711"\n';

let stage: Stage;
let tombstone: string;
/** A clone that is made after the content was destroyed, of somebody who never had it. */
let cwd: string;
beforeAll(async () => {
  stage = await new Stage().withDev();
  stage.write('src/key.ts', SECRET);
  stage.write('src/main.ts', 'main();\n');
  await stage.dev.ok(['capture', '-m', 'First']);
  const { stderr } = await stage.owner.ok(['policy', 'set', '--shun-list', 'travelling']);
  expect(stderr).toContain('whoever reads the tombstones can test guesses of it');
  const redacted = await stage.owner.answer('redact', ['src/key.ts', '--reason', 'a password']);
  tombstone = redacted.tombstone ?? '';
  await stage.owner.ok(['purge', tombstone, '--yes']);
  stage.git('init', '-q', '--bare', '-b', 'main', stage.beside('remote.git'));
  await stage.owner.ok(['remote', 'add', 'origin', stage.beside('remote.git')]);
  await stage.owner.ok(['push', '--all', '--branch', 'main']);
  await stage.dev.ok(['clone', stage.beside('remote.git'), 'copy'], { cwd: stage.root });
  cwd = stage.beside('copy');
  await stage.dev.ok(['start', 'task/later'], { cwd });
});
afterAll(() => stage.dispose());

describe('a clone that never held what was destroyed, where the list travels', () => {
  it('refuses to capture it, and names the tombstone', async () => {
    writeFileSync(`${cwd}/again.ts`, SECRET);
    const refused = await stage.dev.json(['capture', '-m', 'Back'], { exit: 65, cwd });
    expect(refused).toMatchObject({ code: 'CONTENT_SHUNNED', facts: { path: 'again.ts', tombstone } });
    expect(existsSync(`${cwd}/.git/heddle/shun.json`)).toBe(false);
    const blob = stage.git('-C', cwd, 'hash-object', 'again.ts');
    expect(stage.git('-C', cwd, 'cat-file', '--batch-check', '--batch-all-objects')).not.toContain(blob);
    writeFileSync(`${cwd}/again.ts`, 'something else\n');
    await stage.dev.ok(['capture', '-m', 'Else'], { cwd });
    expect(await stage.dev.answer('verify', ['--all'], { cwd })).toMatchObject({ ok: true, findings: [] });
  });

  it('tells whether it holds it, by what travels', async () => {
    const clean = await stage.dev.json(['verify', '--clean-of', tombstone], { cwd });
    expect(clean).toMatchObject({ verdict: 'clean', by: 'digest', places: [] });
    writeFileSync(`${cwd}/again.ts`, SECRET);
    stage.git('-C', cwd, 'hash-object', '-w', 'again.ts');
    const holding = await stage.dev.json(['verify', '--clean-of', tombstone], { cwd, exit: 1 });
    expect(holding).toMatchObject({ verdict: 'holds', by: 'digest' });
    stage.git('-C', cwd, 'prune', '--expire=now');
  });

  it('refuses a commit of it, too, by its hook', async () => {
    writeFileSync(`${cwd}/again.ts`, SECRET);
    stage.git('-C', cwd, 'add', 'again.ts');
    const { stderr } = await stage.owner.run(['hook', 'run', 'pre-commit'], { cwd });
    expect(stderr).toContain(`again.ts holds what ${tombstone.slice(0, 11)} removed`);
  });
});

const hasher = createHasher();

/** As FORMATS tells it, by what every machine has. */
function markOf(guess: string, genesis: string): { readonly filter: number; readonly digest: () => string } {
  const blob = createHash('sha1').update(`blob ${guess.length}\0${guess}`).digest('hex');
  const hash = hasher.hash('travelling', utf8(`${genesis} ${blob}`));
  const cost = { N: 65_536, r: 8, p: 1, maxmem: 128 * 1024 * 1024 };
  return {
    filter: Number.parseInt(Buffer.from(hash).toString('hex').slice(0, 3), 16),
    digest: () => formatDigest(scryptSync(blob, `heddle/travelling/v1\0${genesis}`, 32, cost)),
  };
}

describe('somebody with the tombstones and a list that the content is on', () => {
  it('finds it out at the price that is told: a hash for each guess, and one costly digest here', () => {
    const text = stage.git('-C', cwd, 'show', `refs/heddle/tombstones:${tombstone}/declaration.json`);
    const { repo, shun } = JSON.parse(text) as {
      readonly repo: AuthorityId;
      readonly shun: readonly { readonly filter: number; readonly digest: string }[];
    };
    expect(idBytes(repo)).toHaveLength(32);
    expect(shun).toHaveLength(1);
    const [mark] = shun;
    const dictionary = Array.from({ length: 5000 }, (_, pin) => SECRET.replace('4711', String(pin)));
    const left = dictionary.filter((guess) => markOf(guess, repo).filter === mark?.filter);
    expect(left).toContain(SECRET);
    expect(left.length).toBeLessThan(20);
    expect(left.filter((guess) => markOf(guess, repo).digest() === mark?.digest)).toEqual([SECRET]);
  });
});
