import { existsSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { inflateSync, deflateSync } from 'node:zlib';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Printed } from '../../support/cli/run-heddle.ts';
import { schemaProblems } from '../../support/cli/schemas.ts';
import { Stage, found } from '../../support/cli/stage.ts';
import { expectRefusal, itNeedsARepository } from '../../support/cli/verb-contract.ts';
import { copyTree } from '../../support/run/tree.ts';

const THREAD = 'refs/heddle/threads/task/login';

let stage: Stage;
let state: string;
beforeAll(async () => {
  stage = await new Stage().withDev();
  for (const text of ['one\n', 'two\n']) {
    stage.write('src/a.ts', text);
    state = String((await stage.dev.answer('capture')).state);
  }
  stage.keep();
});
beforeEach(() => stage.reset());
afterAll(() => stage.dispose());

const findings = async (argv = ['verify', '--all']): Promise<Printed> => {
  const answer = await stage.owner.json(argv, { exit: 1 });
  expect(schemaProblems(answer)).toEqual([]);
  expect(answer.ok).toBe(false);
  return answer;
};
const told = (answer: Printed): string => JSON.stringify(answer.findings);

/** Flips a bit in a loose object, below git. */
function flipObject(name: string, place: string): string {
  const id = stage.git('rev-parse', '--verify', name);
  const path = join(stage.path, '.git', 'objects', id.slice(0, 2), id.slice(2));
  if (!existsSync(path)) unpack();
  const bytes = inflateSync(readFileSync(path));
  const at = bytes.indexOf(place) + place.length;
  bytes.writeUInt8(bytes.readUInt8(at) ^ 1, at);
  rmSync(path);
  writeFileSync(path, deflateSync(bytes));
  return id;
}

function unpack(): void {
  const packs = join(stage.path, '.git', 'objects', 'pack');
  for (const name of readdirSync(packs).filter((entry) => entry.endsWith('.pack'))) {
    const aside = stage.beside(name);
    renameSync(join(packs, name), aside);
    rmSync(join(packs, name.replace(/pack$/, 'idx')));
    stage.repository.gitBytes(stage.path, ['unpack-objects', '-q'], readFileSync(aside));
  }
}

/** Makes another carrier from the newest one, with one file of it changed, and moves the thread there. */
function replaceInCarrier(file: string, change: (text: string) => string): void {
  const bytes = (argv: readonly string[], input?: Uint8Array): string =>
    stage.repository.gitBytes(stage.path, argv, input).toString('latin1').trimEnd();
  const before = bytes(['cat-file', 'blob', `${THREAD}:${file}`]);
  const blob = bytes(['hash-object', '-w', '--stdin'], Buffer.from(change(before), 'latin1'));
  const tree = bytes(['ls-tree', THREAD]).replace(
    new RegExp(`blob [0-9a-f]+\t${file}$`, 'm'),
    `blob ${blob}\t${file}`,
  );
  const made = bytes(['mktree'], Buffer.from(`${tree}\n`, 'latin1'));
  const commit = bytes(['cat-file', 'commit', THREAD]).replace(/^tree .*$/m, `tree ${made}`);
  const carrier = bytes(
    ['hash-object', '-t', 'commit', '-w', '--stdin'],
    Buffer.from(`${commit}\n`, 'latin1'),
  );
  stage.git('update-ref', THREAD, carrier);
}

describe('verify', () => {
  itNeedsARepository(['verify']);

  it('finds nothing wrong, and counts what it looked at', async () => {
    const answer = await stage.owner.answer('verify', ['--all']);
    expect(schemaProblems(answer)).toEqual([]);
    expect(answer).toMatchObject({ ok: true, findings: [], checked: { states: 2 } });
    const { tombstones, ...counts } = answer.checked;
    expect(tombstones).toBe(0);
    for (const count of Object.values(counts)) expect(count).toBeGreaterThan(0);
    expect((await stage.owner.answer('verify')).ok).toBe(true);
  });

  it('works for somebody without keys', async () => {
    expect((await stage.person('auditor').json(['verify', '--all'])).ok).toBe(true);
  });

  it('names the log line of which one byte was flipped', async () => {
    const { operations } = await stage.owner.answer('oplog');
    const captured = found(operations.find(({ op }) => op === 'capture'));
    const path = stage.logFiles().find((name) => readFileSync(name, 'utf8').includes('"op":"capture"')) ?? '';
    const lines = readFileSync(path, 'utf8').split('\n');
    const index = lines.findIndex((line) => line.includes(`"seq":${captured.seq},`));
    lines[index] = (lines[index] ?? '').replace(
      /("at":"....-..-..T..:..:..\..)(.)/,
      (_, head: string, digit: string) => head + String(Number(digit) ^ 1),
    );
    writeFileSync(path, lines.join('\n'));
    const text = told(await findings());
    expect(text.includes(String(captured.id)) || text.includes(`line ${captured.seq}`)).toBe(true);
  });

  it('names the line that was dropped, and the sidecar that was changed', async () => {
    const [path = ''] = stage.logFiles();
    const lines = readFileSync(path, 'utf8').split('\n');
    writeFileSync(path, lines.toSpliced(1, 1).join('\n'));
    expect(told(await findings())).toMatch(/line/);
    stage.reset();
    const sidecar = path.replace(/\.jsonl$/, '.texts.jsonl');
    writeFileSync(
      sidecar,
      readFileSync(sidecar, 'utf8').replace('"resource":"acme/core', '"resource":"acme/cors'),
    );
    expect(told(await findings())).toMatch(/line|sidecar|texts/);
  });

  it('names the state whose object is damaged', async () => {
    const id = flipObject(`${THREAD}:state.json`, '"capturedAt":"2026-01-01T00:00:0');
    const text = told(await findings());
    expect(text.includes(id) || text.includes(state)).toBe(true);
    expect(told(await findings(['verify']))).toContain(id);
  });

  it('names the state whose carrier was rebuilt around a change, below the reach of git', async () => {
    replaceInCarrier('state.json', (text) => text.replace(/("confidence":)null/, '$1"0.99"'));
    expect(stage.gitCode('fsck', '--strict')).toBe(0);
    expect(told(await findings())).toMatch(/task\/login|hs-/);
  });

  it('notices another intent, another signature and files that the manifest does not have', async () => {
    for (const [file, change] of [
      ['texts.json', (text: string) => text.replace('"intent":null', '"intent":"forged"')],
      [
        'attestation.json',
        (text: string) => text.replace(/"sig":"(.)/, (_, c: string) => `"sig":"${c === 'A' ? 'B' : 'A'}`),
      ],
    ] as const) {
      stage.reset();
      replaceInCarrier(file, change);
      expect(told(await findings()), file).toMatch(/task\/login|hs-/);
    }
  });

  it('names the record of the authority chain that is damaged', async () => {
    const id = flipObject('refs/heddle/authority:record.json', '"at":"2026-01-01T00:00:0');
    expect(told(await findings())).toMatch(new RegExp(`${id}|refs/heddle/authority`));
  });

  it('notices a rolled back authority chain and a ref that no operation explains', async () => {
    stage.git('update-ref', 'refs/heddle/authority', 'refs/heddle/authority^');
    await findings();
    stage.reset();
    stage.git('update-ref', THREAD, `${THREAD}^`);
    expect(told(await findings())).toContain('task/login');
    stage.reset();
    stage.git('update-ref', 'refs/heddle/threads/task/planted', THREAD);
    expect(told(await findings())).toContain('task/planted');
  });

  it('is still clean in a copy of the repository', async () => {
    const copy = stage.beside('copy');
    copyTree(stage.path, copy);
    expect((await stage.owner.answer('verify', ['--all'], { cwd: copy })).ok).toBe(true);
  });

  it('refuses what it does not know', async () => {
    await expectRefusal(stage.owner, ['verify', '--everything'], { exit: 64, code: 'USAGE' });
  });
});
