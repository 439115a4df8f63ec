import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { claimOf } from '#domain/attribution/claim.ts';
import { parseAgentTrace } from '#domain/attribution/agent-trace.ts';
import { parseGitAiNote } from '#domain/attribution/git-ai-note.ts';
import { utf8 } from '#domain/encoding/bytes.ts';
import { schemaProblems } from '../../support/cli/schemas.ts';
import { found } from '../../support/cli/stage.ts';
import { expectRefusal, itNeedsARepository } from '../../support/cli/verb-contract.ts';
import { BlameScene, numbered } from '../blame/scene.ts';

const NOTE = ['attribution', 'export', '--format', 'git-ai'];

let scene: BlameScene;
beforeAll(async () => {
  scene = await new BlameScene().begin();
  await scene.twoCommits();
  scene.stage.keep();
});
beforeEach(() => scene.stage.reset());
afterAll(() => scene.stage.dispose());

/** Whose the lines are that begin with each letter, by a record's claims. */
function modelsIn(claims: ReturnType<typeof parseGitAiNote>, path = 'src/app.txt'): readonly string[] {
  const file = claims.find((one) => one.path === path);
  return scene
    .read(path)
    .split('\n')
    .flatMap((text, index) => {
      const claim = file === undefined ? undefined : claimOf(file, index + 1);
      return claim === undefined ? [] : [`${text[0]} ${claim.model}`];
    });
}

describe('attribution export', () => {
  itNeedsARepository(NOTE);

  it('prints the note of a commit, of the lines that it brought in, and writes nothing', async () => {
    const before = scene.stage.footprint();
    const { stdout } = await scene.stage.dev.ok(NOTE);
    expect(modelsIn(parseGitAiNote(utf8(stdout)))).toEqual(Array.from({ length: 5 }, () => 'B model-b'));
    expect(stdout).toContain(`"base_commit_sha": "${scene.git('rev-parse', 'HEAD')}"`);
    expect(scene.stage.footprint()).toEqual(before);
    // What is printed is what git keeps.
    scene.stage.repository.gitBytes(
      scene.stage.path,
      ['notes', '--ref=ai', 'add', '-F', '-'],
      Buffer.from(stdout),
    );
    expect(scene.git('notes', '--ref=ai', 'show').trim()).toBe(stdout.trim());
  });

  it('prints a record on each line for a range, after a squash too', async () => {
    const { stdout } = await scene.stage.dev.ok([...NOTE.slice(0, 2), 'HEAD~2..', '--format', 'agent-trace']);
    const records = stdout.trim().split('\n').map(parseAgentTrace);
    expect(records.map(({ commit }) => commit)).toEqual(
      scene.git('rev-list', '--reverse', 'HEAD~2..HEAD').trim().split('\n'),
    );
    scene.git('reset', '-q', '--soft', 'HEAD~2');
    scene.append('h of a person\n');
    scene.commit('squashed');
    const answer = await scene.stage.dev.answer('attribution-export', ['--format', 'agent-trace']);
    expect(schemaProblems(answer)).toEqual([]);
    expect(answer).toMatchObject({
      since: null,
      skipped: [],
      records: [{ files: 1, lines: 9, inferred: 9 }],
    });
    const [record] = answer.records;
    const told = modelsIn(parseAgentTrace(found(found(record).content)).files);
    expect(new Set(told)).toEqual(new Set(['A example-provider/model-a', 'B example-provider/model-b']));
    const exact = await scene.stage.dev.answer('attribution-export', ['--format', 'git-ai', '--exact-only']);
    expect(exact.records).toEqual([]);
  });

  it('names a commit above each note of a range', async () => {
    const { stdout } = await scene.stage.dev.ok([...NOTE.slice(0, 2), 'main~2..main', '--format', 'git-ai']);
    expect(stdout.match(/^commit [0-9a-f]{40}$/gm)).toHaveLength(2);
  });

  it('has nothing of what no signature vouches for, and nothing of what is redacted', async () => {
    scene.takeSignature();
    const unsigned = await scene.stage.dev.answer('attribution-export', ['--format', 'git-ai']);
    expect(unsigned.records).toEqual([]);
    scene.stage.reset();
    scene.stage.write('src/secret', numbered('A secret', 3));
    await scene.capture('A');
    scene.commit('secret');
    await scene.stage.owner.ok(['redact', 'src/secret', '--reason', 'leak']);
    const answer = await scene.stage.owner.answer('attribution-export', ['--format', 'git-ai']);
    expect(answer).toMatchObject({ records: [], skipped: [{ path: 'src/secret', why: 'redacted' }] });
  });

  it('leaves out a file whose name a note cannot hold, and says so', async () => {
    scene.stage.write('src/a"b', numbered('A odd', 2));
    scene.stage.write('src/c d', numbered('A fine', 2));
    await scene.capture('A');
    scene.commit('odd');
    const { stdout, stderr } = await scene.stage.dev.ok(NOTE);
    expect(parseGitAiNote(utf8(stdout)).map(({ path }) => path)).toEqual(['src/c d']);
    expect(stderr).toContain('src/a"b');
    const trace = await scene.stage.dev.answer('attribution-export', ['--format', 'agent-trace']);
    expect(trace).toMatchObject({ skipped: [], records: [{ files: 2 }] });
  });

  it('refuses what is no commit of Git, and formats that it does not know', async () => {
    const refused = (argv: readonly string[], exit: number, code: string): Promise<void> =>
      expectRefusal(scene.stage.dev, ['attribution', 'export', ...argv], { exit, code });
    await refused(['--format', 'git-ai', 'none..main'], 65, 'NOT_FOUND');
    await refused(['--format', 'git-ai', 'task/login'], 64, 'USAGE');
    await refused(['--format', 'cobol'], 64, 'USAGE');
    await refused([], 64, 'USAGE');
  });
});
