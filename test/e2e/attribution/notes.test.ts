import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { claimOf } from '#domain/attribution/claim.ts';
import { parseGitAiNote } from '#domain/attribution/git-ai-note.ts';
import { utf8 } from '#domain/encoding/bytes.ts';
import { schemaProblems } from '../../support/cli/schemas.ts';
import { expectDenial, expectRefusal } from '../../support/cli/verb-contract.ts';
import { BlameScene } from '../blame/scene.ts';

const WRITE = ['attribution', 'export', 'HEAD~2..', '--format', 'git-ai', '--write-notes'];
const MORE = WRITE.slice(2);

let scene: BlameScene;
beforeAll(async () => {
  scene = await new BlameScene().begin();
  await scene.twoCommits();
  scene.stage.keep();
});
beforeEach(() => scene.stage.reset());
afterAll(() => scene.stage.dispose());

const git = (...args: readonly string[]): string => scene.git(...args).trim();
const commits = (): readonly string[] => git('rev-list', '--reverse', 'HEAD~2..HEAD').split('\n');

describe('attribution export --write-notes', () => {
  it('writes notes that git shows, on top of those that are there, and undo takes them back', async () => {
    git('notes', '--ref=ai', 'add', '-m', 'of another tool', 'HEAD~2');
    const before = git('rev-parse', 'refs/notes/ai');
    const answer = await scene.stage.owner.answer('attribution-export', MORE);
    expect(schemaProblems(answer)).toEqual([]);
    expect(answer.notes).toMatchObject({ ref: 'refs/notes/ai', from: before, written: commits(), kept: [] });
    expect(answer.records.map(({ content }) => content)).toEqual([null, null]);
    const [file] = parseGitAiNote(utf8(git('notes', '--ref=ai', 'show', 'HEAD')));
    expect(file === undefined ? null : claimOf(file, 5)).toMatchObject({ tool: 'tester', model: 'model-b' });
    expect(git('notes', '--ref=ai', 'show', 'HEAD~2')).toBe('of another tool');
    expect(git('rev-parse', 'refs/notes/ai^')).toBe(before);
    git('fsck', '--strict');
    expect(await scene.stage.owner.answer('verify', ['--all'])).toMatchObject({ ok: true });
    const again = await scene.stage.owner.answer('attribution-export', MORE);
    expect(again).toMatchObject({ operation: null, notes: { written: [], kept: [] } });
    await scene.stage.owner.ok(['undo']);
    expect(git('rev-parse', 'refs/notes/ai')).toBe(before);
    expect(await scene.stage.owner.answer('verify', ['--all'])).toMatchObject({ ok: true });
  });

  it('keeps a note that says something else, unless it is forced', async () => {
    git('notes', '--ref=ai', 'add', '-m', 'of another tool', 'HEAD');
    const { stdout } = await scene.stage.owner.ok(WRITE);
    expect(stdout).toContain('wrote 1 note in refs/notes/ai');
    expect(stdout).toContain('it has another note, which stays');
    expect(git('notes', '--ref=ai', 'show', 'HEAD')).toBe('of another tool');
    await scene.stage.owner.ok([...WRITE, '--force']);
    expect(git('notes', '--ref=ai', 'show', 'HEAD')).toContain('authorship/3.0.0');
    git('notes', '--ref=ai', 'add', '-f', '-m', 'of another tool', 'HEAD~1');
    await expectRefusal(scene.stage.owner, ['undo'], { exit: 65, code: 'UNDO_REFUSED' });
  });

  it('puts a note where Git spreads notes over directories', async () => {
    const [first = '', second = ''] = commits();
    const blob = git('hash-object', '-w', '--stdin');
    const write = (rows: string): string =>
      scene.stage.repository.gitBytes(scene.stage.path, ['mktree'], Buffer.from(rows)).toString().trim();
    const below = write(`100644 blob ${blob}\t${first.slice(2)}\n`);
    const root = write(`040000 tree ${below}\t${first.slice(0, 2)}\n`);
    git('update-ref', 'refs/notes/other', git('commit-tree', '-m', 'spread', root));
    await scene.stage.owner.ok([...WRITE, '--notes-ref', 'refs/notes/other', '--force']);
    for (const commit of [first, second]) {
      expect(git('notes', '--ref=other', 'show', commit)).toContain('authorship/3.0.0');
    }
    expect(git('notes', '--ref=other', 'list').split('\n')).toHaveLength(2);
    expect(git('ls-tree', '-r', '--name-only', 'refs/notes/other')).toContain(`${first.slice(0, 2)}/`);
  });

  it('is denied to whoever may not land there, and writes nothing', async () => {
    await expectDenial(scene.stage, scene.stage.dev, { argv: WRITE, code: 'ROLE_NONE' });
    expect(git('for-each-ref', 'refs/notes')).toBe('');
  });

  it('refuses what are no notes, and a ref that leads elsewhere', async () => {
    const refused = (argv: readonly string[], exit: number, code: string): Promise<void> =>
      expectRefusal(scene.stage.owner, argv, { exit, code });
    const before = scene.stage.footprint();
    await refused([...WRITE, '--notes-ref', 'refs/heads/main'], 64, 'USAGE');
    await refused([...WRITE, '--notes-ref', 'refs/notes/../heads/main'], 65, 'FORMAT_INVALID');
    await refused(['attribution', 'export', '--format', 'agent-trace', '--write-notes'], 64, 'USAGE');
    await refused(['attribution', 'export', '--format', 'git-ai', '--force'], 64, 'USAGE');
    expect(scene.stage.footprint()).toEqual(before);
    git('symbolic-ref', 'refs/notes/ai', 'refs/heads/main');
    await refused(WRITE, 78, 'GIT_UNSUPPORTED');
  });
});
