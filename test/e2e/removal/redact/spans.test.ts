import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { scan } from '../../../support/byte-scanner/scan.ts';
import { normalise } from '../../../support/cli/normalise.ts';
import { story } from '../../../support/cli/run-heddle.ts';
import { schemaProblems } from '../../../support/cli/schemas.ts';
import { found, Stage } from '../../../support/cli/stage.ts';
import { expectDenial, expectRefusal } from '../../../support/cli/verb-contract.ts';

const SECRET = 'AKIA-6f1d0c2b7e-never-again';
const WHY = ['--reason', 'a key was captured', '--code', 'credential'];
const PEM = ['-----BEGIN KEY-----', 'bWFpbC1rZXk6NmYx', 'ZDBjMmI3ZS1uZXZl', '-----END KEY-----'].join('\n');
const CONFIG = `import x\nconst key = "${SECRET}"\nconst a = 1\n`;
const SECOND = 'SG-9c41aa-second-secret';
const REST = `rest with ${SECOND} in it`;
const KEY = `intro\n${PEM}\n${REST}\n`;
const WIDE = Buffer.from(`\ufeff${KEY}`, 'utf16le');
const BINARY = Buffer.concat([Buffer.from([0, 1, 2]), Buffer.from(SECRET), Buffer.from([0xff, 0, 0xfe])]);

let stage: Stage;
let states: readonly string[];
beforeAll(async () => {
  stage = await new Stage().withDev();
  stage.write('config.ts', 'import x\nconst a = 1\n');
  await stage.dev.ok(['capture', '-m', 'first']);
  stage.write('config.ts', CONFIG);
  stage.repository.write(Buffer.from('odd "name"\n', 'latin1'), CONFIG);
  stage.write('key.pem', KEY);
  stage.write('crlf.pem', KEY.replaceAll('\n', '\r\n'));
  stage.repository.write(Buffer.from('wide.pem'), WIDE);
  stage.repository.write(Buffer.from('data.bin'), BINARY);
  await stage.dev.ok(['capture', '-m', 'second']);
  stage.write('config.ts', `${CONFIG}// more\n`);
  await stage.dev.ok(['capture', '-m', 'third']);
  states = (await stage.dev.answer('log')).states.map(({ state }) => state).toReversed();
  stage.keep();
});
beforeEach(() => stage.reset());
afterAll(() => stage.dispose());

const onDisk = (path: string): Buffer => readFileSync(join(stage.path, path));
const scanned = (secret: string) => scan({ directories: [stage.path], secrets: { secret } }).findings;

async function redactBytes(secret: string, argv: readonly string[]): Promise<string> {
  const answer = await stage.owner.answer('redact', ['--match-file', '-', ...argv, ...WHY], {
    stdin: `${secret}\n`,
  });
  expect(schemaProblems(answer)).toEqual([]);
  return String(answer.tombstone);
}

describe('redact of parts, as it is typed', () => {
  it('is refused where it cannot be meant, and nothing is written', async () => {
    const before = stage.footprint();
    const refused: readonly (readonly [readonly string[], string, number?])[] = [
      [['config.ts', '--lines', '2', '--all'], ''],
      [['config.ts', '--lines', '2-1'], ''],
      [['config.ts', '--lines', '2', '--match-file', '-'], ''],
      [['--lines', '2'], ''],
      [['--match-file', '-', '--all'], SECRET],
      [['config.ts', '--match-file', '-'], ''],
      [['config.ts', '--match-file', '-'], 'AKI\n'],
      [['config.ts', '--match-file', '-'], 'redacted'],
      [['config.ts', '--match-file', '-'], 'not in it at all', 65],
      [['config.ts', '--lines', '9'], '', 65],
      [['data.bin', '--lines', '1'], '', 65],
    ];
    for (const [argv, stdin, exit = 64] of refused) {
      const run = await stage.owner.run(['redact', ...argv, ...WHY], { stdin });
      expect(run.exit, story(run)).toBe(exit);
      if (stdin.length > 8) expect(story(run)).not.toContain(stdin);
    }
    expect(stage.footprint()).toEqual(before);
    expect(stage.leftovers()).toEqual([]);
  });

  it('is denied below maintainer, and the secret is in no answer', async () => {
    await expectDenial(stage, stage.dev, {
      argv: ['redact', 'config.ts', '--lines', '2', ...WHY],
      code: 'ROLE_INSUFFICIENT',
    });
  });

  it('tells nobody who may not read whether a guess stands anywhere', async () => {
    const stranger = stage.person('stranger');
    await stranger.ok(['key', 'new', '--no-passphrase', '--principal', 'stranger@example.com']);
    for (const more of [[], ['--dry-run']]) {
      const [right, wrong] = [SECRET, `${SECRET}-not`].map((stdin) =>
        stranger.run(['redact', '--match-file', '-', ...more, ...WHY], { stdin }),
      );
      const [told, other] = [found(await right), found(await wrong)];
      expect(told.exit, story(told)).toBe(77);
      const plain = (text: string): string => text.replaceAll(/ho-[0-9a-z]+/g, 'ho');
      expect(plain(told.stderr)).toBe(plain(other.stderr));
    }
  });

  it('takes no second cut at a content: the refusal says what to do', async () => {
    await stage.owner.ok(['redact', 'config.ts', '--lines', '2', ...WHY]);
    const argv = ['redact', 'config.ts', '--lines', '1', ...WHY];
    await expectRefusal(stage.owner, argv, { exit: 65, code: 'NOT_REDACTABLE' });
    expect((await stage.owner.run(argv)).stderr).toContain('undo that');
  });
});

describe('redact --lines', () => {
  it('leaves one masked line, keeps the rest, and says first what matters most', async () => {
    const { stdout, stderr } = await stage.owner.ok(['redact', 'config.ts', '--lines', '2', ...WHY]);
    expect(normalise(stdout.replaceAll(stage.path, '<stage>'), stage.root)).toMatchSnapshot();
    // The state before has the line too, in another content.
    expect(stderr).toContain('config.ts held 1 other content with the same in it in 2 states');
    expect(onDisk('config.ts').toString()).toMatch(
      /^import x\n\[redacted hr-\w{52}\]\nconst a = 1\n\/\/ more\n$/,
    );
  });
});

describe('redact --match-file', () => {
  it('without a path hides a secret in every file of every state, whatever the reader, and undo brings it back', async () => {
    const tombstone = await redactBytes(SECRET, []);
    const mask = `[redacted ${tombstone}]`;
    expect(onDisk('config.ts').toString()).toBe(`${CONFIG}// more\n`.replace(SECRET, mask));
    expect(onDisk('odd "name"\n').toString()).toBe(CONFIG.replace(SECRET, mask));
    expect(onDisk('data.bin').toString('latin1')).toBe(BINARY.toString('latin1').replace(SECRET, mask));
    expect(onDisk('key.pem').toString()).toBe(KEY);
    const blame = await stage.dev.answer('blame', ['config.ts']);
    expect(schemaProblems(blame)).toEqual([]);
    expect(blame.lines.map(({ text, state }) => [text, states.indexOf(state ?? '')])).toEqual([
      ['import x', 0],
      [`const key = "${mask}"`, 1],
      ['const a = 1', 0],
      ['// more', 2],
    ]);
    expect(blame.redacted).toMatchObject([{ path: 'config.ts', tombstone, reason: 'a key was captured' }]);
    const show = await stage.dev.answer('show', [found(states[2])]);
    expect(show.patch).toContain(mask);
    expect(show.patch).toContain('+// more');
    const diff = await stage.dev.answer('diff', [found(states[0]), found(states[1])]);
    expect(diff.redacted.map(({ tombstone: by }) => by)).toContain(tombstone);
    const log = await stage.dev.answer('log', ['--path', 'config.ts']);
    expect(log.states.map(({ state }) => state)).toEqual(states.toReversed());
    stage.write('config.ts', 'gone\n');
    await stage.dev.ok(['restore', '--from', found(states[1]), '--', 'config.ts']);
    expect(onDisk('config.ts').toString()).toBe(CONFIG.replace(SECRET, mask));
    for (const answer of [blame, show, diff, log]) expect(JSON.stringify(answer)).not.toContain(SECRET);
    expect((await stage.owner.answer('verify', ['--all'])).findings).toEqual([]);
    expect((await stage.owner.answer('tombstone-verify')).findings).toEqual([]);
    stage.git('fsck', '--full', '--no-dangling');
    const { operations } = await stage.owner.answer('oplog');
    const redaction = found(operations.find(({ op }) => op === 'redact'));
    await stage.owner.ok(['undo', redaction.id]);
    expect(onDisk('odd "name"\n').toString()).toBe(CONFIG);
    expect(onDisk('data.bin').equals(BINARY)).toBe(true);
    expect((await stage.owner.answer('verify', ['--all'])).findings).toEqual([]);
  });

  it('takes a secret of many lines out of files with either end of line and of UTF-16, and a purge ends it', async () => {
    expect(scanned(PEM.slice(20, 50))).not.toEqual([]);
    const tombstone = await redactBytes(PEM, []);
    const mask = `[redacted ${tombstone}]`;
    expect(onDisk('key.pem').toString()).toBe(`intro\n${mask}\n${REST}\n`);
    expect(onDisk('crlf.pem').toString()).toBe(`intro\r\n${mask}\r\n${REST}\r\n`);
    expect(onDisk('wide.pem').toString('utf16le')).toBe(`\ufeffintro\n${mask}\n${REST}\n`);
    const answer = await stage.owner.answer('purge', [tombstone, '--yes']);
    expect(answer).toMatchObject({ outcome: 'complete', residue: [] });
    expect(scanned(PEM.slice(20, 50))).toEqual([]);
    expect(scanned(PEM.replaceAll('\n', '\r\n'))).toEqual([]);
    expect(onDisk('key.pem').toString()).toBe(`intro\n${mask}\n${REST}\n`);
    const second = await redactBytes(SECOND, []);
    const later = `[redacted ${second}]`;
    const left = `intro\n${later}\n${REST.replace(SECOND, later)}\n`;
    expect(onDisk('key.pem').toString()).toBe(left);
    expect(onDisk('wide.pem').toString('utf16le')).toBe(`\ufeff${left}`);
    const show = await stage.dev.answer('show', [found(states[1])]);
    expect(show.patch).toContain(`+${REST.replace(SECOND, later)}`);
    const blame = await stage.dev.answer('blame', ['key.pem']);
    expect(blame.lines.map(({ state }) => states.indexOf(state ?? ''))).toEqual([1, 1, 1]);
    expect(await stage.owner.answer('purge', [second, '--yes'])).toMatchObject({ outcome: 'complete' });
    for (const secret of [PEM.slice(20, 50), SECOND]) expect(scanned(secret)).toEqual([]);
    expect((await stage.owner.answer('verify', ['--all'])).findings).toEqual([]);
    expect((await stage.owner.answer('tombstone-verify')).findings).toEqual([]);
    stage.git('fsck', '--full', '--no-dangling');
  });
});

describe('a purge of parts', () => {
  it('is incomplete while another content holds them, and says where', async () => {
    const { tombstone } = await stage.owner.answer('redact', ['config.ts', '--lines', '2', ...WHY]);
    const first = await stage.owner.answer('purge', [String(tombstone), '--yes'], { exit: 1 });
    expect(first.outcome).toBe('incomplete');
    expect(first.residue.length).toBeGreaterThan(0);
    const rest = await redactBytes(SECRET, []);
    expect((await stage.owner.answer('purge', [rest, '--yes'])).outcome).toBe('complete');
    expect((await stage.owner.answer('purge', [String(tombstone), '--yes'])).outcome).toBe('complete');
    expect(scanned(SECRET)).toEqual([]);
  });
});
