import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { BlameResult } from '#domain/results/blame-results.ts';
import { GIT_AI_NOTE, TRACE_RECORD } from '../../support/samples/attribution-samples.ts';
import { schemaProblems } from '../../support/cli/schemas.ts';
import { expectDenial, expectRefusal, itNeedsARepository } from '../../support/cli/verb-contract.ts';
import { BlameScene, numbered } from '../blame/scene.ts';

const IMPORT = ['attribution', 'import', '--format', 'git-ai'];
const TRACES = ['attribution', 'import', '--format', 'agent-trace', '--from', '../traces'];

let scene: BlameScene;
beforeAll(async () => {
  scene = await new BlameScene().begin();
  await scene.twoCommits();
  scene.append(numbered('x foreign', 4));
  scene.commit('by another tool');
  scene.stage.keep();
});
beforeEach(() => scene.stage.reset());
afterAll(() => scene.stage.dispose());

const head = (): string => scene.git('rev-parse', 'HEAD').trim();

/** A note of git-ai's on lines of the file: those that the newest commit brought in, and one that heddle knows. */
function note(lines: string, path = 'src/app.txt'): string {
  return GIT_AI_NOTE.replace(
    /^src\/main\.rs\n[\s\S]*?\n"src/,
    `${path}\n  s_c9883b05a2487d::t_9f8e7d6c5b4a32 ${lines}\n"src`,
  );
}

function addNote(text: string, commit = 'HEAD'): void {
  const { repository, path } = scene.stage;
  repository.gitBytes(path, ['notes', '--ref=ai', 'add', '-f', '-F', '-', commit], Buffer.from(text));
}

const blame = (...options: readonly string[]): Promise<BlameResult> =>
  scene.stage.owner.answer('blame', ['src/app.txt', '--at', 'HEAD', ...options]);
const whose = ({ lines }: BlameResult): readonly string[] =>
  lines.map(
    ({ how, text, claim }) => `${text[0]} ${how}${claim === null ? '' : ` ${claim.tool} ${claim.model}`}`,
  );

describe('attribution import', () => {
  itNeedsARepository(IMPORT);

  it('takes notes over as claims, which blame shows only when asked, and never for what a state has', async () => {
    const before = await blame();
    addNote(note('1-19'));
    const answer = await scene.stage.owner.answer('attribution-import', IMPORT.slice(2));
    expect(schemaProblems(answer)).toEqual([]);
    expect(answer).toMatchObject({
      imported: true,
      commits: [{ commit: head(), files: 1, lines: 19 }],
      skipped: [{ commit: head(), why: 'the commit does not have 1 of its files' }],
    });
    expect(await blame()).toEqual(before);
    const claimed = await blame('--imports');
    expect(schemaProblems(claimed)).toEqual([]);
    // Of the lines that the note claims only those count that its commit brought in.
    expect(whose(claimed).filter((line) => line.startsWith('x'))).toEqual(
      Array.from({ length: 4 }, () => 'x claimed claude claude-sonnet-4-5-20250514'),
    );
    expect(whose(claimed).filter((line) => !line.startsWith('x'))).toEqual(
      whose(before).filter((line) => !line.startsWith('x')),
    );
    expect(claimed.lines.at(-1)?.claim).toMatchObject({ source: 'git-ai', importedBy: 'owner@example.com' });
    const { stdout } = await scene.stage.owner.ok(['blame', 'src/app.txt', '--at', 'HEAD', '--imports']);
    expect(stdout).toContain('git-ai says claude (claude-sonnet-4-5-20250514)');
    const porcelain = await scene.stage.owner.ok([
      'blame',
      'src/app.txt',
      '--at',
      'HEAD',
      '--imports',
      '--porcelain',
    ]);
    expect(porcelain.stdout).toContain('\nheddle-how claimed\nheddle-claim git-ai ai\n');
    expect(porcelain.stdout).not.toContain('author claude');
    expect(await scene.stage.owner.answer('verify', ['--all'])).toMatchObject({ ok: true });
  });

  it('keeps nothing of prompts, people and links, and nothing twice', async () => {
    const before = scene.stage.footprint();
    scene.stage.write(
      '../note',
      `${note('16-17')}`.replace('old_session_id', 'https://example.com/secret-prompt'),
    );
    const from = [...IMPORT, 'HEAD', '--from', '../note'];
    await scene.stage.owner.ok(from);
    const kept = scene.git('grep', '-h', '', 'refs/heddle/imports');
    for (const word of ['example.com/secret', 'Developer', 'conv_abc123', 'dev@example.com>']) {
      expect(kept).not.toContain(word);
    }
    const after = scene.stage.footprint();
    expect(after.refs).toHaveLength(before.refs.length + 1);
    const again = await scene.stage.owner.answer('attribution-import', [
      'HEAD',
      ...from.slice(2, 4),
      '--from',
      '../note',
    ]);
    expect(again).toMatchObject({
      imported: false,
      operation: null,
      skipped: [{ why: 'it was imported already' }],
    });
    expect(scene.stage.footprint()).toEqual(after);
  });

  it('takes records of Agent Trace over, each on its own', async () => {
    const record = {
      ...TRACE_RECORD,
      vcs: { type: 'git', revision: head() },
      files: [{ ...TRACE_RECORD.files[0], path: 'src/app.txt' }],
    };
    const ranges = [{ start_line: 16, end_line: 18 }];
    const [conversation] = TRACE_RECORD.files[0]?.conversations ?? [];
    const good = {
      ...record,
      files: [{ path: 'src/app.txt', conversations: [{ ...conversation, ranges }] }],
    };
    const elsewhere = { ...good, vcs: TRACE_RECORD.vcs };
    scene.stage.write(
      '../traces',
      [JSON.stringify(good), JSON.stringify(elsewhere), '{"hostile"'].join('\n'),
    );
    const { stdout } = await scene.stage.owner.ok(TRACES);
    expect(stdout).toContain('imported claims on 3 lines in 1 file of 1 record');
    expect(stdout).toContain('this repository does not have the commit');
    expect(stdout).toContain('! a record: trace record is not JSON');
    const claimed = whose(await blame('--imports'));
    expect(claimed.filter((line) => line.includes('claimed'))).toEqual(
      Array.from({ length: 3 }, () => 'x claimed cursor anthropic/claude-opus-4-5-20251101'),
    );
  });

  it('is undone alone, and what was imported since stays', async () => {
    addNote(note('16'));
    await scene.stage.owner.ok(IMPORT);
    const { operations } = await scene.stage.owner.answer('oplog', ['-n', '1']);
    addNote(note('17'));
    await scene.stage.owner.ok(IMPORT);
    expect(whose(await blame('--imports')).filter((line) => line.includes('claimed'))).toHaveLength(2);
    await scene.stage.owner.ok(['undo', String(operations[0]?.id)]);
    expect(whose(await blame('--imports')).filter((line) => line.includes('claimed'))).toHaveLength(1);
    await expectRefusal(scene.stage.owner, ['redo'], { exit: 65, code: 'UNDO_REFUSED' });
    await scene.stage.owner.ok(['undo']);
    expect(scene.git('for-each-ref', 'refs/heddle/imports')).toBe('');
    expect(await scene.stage.owner.answer('verify', ['--all'])).toMatchObject({ ok: true });
  });

  it('is denied without the role at the whole repository, and nothing is written', async () => {
    addNote(note('16'));
    await expectDenial(scene.stage, scene.stage.dev, { argv: IMPORT, code: 'ROLE_NONE' });
    expect(scene.git('for-each-ref', 'refs/heddle/imports')).toBe('');
  });

  it('believes nothing that somebody put into the set', async () => {
    addNote(note('16'));
    await scene.stage.owner.ok(IMPORT);
    const commit = scene.git('rev-parse', 'refs/heddle/imports').trim();
    const rows = scene.git('ls-tree', commit).trim();
    const inner = scene.git('ls-tree', rows.split(/\s/)[2] ?? '').trim();
    const texts = scene.git(
      'cat-file',
      'blob',
      inner
        .split('\n')
        .find((row) => row.endsWith('texts.json'))
        ?.split(/\s/)[2] ?? '',
    );
    const write = (how: readonly string[], content: string): string =>
      scene.stage.repository.gitBytes(scene.stage.path, how, Buffer.from(content)).toString().trim();
    const blob = write(['hash-object', '-w', '--stdin'], texts.replace('claude-sonnet', 'planted-model'));
    const forged = write(['mktree'], `${inner.replace(/[0-9a-f]{40}(\ttexts\.json)/, `${blob}$1`)}\n`);
    const set = write(['mktree'], `${rows.replace(/[0-9a-f]{40}(\t)/, `${forged}$1`)}\n`);
    scene.git('update-ref', 'refs/heddle/imports', scene.git('commit-tree', '-m', 'planted', set).trim());
    expect(JSON.stringify(await blame('--imports'))).not.toContain('planted-model');
    const found = await scene.stage.owner.answer('verify', ['--all'], { exit: 1 });
    expect(found.findings).toContainEqual(
      expect.objectContaining({ kind: 'import', message: 'its texts are not those that it names' }),
    );
  });

  it('refuses what it cannot read', async () => {
    const refused = (argv: readonly string[], exit: number, code: string): Promise<void> =>
      expectRefusal(scene.stage.owner, ['attribution', 'import', ...argv], { exit, code });
    const before = scene.stage.footprint();
    scene.stage.write('../note', 'not a note\n');
    await refused(['--format', 'git-ai'], 65, 'NOT_FOUND');
    await refused(['--format', 'git-ai', '--notes-ref', 'refs/heads/main'], 64, 'USAGE');
    await refused(['--format', 'git-ai', 'HEAD', '--from', '../note'], 65, 'FORMAT_INVALID');
    await refused(['--format', 'agent-trace'], 64, 'USAGE');
    await refused(['--format', 'agent-trace', '--from', '../nothing'], 65, 'NOT_FOUND');
    expect(scene.stage.footprint()).toEqual(before);
  });
});

describe('attribution that is exported and imported in another clone', () => {
  it.each(['git-ai', 'agent-trace'])('says the same of each line, as %s', async (format) => {
    const { stdout } = await scene.stage.dev.ok(['attribution', 'export', 'HEAD~3..', '--format', format]);
    const own = whose(await blame());
    // Another clone of the same history, in which nobody captured anything.
    scene.stage.git('clone', '-q', '.', '../other');
    scene.stage.write('../records', stdout);
    const other = scene.stage.owner.with({}, scene.stage.beside('other'));
    const init = 'init --no-passphrase --principal owner@example.com --namespace acme --name other';
    await other.ok(init.split(' '));
    await other.ok(['login']);
    await other.ok(['attribution', 'import', '--format', format, '--from', '../records']);
    const there = await other.answer('blame', ['src/app.txt', '--at', 'HEAD', '--imports']);
    const model = (text: string): string =>
      text.replace(/example-provider\/|writer |tester |null (?=\S)/g, '');
    expect(whose(there).map(model)).toEqual(
      own.map((line) =>
        line.replace(
          /^([AB]) (?:exact|inferred)$/,
          (_, letter: string) => `${letter} claimed model-${letter.toLowerCase()}`,
        ),
      ),
    );
  });
});
