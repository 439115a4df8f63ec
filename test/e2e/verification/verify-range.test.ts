import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { VerifyRangeResult } from '#domain/results/boundary/verification-results.ts';
import { schemaProblems } from '../../support/cli/schemas.ts';
import { expectRefusal, itNeedsARepository } from '../../support/cli/verb-contract.ts';
import { githubToken } from '../../support/secrets/secret-shapes.ts';
import { BlameScene } from '../blame/scene.ts';

let scene: BlameScene;
let base: string;
beforeAll(async () => {
  scene = await new BlameScene().begin();
  base = scene.git('rev-parse', 'HEAD').trim();
  await scene.twoCommits();
  scene.stage.keep();
});
beforeEach(() => scene.stage.reset());
afterAll(() => scene.stage.dispose());

async function answer(argv: readonly string[], exit = 0): Promise<VerifyRangeResult> {
  const object = await scene.stage.dev.json(['verify', ...argv], { exit });
  expect(schemaProblems(object)).toEqual([]);
  return object as unknown as VerifyRangeResult;
}

const told = ({ findings }: VerifyRangeResult): readonly string[] =>
  findings.map(({ rule, path, line, lastLine }) => `${rule} ${path ?? '-'} ${line ?? ''}-${lastLine ?? ''}`);

describe('verify RANGE', () => {
  itNeedsARepository(['verify', 'HEAD']);

  it('is content with commits whose lines states have, and writes nothing', async () => {
    const before = scene.stage.footprint();
    const result = await answer([`${base}..HEAD`]);
    expect(result.findings).toEqual([]);
    expect(result).toMatchObject({ ok: true, pinned: true, unattributed: 'error', checked: { commits: 2 } });
    expect(result.attributed.lines).toBe(result.checked.lines);
    expect(scene.stage.footprint()).toEqual(before);
  });

  it('tells which lines of which commit nobody captured, and that they are told is for policies to soften', async () => {
    scene.insertAfter('A first line number 4', 'h of a person\nh and another\n');
    scene.commit('by hand');
    const line = scene.read().split('\n').indexOf('h of a person') + 1;
    const result = await answer([`${base}..HEAD`], 1);
    expect(told(result)).toEqual([`line-unattributed src/app.txt ${line}-${line + 1}`]);
    expect(result.findings[0]).toMatchObject({
      level: 'error',
      commit: scene.git('rev-parse', 'HEAD').trim(),
    });
    const soft = await answer(['HEAD', '--unattributed', 'warning']);
    expect(soft).toMatchObject({ ok: true, unattributed: 'warning', findings: [{ level: 'warning' }] });
    await scene.stage.owner.ok(['policy', 'set', 'acme/core', '--attribution', 'required']);
    expect(await answer(['HEAD', '--unattributed', 'warning'], 1)).toMatchObject({ unattributed: 'error' });
    await scene.stage.owner.ok(['policy', 'set', 'acme/core', '--attribution', 'warn']);
    expect(await answer(['HEAD'])).toMatchObject({ unattributed: 'warning' });
  });

  it('asks of what has no lines, too, whose it is', async () => {
    scene.stage.write('src/tool', 'A tool\n');
    scene.stage.write('src/bytes', 'A\0\u0001\0');
    await scene.capture('A');
    scene.commit('captured');
    expect(told(await answer(['HEAD']))).toEqual([]);
    scene.git('rm', '-q', 'src/other.txt');
    scene.git('update-index', '--chmod=+x', 'src/tool');
    scene.git('mv', 'src/bytes', 'src/moved');
    scene.stage.write('src/empty', '');
    scene.git('add', 'src/empty');
    scene.git('commit', '-q', '-m', 'by hand');
    scene.git('checkout', '-q', '--', 'src');
    const findings = [
      'change-unattributed src/bytes -',
      'change-unattributed src/empty -',
      'change-unattributed src/moved -',
      'change-unattributed src/other.txt -',
      'change-unattributed src/tool -',
    ];
    expect(told(await answer(['HEAD'], 1)).toSorted()).toEqual(findings);
    await scene.capture('A');
    expect(told(await answer(['HEAD']))).toEqual([]);
  });

  it('asks whose it is that lines went, beside lines that came', async () => {
    scene.append('A more\n');
    await scene.capture('A');
    scene.replace('h base line number 4\n', '');
    scene.commit('both');
    expect(told(await answer(['HEAD'], 1))).toEqual(['change-unattributed src/app.txt -']);
    await scene.capture('A');
    expect(told(await answer(['HEAD']))).toEqual([]);
  });

  it('finds what looks like a secret in a file and in a message, and shows neither', async () => {
    scene.append(`A key ${githubToken(1)}\n`);
    scene.commit(`with ${githubToken(2)}`);
    scene.git('revert', '--no-edit', 'HEAD');
    const last = scene.git('show', 'HEAD~1:src/app.txt').trim().split('\n').length;
    const result = await answer(['HEAD~2..HEAD'], 1);
    expect(told(result).filter((one) => one.startsWith('secret'))).toEqual([
      `secret-found src/app.txt ${last}-${last}`,
      'secret-found - -',
      // A revert quotes the title.
      'secret-found - -',
    ]);
    expect(JSON.stringify(result)).not.toContain(githubToken(1));
    expect(JSON.stringify(result)).not.toContain(githubToken(2));
  });

  it('takes no unsigned state for anybody', async () => {
    scene.takeSignature();
    const result = await answer(['HEAD'], 1);
    expect(result.findings.map(({ rule }) => rule)).toEqual(['state-unproven', 'state-unproven']);
  });

  it('is content with a landing on a branch that moved, and with none whose trailers lie', async () => {
    await scene.stage.owner.ok(['grant', 'add', 'dev@example.com', 'maintainer', 'acme/core']);
    scene.insertAfter('h base line number 4', 'h on main\n');
    scene.commit('moved');
    scene.git('checkout', '-q', '--detach', 'HEAD~1');
    scene.replace('h base line number 1\n', '');
    scene.append('A more\n', 'src/other.txt');
    await scene.capture('A');
    await scene.stage.dev.ok(['land', 'task/login', '--onto', 'main']);
    scene.git('checkout', '-qf', 'main');
    expect(told(await answer(['HEAD']))).toEqual([]);
    const message = scene.git('log', '-1', '--format=%B').trim();
    const amend = (text: string): void => {
      scene.git('commit', '-q', '--amend', '-m', text);
    };
    amend(message.replace('Heddle-Thread: task/login', 'Heddle-Thread: task/other'));
    expect(told(await answer(['HEAD'], 1))).toEqual(['trailer-thread - -']);
    amend(message.replace('Assisted-by: writer', 'Assisted-by: nobody'));
    expect(told(await answer(['HEAD']))).toEqual(['trailer-agent - -']);
    amend(message.replace(/Heddle-State: hs-.{6}/, 'Heddle-State: hs-000000'));
    expect(told(await answer(['HEAD'], 1))).toEqual(['trailer-state - -']);
    scene.replace('h base line number 5\n', '');
    scene.append('h slipped in\n', 'src/other.txt');
    scene.git('add', '-A');
    amend(message);
    expect(told(await answer(['HEAD'], 1))).toEqual([
      'change-unattributed src/app.txt -',
      'line-unattributed src/other.txt 6-6',
      'trailer-state src/other.txt 6-6',
    ]);
  });

  it('asks for the landing that moved a branch where a policy does, and finds it in what was published', async () => {
    await scene.stage.owner.ok(['grant', 'add', 'dev@example.com', 'maintainer', 'acme/core']);
    const at = 'acme/core@heads/main';
    await scene.stage.owner.ok(['policy', 'set', at, '--branches', 'landed', '--attribution', 'warn']);
    scene.git('checkout', '-q', '--detach');
    scene.append('A more\n', 'src/other.txt');
    await scene.capture('A');
    await scene.stage.dev.ok(['land', 'task/login', '--onto', 'main']);
    scene.git('checkout', '-qf', 'main');
    const moved = async (range: string, exit: number, who = scene.stage.dev): Promise<readonly string[]> => {
      const object = await who.json(['verify', range, '--onto', 'main'], { exit });
      const { findings } = object as unknown as VerifyRangeResult;
      return findings.flatMap(({ rule, level }) => (level === 'error' ? [rule] : []));
    };
    expect(await moved('HEAD', 0)).toEqual([]);
    expect(await moved('HEAD~1..HEAD', 0)).toEqual([]);
    expect(await moved(`${base}..HEAD`, 1)).toEqual(['branch-not-landed']);
    const [bare, clone] = [scene.stage.beside('remote.git'), scene.stage.beside('checkout')];
    scene.git('init', '-q', '--bare', bare);
    await scene.stage.owner.ok(['remote', 'add', 'origin', bare]);
    await scene.stage.owner.ok(['push', '--all']);
    // Whoever landed publishes that it was done.
    await scene.stage.dev.ok(['push', '--branch', 'main']);
    scene.git('clone', '-q', '-b', 'main', bare, clone);
    scene.git('-C', clone, 'fetch', '-q', 'origin', 'refs/heddle/*:refs/heddle/*');
    const runner = scene.stage.person('pipeline').with({}, clone);
    expect(await moved('HEAD~1..HEAD', 0, runner)).toEqual([]);
    scene.git('commit', '-q', '--amend', '-m', 'another message');
    expect(await moved('HEAD~1..HEAD', 1)).toEqual(['branch-not-landed']);
  });

  it('works in a checkout of a pipeline, and says what to fetch where something is missing', async () => {
    const clone = scene.stage.beside('pipeline');
    const url = `file://${scene.stage.path}`;
    scene.git('clone', '-q', '--depth', '1', url, clone);
    const runner = scene.stage.person('runner').with({}, clone);
    await expectRefusal(runner, ['verify', 'HEAD'], { exit: 78, code: 'NOT_INITIALISED' });
    scene.git('-C', clone, 'fetch', '-q', 'origin', 'refs/heddle/*:refs/heddle/*');
    const shallow = await runner.json(['verify', 'HEAD'], { exit: 65 });
    expect(JSON.stringify(shallow)).toContain('git fetch --unshallow');
    scene.git('-C', clone, 'fetch', '-q', '--unshallow', 'origin');
    const result = await runner.json(['verify', `${base}..HEAD`]);
    expect(result).toMatchObject({ ok: true, pinned: false, findings: [] });
    const pinned = await runner.json(['verify', `${base}...HEAD`, '--genesis', String(result.genesis)]);
    expect(pinned).toMatchObject({ ok: true, pinned: true, checked: { commits: 2 } });
    const other = ['verify', 'HEAD', '--genesis', `hg-${'0'.repeat(52)}`];
    await expectRefusal(runner, other, { exit: 65, code: 'ADOPT_REFUSED' });
  });

  it('speaks the formats of other programs, whatever files are called', async () => {
    scene.stage.write('src/<&"\u001b[31m', 'h nobody\n');
    scene.stage.write('src/a:b c', 'h nobody\n');
    scene.commit('odd');
    const run = async (format: string): Promise<string> =>
      (await scene.stage.dev.run(['verify', 'HEAD', '--format', format])).stdout;
    const sarif = await run('sarif');
    expect(sarif).toContain('"uri":"src/a%3Ab%20c"');
    expect(sarif).toContain('"uri":"src/%3C%26%22%1B%5B31m"');
    const junit = await run('junit');
    expect(junit).toContain('failures="2"');
    expect(junit).not.toContain('\u001b');
    expect(JSON.parse(await run('json'))).toMatchObject({ schema: 'heddle/verify-range/v1', ok: false });
    expect(await run('text')).toContain('hint: line-unattributed');
  });

  it('refuses what is no range, and options that are not for it', async () => {
    const refused = (argv: readonly string[], exit: number, code: string): Promise<void> =>
      expectRefusal(scene.stage.dev, ['verify', ...argv], { exit, code });
    await refused(['none..main'], 65, 'NOT_FOUND');
    await refused(['main..task/login'], 64, 'USAGE');
    await refused(['HEAD', '--all'], 64, 'USAGE');
    await refused(['--format', 'sarif'], 64, 'USAGE');
    await refused(['HEAD', '--format', 'cobol'], 64, 'USAGE');
  });
});
