import { existsSync } from 'node:fs';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { schemaProblems } from '../../support/cli/schemas.ts';
import { Stage } from '../../support/cli/stage.ts';
import { expectRefusal } from '../../support/cli/verb-contract.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await new Stage().withDev();
  stage.keep();
});
beforeEach(() => stage.reset());
afterAll(() => stage.dispose());

const child = (preset: string, ...more: readonly string[]): readonly string[] => [
  ...`token attenuate --agent worker --preset ${preset} --out ../child.hcred`.split(' '),
  ...more,
];
const asChild = (): Readonly<Record<string, string>> => ({ HEDDLE_CREDENTIAL: stage.beside('child.hcred') });

describe('token attenuate --preset', () => {
  it('overnight makes a token that captures, claims and takes back on this thread and nowhere else', async () => {
    const answer = await stage.dev.answer('token-attenuate', child('overnight').slice(2));
    expect(schemaProblems(answer)).toEqual([]);
    expect(answer.plain[0]).toContain('may state:read, state:capture, thread:claim and undo, until');
    expect(answer.plain[0]).toContain('only within acme/core@task/login');
    stage.write('a', 'a\n');
    const env = asChild();
    expect((await stage.dev.answer('capture', ['-m', 'night'], { env })).created).toBe(true);
    await stage.dev.json(['can', 'state:capture', 'acme/core@task/other'], { env, exit: 1 });
    expect(await stage.dev.answer('undo', [], { env })).toMatchObject({ op: 'capture' });
    await stage.dev.ok(['thread', 'claim', 'task/login'], { env });
    await stage.dev.ok(['thread', 'release', 'task/login'], { env });
    await stage.dev.json(['can', 'undo', 'acme/core@task/other'], { env, exit: 1 });
    await stage.dev.json(['can', 'thread:drop', 'acme/core@task/login'], { env, exit: 1 });
  });

  it('scratch makes a token that starts the one thread it is for', async () => {
    await stage.dev.ok(child('scratch', '--resource', 'acme/core@task/idea'));
    const dev = stage.dev.with(asChild());
    await expectRefusal(dev, ['start', 'task/other'], { exit: 77, code: 'SCOPE_RESOURCE' });
    await dev.ok(['start', 'task/idea']);
    stage.write('a', 'a\n');
    await dev.ok(['capture', '-m', 'an idea']);
    await expectRefusal(stage.dev, child('scratch', '--resource', 'acme/core@task/idea'), {
      exit: 65,
      code: 'THREAD_EXISTS',
    });
  });

  it.each(['review', 'ci'])('%s makes a token that reads', async (preset) => {
    await stage.dev.ok(child(preset));
    const answer = await stage.dev.answer('token-inspect', ['--token-file', '../child.hcred']);
    expect(answer.effective).toMatchObject({ operations: ['state:read'], resources: [['acme/core']] });
    const env = asChild();
    await stage.dev.json(['can', 'state:capture', 'acme/core@task/login'], { env, exit: 1 });
  });

  it('is refused together with a flag that contradicts it, and makes nothing', async () => {
    const before = stage.footprint();
    const contradictions = [
      ['review', '--allow', 'state:capture'],
      ['ci', '--ttl', '2h'],
      ['overnight', '--resource', 'acme/core'],
      ['nonsense'],
    ] as const;
    for (const [preset, ...more] of contradictions) {
      await expectRefusal(stage.dev, child(preset, ...more), { exit: 64, code: 'USAGE' });
    }
    expect(existsSync(stage.beside('child.hcred'))).toBe(false);
    expect(stage.footprint()).toEqual(before);
  });

  it('is refused where the parent has less, naming the block', async () => {
    await stage.agent('reader', { allow: 'state:read', resource: 'acme/core@task' });
    const argv = child('overnight', '--from', '../reader.hcred');
    await expectRefusal(stage.dev, argv, { exit: 65, code: 'TOKEN_WIDENS' });
    const { stderr } = await stage.dev.run(argv);
    expect(stderr).toContain('block 1 (reader) would stop it');
  });

  it('needs a resource outside a repository', async () => {
    const options = { exit: 64, code: 'USAGE', cwd: stage.root };
    await expectRefusal(stage.dev, child('review'), options);
    const made = child('review', '--resource', 'acme/core', '--out', 'x.hcred').slice(2);
    await stage.dev.answer('token-attenuate', made, { cwd: stage.root });
  });
});

describe('token mint --preset', () => {
  it('makes a narrow token of the principal', async () => {
    const argv = ['--preset', 'ci', '--ttl', '15m', '--out', '../ci.hcred'];
    const answer = await stage.dev.answer('token-mint', argv);
    expect(schemaProblems(answer)).toEqual([]);
    expect(answer.plain[0]).toContain('may state:read, until');
    expect(answer.plain[0]).toContain('only within acme/core');
  });

  it('is refused together with a flag that contradicts it', async () => {
    const argv = 'token mint --preset ci --ttl 12h --out ../ci.hcred'.split(' ');
    await expectRefusal(stage.dev, argv, { exit: 64, code: 'USAGE' });
    expect(existsSync(stage.beside('ci.hcred'))).toBe(false);
  });
});
