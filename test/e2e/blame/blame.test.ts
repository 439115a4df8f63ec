import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { schemaProblems } from '../../support/cli/schemas.ts';
import { expectRefusal, itNeedsARepository } from '../../support/cli/verb-contract.ts';
import { BASE, BlameScene, numbered } from './scene.ts';

let scene: BlameScene;
beforeAll(async () => {
  scene = await new BlameScene().begin();
});
beforeEach(() => scene.stage.reset());
afterAll(() => scene.stage.dispose());

describe('blame', () => {
  itNeedsARepository(['blame', 'src/app.txt']);

  it('names the state, the agent and its model of each line of the work tree', async () => {
    await scene.twoCommits();
    scene.append('h not saved yet\n');
    const answer = await scene.blame();
    expect(schemaProblems(answer)).toEqual([]);
    expect(answer).toMatchObject({ path: 'src/app.txt', at: null, redacted: [] });
    expect(answer.lines.find(({ text }) => text === 'A first line number 1')).toMatchObject({
      line: 3,
      how: 'exact',
      commit: null,
      actor: { principal: 'dev@example.com', agent: 'writer', model: 'model-a' },
      path: 'src/app.txt',
      origin: 3,
    });
    const [base] = answer.lines;
    expect(base).toMatchObject({
      how: 'unattributed',
      state: null,
      commit: scene.git('rev-parse', 'HEAD~2'),
    });
    expect(answer.lines.at(-1)).toMatchObject({ how: 'unattributed', state: null, commit: null });
    expect(answer.states.map(({ actor }) => actor.agent)).toEqual(['writer', 'tester']);
  });

  it('is exact where a commit has the very file of a state, and inferred where it has more', async () => {
    await scene.twoCommits();
    const exact = await scene.blame('src/app.txt', ['--at', 'main']);
    expect(new Set(exact.lines.filter(({ state }) => state !== null).map(({ how }) => how))).toEqual(
      new Set(['exact']),
    );
    scene.append('h more\n');
    scene.git('commit', '-q', '-a', '--amend', '-m', 'more');
    const inferred = await scene.blame('src/app.txt', ['--at', 'main']);
    const last = inferred.lines.find(({ text }) => text === 'B last line number 2');
    expect(last).toMatchObject({ how: 'inferred', commit: scene.git('rev-parse', 'main') });
  });

  it('names whoever wrote a line on the branch that later threads began from', async () => {
    scene.insertAfter('h base line number 2', numbered('A first', 2));
    await scene.capture('A');
    scene.commit('one');
    for (const name of ['second', 'third']) {
      const worktree = scene.stage.beside(name);
      await scene.stage.dev.ok(['start', `task/${name}`, '--from', 'main', '--worktree', worktree]);
      scene.append(`D ${name}\n`);
      scene.stage.write(`../${name}/src/app.txt`, scene.read());
      await scene.stage.dev.ok(['capture', '-m', name], { cwd: worktree });
      scene.commit(name);
    }
    const { lines, states } = await scene.blame('src/app.txt', ['--at', 'main']);
    const threadOf = new Map<string | null, string>(states.map(({ state, thread }) => [state, thread]));
    const told = lines
      .filter(({ text }) => !text.startsWith('h '))
      .map(({ text, state }) => [text, threadOf.get(state)]);
    expect(told).toEqual([
      ['A first line number 1', 'task/login'],
      ['A first line number 2', 'task/login'],
      ['D second', 'task/second'],
      ['D third', 'task/third'],
    ]);
  });

  it('names the state that an amended one was replaced by', async () => {
    scene.insertAfter('h base line number 2', numbered('A first', 2));
    await scene.capture('A');
    scene.commit('one');
    await scene.capture('A', ['--amend', '--confidence', '0.50']);
    const [newest] = (await scene.stage.dev.answer('log')).states;
    for (const at of [[], ['--at', 'main']]) {
      const { states } = await scene.blame('src/app.txt', at);
      expect(states.map(({ state }) => state)).toEqual([newest?.state]);
    }
  });

  it('asks about some lines, a state and a thread', async () => {
    await scene.twoCommits();
    const some = await scene.blame('src/app.txt', ['-L', '3,+2', '--at', 'task/login']);
    expect(some.lines.map(({ line }) => line)).toEqual([3, 4]);
    const [state] = some.states;
    const at = await scene.blame('src/app.txt', ['--at', String(state?.state), '--lines', '3']);
    expect(at).toMatchObject({ at: state?.state, lines: [{ line: 3, state: state?.state }] });
  });

  it('shows people who, when and what, and marks what it inferred', async () => {
    await scene.twoCommits();
    scene.append('h more\n');
    scene.git('commit', '-q', '-a', '--amend', '-m', 'more');
    const { stdout } = await scene.stage.dev.ok(['blame', 'src/app.txt', '--at', 'main']);
    expect(stdout).toMatch(/^ hs-\w{8}\s+writer \(model-a\)\s+.* UTC\s+3\) A first line number 1$/m);
    expect(stdout).toMatch(/^~hs-\w{8}\s+tester \(model-b\)\s+.* UTC\s+5\) B inner line number 1$/m);
    expect(stdout).toMatch(/^ [0-9a-f]{11}\s+unattributed\s+1\) h base line number 1$/m);
  });

  it('has a format for editors: git’s, with more headers', async () => {
    await scene.twoCommits();
    const argv = ['blame', 'src/app.txt', '-L', '/^A first/,+2'];
    const { stdout } = await scene.stage.dev.ok([...argv, '--porcelain']);
    const lines = stdout.split('\n');
    const answer = await scene.blame('src/app.txt', ['-L', '/^A first/,+2']);
    const carrier = scene.git('rev-parse', 'refs/heddle/threads/task/login~1');
    expect(answer.lines.map((line) => line.carrier)).toEqual([carrier, carrier]);
    expect(lines[0]).toBe(`${carrier} 3 3 2`);
    expect(lines).toContain('author writer');
    expect(lines).toContain('filename src/app.txt');
    expect(lines).toContain('heddle-model model-a');
    expect(lines).toContain('heddle-how exact');
    expect(lines.slice(-4)).toEqual([
      '\tA first line number 1',
      `${carrier} 4 4`,
      '\tA first line number 2',
      '',
    ]);
    // Git's own names of headers, in its order.
    const own = scene.git('blame', '--porcelain', '-L', '3,4', 'HEAD', '--', 'src/app.txt').split('\n');
    const names = (rows: readonly string[]): readonly string[] =>
      rows.flatMap((row) => /^(?!heddle|previous|boundary)([a-z-]+) /.exec(row)?.[1] ?? []);
    expect(names(lines)).toEqual(names(own));
    const each = await scene.stage.dev.ok([...argv, '--line-porcelain']);
    expect(names(each.stdout.split('\n'))).toEqual([...names(own), ...names(own)]);
  });

  it('knows an empty file, one without a last line feed, and odd names', async () => {
    scene.write('', 'src/empty');
    scene.write('A no end', 'src/with "quotes" and ü');
    await scene.capture('A');
    expect((await scene.blame('src/empty')).lines).toEqual([]);
    const [line] = (await scene.blame('src/with "quotes" and ü')).lines;
    expect(line).toMatchObject({ text: 'A no end', actor: { agent: 'writer' } });
  });

  it('never shows what was redacted, and says so', async () => {
    scene.append('A key=hunter2hunter2hunter2\n');
    await scene.capture('A');
    scene.commit('leaked');
    await scene.stage.owner.ok('redact src/app.txt --reason leaked'.split(' '));
    for (const at of ['task/login', 'main']) {
      const run = await scene.stage.owner.run(['blame', 'src/app.txt', '--at', at, '--json']);
      expect(`${run.stdout}${run.stderr}`).not.toContain('hunter2');
      expect(run.stdout).toContain('"tombstone"');
    }
  });

  it('keeps the attribution of what is not hidden, and says who brought in what is', async () => {
    await scene.twoCommits();
    scene.write('A key=hunter2hunter2hunter2\nA more\n', 'src/secret.txt');
    await scene.capture('A');
    scene.append('B after it\n', 'src/app.txt');
    await scene.capture('B');
    const before = await scene.blame('src/app.txt', ['--at', 'task/login']);
    await scene.stage.owner.ok('redact src/secret.txt --reason leaked'.split(' '));
    const masked = await scene.blame('src/secret.txt', ['--at', 'task/login']);
    expect(masked.redacted).toHaveLength(1);
    expect(masked.lines.length).toBeGreaterThan(0);
    expect(new Set(masked.lines.map(({ actor }) => actor?.agent))).toEqual(new Set(['writer']));
    expect(JSON.stringify(masked)).not.toContain('hunter2');
    const after = await scene.blame('src/app.txt', ['--at', 'task/login']);
    const known = ({ lines }: typeof after) => lines.map(({ text, state, how }) => [text, state, how]);
    expect(known(after)).toEqual(known(before));
    scene.git('checkout', '-q', '-f', 'main');
  });

  it('leaves nothing behind in the repository', async () => {
    scene.write(BASE + numbered('A more', 2));
    await scene.capture('A');
    const before = scene.stage.footprint();
    const objects = scene.git('count-objects', '-v');
    await scene.blame('src/app.txt', ['--at', 'task/login']);
    expect(scene.stage.footprint()).toEqual(before);
    expect(scene.git('count-objects', '-v')).toBe(objects);
  });

  it('refuses what is not there, and what is no range', async () => {
    const refused = (argv: readonly string[], exit: number, code: string): Promise<unknown> =>
      expectRefusal(scene.stage.dev, ['blame', ...argv], { exit, code });
    await refused(['src/none'], 65, 'NOT_FOUND');
    await refused(['src'], 65, 'NOT_FOUND');
    await refused(['src/app.txt', '--at', 'no-such'], 65, 'NOT_FOUND');
    await refused(['src/app.txt', '-L', '400'], 65, 'NOT_FOUND');
    await refused(['src/app.txt', '-L', '5,2'], 64, 'USAGE');
    await refused(['../outside'], 65, 'NOT_FOUND');
  });
});
