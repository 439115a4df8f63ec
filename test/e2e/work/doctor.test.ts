import {
  chmodSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { schemaProblems } from '../../support/cli/schemas.ts';
import { Stage } from '../../support/cli/stage.ts';
import { expectRefusal, itNeedsARepository } from '../../support/cli/verb-contract.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await new Stage().withDev();
  stage.write('a', 'one\n');
  await stage.dev.ok(['capture']);
  stage.keep();
});
beforeEach(() => stage.reset());
afterAll(() => stage.dispose());

const inHeddle = (...names: readonly string[]): string => join(stage.path, '.git', 'heddle', ...names);

async function findings(
  person = stage.owner,
  argv = ['doctor'],
): Promise<readonly (readonly [kind: string, subject: string])[]> {
  const answer = await person.json(argv, { exit: 1 });
  expect(schemaProblems(answer)).toEqual([]);
  const { ok, findings: found } = answer as { ok?: boolean; findings?: { kind: string; subject: string }[] };
  expect(ok).toBe(false);
  return (found ?? []).map(({ kind, subject }) => [kind, subject]);
}

describe('doctor', () => {
  itNeedsARepository(['doctor']);

  it('finds nothing wrong, also for somebody without keys, and changes nothing', async () => {
    const before = stage.footprint();
    const answer = await stage.owner.answer('doctor');
    expect(answer).toEqual({
      schema: 'heddle/doctor/v1',
      ok: true,
      index: { status: 'missing', entries: null },
      findings: [],
    });
    expect((await stage.person('auditor').json(['doctor'])).ok).toBe(true);
    expect(stage.footprint()).toEqual(before);
    expect((await stage.owner.ok(['doctor'])).stdout).toBe('good: local index made when it is needed\n');
  });

  it('makes the index, notices that it is behind, and that it is damaged', async () => {
    stage.write('a', 'two\n');
    await stage.dev.ok(['capture']);
    const rebuilt = await stage.dev.answer('doctor', ['--rebuild-index']);
    expect(rebuilt).toMatchObject({ ok: true, index: { status: 'rebuilt' } });
    expect(await stage.dev.answer('doctor')).toMatchObject({
      index: { status: 'current', entries: rebuilt.index.entries },
    });
    stage.write('a', 'three\n');
    await stage.dev.ok(['capture']);
    expect(await stage.dev.answer('doctor')).toMatchObject({ ok: true, index: { status: 'behind' } });
    const [home = ''] = readdirSync(inHeddle('index'));
    const level = inHeddle('index', home, 'level');
    const [log = ''] = readdirSync(level).filter((name) => name.endsWith('.log'));
    truncateSync(join(level, log), 3);
    expect(await findings(stage.dev)).toEqual([['index', 'heddle/index']]);
    expect(await stage.dev.answer('doctor', ['--rebuild-index'])).toMatchObject({ ok: true });
    expect(await stage.dev.answer('doctor')).toMatchObject({ index: { status: 'current' } });
  });

  it('finds no index after a purge, of any home', async () => {
    stage.write('a', 'two\n');
    await stage.dev.ok(['capture']);
    await stage.dev.ok(['doctor', '--rebuild-index']);
    expect(readdirSync(inHeddle('index'))).toHaveLength(1);
    await stage.owner.ok([
      'redact',
      'a',
      '--state',
      'task/login',
      '--reason',
      'test',
      '--code',
      'credential',
    ]);
    const [tombstone] = (await stage.owner.answer('tombstone-list')).tombstones;
    await stage.owner.ok(['purge', tombstone?.tombstone ?? '', '--yes']);
    expect(readdirSync(inHeddle('index'))).toEqual([]);
    expect(await stage.dev.answer('doctor')).toMatchObject({ ok: true, index: { status: 'missing' } });
  });

  it('makes no index for a home that has no secret for it', async () => {
    const found = await findings(stage.person('auditor'), ['doctor', '--rebuild-index']);
    expect(found).toEqual([['index', 'heddle/index']]);
  });

  it('names what dead processes left', async () => {
    mkdirSync(inHeddle('tmp'), { recursive: true });
    for (const name of [`${2 ** 30}.clone.json`, `${process.pid}.clone.json`, 'odd']) {
      writeFileSync(inHeddle('tmp', name), '');
    }
    writeFileSync(inHeddle('lock'), 'no lock of a process');
    expect(await findings()).toEqual([
      ['leftover', inHeddle('tmp', `${2 ** 30}.clone.json`)],
      ['leftover', inHeddle('tmp', 'odd')],
      ['leftover', inHeddle('lock')],
    ]);
  });

  it('names files and directories that are open to others, and links in their places', async () => {
    const data = join(stage.owner.env['HEDDLE_HOME'] ?? '', 'data');
    const [key = ''] = readdirSync(join(data, 'keys'));
    chmodSync(join(data, 'keys', key), 0o640);
    chmodSync(join(data, 'replicas'), 0o755);
    symlinkSync('/', join(data, 'keys', 'elsewhere.json'));
    chmodSync(inHeddle('threads'), 0o777);
    const expected = [
      inHeddle('threads'),
      join(data, 'keys', key),
      join(data, 'keys', 'elsewhere.json'),
      join(data, 'replicas'),
    ];
    expect(new Set(await findings())).toEqual(new Set(expected.map((path) => ['access', path])));
  });

  it('names quarantined content that no tombstone knows', async () => {
    await stage.owner.ok(['redact', 'a', '--reason', 'test', '--code', 'credential']);
    const directory = inHeddle('quarantine');
    const [kept = ''] = readdirSync(directory);
    const other = kept.replace(/.{5}$/, '00000');
    writeFileSync(join(directory, other), readFileSync(join(directory, kept)), { mode: 0o600 });
    expect(await findings()).toEqual([['quarantine', other]]);
  });

  it('says that there is no git, and looks at the rest', async () => {
    const env = { PATH: stage.beside('nothing') };
    const answer = await stage.owner.json(['doctor'], { exit: 1, env });
    expect(schemaProblems(answer)).toEqual([]);
    expect(answer).toMatchObject({ index: { status: 'missing' }, findings: [{ kind: 'git' }] });
  });

  it('refuses what it does not know', async () => {
    await expectRefusal(stage.owner, ['doctor', '--cure'], { exit: 64, code: 'USAGE' });
  });
});
