import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { RedactFindResult, SecretPlaceKind } from '#domain/results/removal-results.ts';
import { denialOf, story } from '../../support/cli/run-heddle.ts';
import { schemaProblems } from '../../support/cli/schemas.ts';
import { found, Stage } from '../../support/cli/stage.ts';
import { expectRefusal, itNeedsARepository } from '../../support/cli/verb-contract.ts';

const SECRET = 'mail-key/6f1d0c2b7e "x"';
const BASE64 = Buffer.from(`user:${SECRET}`).toString('base64');

let stage: Stage;
beforeAll(async () => {
  stage = await new Stage().withDev();
  stage.write('src/a.ts', 'a\n');
  await stage.dev.ok(['capture', '-m', 'first']);
  stage.keep();
});
beforeEach(() => stage.reset());
afterAll(() => stage.dispose());

async function find(secret = SECRET): Promise<RedactFindResult> {
  const run = await stage.owner.run(['redact', '--find', '-', '--json'], { stdin: `${secret}\n` });
  expect([0, 1], story(run)).toContain(run.exit);
  const answer = JSON.parse(run.stdout) as RedactFindResult;
  expect(schemaProblems(answer)).toEqual([]);
  expect(run.exit).toBe(answer.found ? 1 : 0);
  expect(run.stdout + run.stderr).not.toContain(SECRET.slice(0, 16));
  expect(run.stdout + run.stderr).not.toContain(BASE64.slice(8, 24));
  return answer;
}

const kinds = ({ places }: RedactFindResult): readonly SecretPlaceKind[] => [
  ...new Set(places.map(({ place }) => place)),
];
const at = ({ places }: RedactFindResult, kind: SecretPlaceKind) =>
  places.filter(({ place }) => place === kind);

describe('redact --find', () => {
  itNeedsARepository(['redact', '--find', '-']);

  it('is refused with a path, with another choice, and for what stands anywhere by chance', async () => {
    for (const argv of [
      ['src/a.ts', '--find', '-'],
      ['--find', '-', '--all'],
    ]) {
      await expectRefusal(stage.owner, ['redact', ...argv], { exit: 64, code: 'USAGE' });
    }
    const short = await stage.owner.run(['redact', '--find', '-'], { stdin: 'secret\n' });
    expect(short.exit, story(short)).toBe(64);
    expect(short.stderr).toContain('6 bytes are too few');
    const stranger = stage.person('stranger');
    await stranger.ok(['key', 'new', '--no-passphrase', '--principal', 'stranger@example.com']);
    const asked = await stranger.run(['redact', '--find', '-'], { stdin: SECRET });
    expect(asked.exit, story(asked)).toBe(77);
  });

  it('finds nothing where nothing is, and changes nothing', async () => {
    const before = stage.footprint();
    const answer = await find();
    expect(answer).toMatchObject({ found: false, places: [], notSearched: [] });
    expect(answer.searched.objects).toBeGreaterThan(5);
    expect(answer.searched.files).toBeGreaterThan(5);
    expect(stage.footprint()).toEqual(before);
  });

  it('finds what states hold: files by thread and path, intents, log lines; the commands hide the files', async () => {
    stage.write('.env', `KEY=${SECRET}\n`);
    stage.write('conf/app.json', JSON.stringify({ auth: BASE64 }));
    await stage.dev.ok(['capture', '-m', `use ${SECRET}`]);
    stage.write('src/a.ts', 'of task/login\n');
    await stage.dev.ok(['capture']);
    // What a thread is called may be what is looked for.
    const named = at(await find('task/login'), 'file');
    expect(named.map(({ where }) => where)).toEqual(['src/a.ts']);
    expect(named[0]?.thread).not.toContain('task/login');
    const answer = await find();
    expect(at(answer, 'file')).toMatchObject([
      { where: '.env', thread: 'task/login', states: 2, forms: ['plain'] },
      { where: 'conf/app.json', thread: 'task/login', states: 2, forms: ['base64'] },
    ]);
    expect(at(answer, 'intent')).toMatchObject([{ states: 1, thread: 'task/login', forms: ['json'] }]);
    expect(at(answer, 'operation')).toHaveLength(1);
    expect(at(answer, 'worktree').map(({ where }) => where)).toEqual(['.env', 'conf/app.json']);
    for (const { fix } of at(answer, 'file')) await stage.owner.ok(found(fix ?? undefined).slice(1));
    const after = await find();
    expect(at(after, 'file')).toEqual([]);
    expect(at(after, 'worktree')).toEqual([]);
    // What Git keeps until a purge, and what no tombstone covers yet, is told.
    expect(kinds(after)).toEqual(expect.arrayContaining(['intent', 'unreachable', 'operation']));
  });

  it('finds what Git holds: files, messages, names, refs, notes, tags, stash, index, reflogs, loose ends', async () => {
    stage.write('deploy.sh', `curl -d '${SECRET}'\n`);
    stage.git('add', 'deploy.sh');
    stage.git('commit', '-qm', `add a key ${encodeURIComponent(SECRET)}`);
    stage.git('tag', '-a', '-m', `key ${SECRET}`, 'v1');
    stage.git('notes', 'add', '-m', `the key was ${SECRET}`, 'HEAD~1');
    stage.write('src/stashed.ts', `${SECRET.slice(0, 12)}\n${SECRET.slice(12)}\n`);
    stage.git('stash', '-u');
    stage.write('src/later.ts', 'later\n');
    stage.git('stash', '-u');
    stage.write('staged.ts', Buffer.from(SECRET).toString('hex'));
    stage.git('add', 'staged.ts');
    stage.write('dir/mail-key%2f6f1d0c2b7e%20%22x%22.txt', 'named\n');
    stage.git('add', 'dir');
    stage.git('branch', `try-${Buffer.from(SECRET).toString('hex')}`);
    writeFileSync(join(stage.path, 'dump.gz'), gzipSync(`key ${SECRET}`));
    stage.git('commit', '--amend', '-qm', 'add a key');
    stage.git('commit', '--allow-empty', '-qm', `oops, ${SECRET}`);
    stage.git('reset', '-q', '--soft', 'HEAD~1');
    stage.git('hash-object', '-w', '--stdin-paths');
    stage.write('staged too.ts', Buffer.from(SECRET).toString('base64'));
    stage.git('add', 'staged too.ts');
    const answer = await find();
    expect(kinds(answer)).toEqual(
      expect.arrayContaining([
        'git-file',
        'commit',
        'tag',
        'note',
        'stash',
        'ref',
        'name',
        'worktree',
        'git-dir',
      ]),
    );
    expect(at(answer, 'git-file').map(({ where }) => where)).toContain('deploy.sh');
    expect(at(answer, 'stash')).toContainEqual(
      expect.objectContaining({
        where: 'src/stashed.ts',
        forms: ['split'],
        note: expect.stringContaining('stash@{1}'),
      }),
    );
    expect(at(answer, 'index')).toMatchObject([{ where: 'staged too.ts', note: 'staged, in no commit' }]);
    expect(at(answer, 'commit').map(({ note }) => note)).toContain('reached from a reflog alone');
    expect(at(answer, 'note').map(({ note }) => note)).toEqual([
      expect.stringContaining('refs/notes/commits'),
    ]);
    // Every ref is told by name.
    for (const { note } of answer.places) expect(note ?? '').not.toMatch(/from $/);
    expect(at(answer, 'worktree')).toContainEqual(
      expect.objectContaining({ where: 'dump.gz', note: 'compressed' }),
    );
    expect(at(answer, 'name')[0]?.where).toBe('dir/[secret].txt');
    rmSync(join(stage.path, 'staged.ts'));
    const text = await stage.owner.run(['redact', '--find', '-'], { stdin: SECRET });
    expect(text.stdout).toMatch(/file in Git +deploy\.sh +commit [0-9a-f]{12}/);
    expect(text.stdout).toContain('rotate the credential now');
  });

  it('is told to nobody who may not read', async () => {
    await stage.owner.ok(['freeze', '--reason', 'a leak']);
    expect((await stage.owner.run(['redact', '--find', '-'], { stdin: SECRET })).exit).toBe(0);
    await stage.owner.ok(['unfreeze']);
    const agent = await stage.agent('helper', { from: stage.owner, allow: 'state:capture' });
    const before = stage.footprint();
    expect(denialOf(await agent.run(['redact', '--find', '-', '--json'], { stdin: SECRET })).code).toBe(
      'SCOPE_OPERATION',
    );
    expect(stage.footprint()).toEqual(before);
  });
});
