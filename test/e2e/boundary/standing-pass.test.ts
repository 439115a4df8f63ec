import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ANY_CASE_WORD, KEY_FILE_TYPES, SUSPECT_WORDS } from '#domain/secrets/suspect-words.ts';
import { Stage, type Person } from '../../support/cli/stage.ts';
import { githubToken, secretShapes } from '../../support/secrets/secret-shapes.ts';

/*
 * A person who was let pass is let pass again by the shell alone. Whether heddle was started is told by a node of the
 * hook's that writes a line first.
 */

let stage: Stage;
beforeAll(async () => {
  stage = await new Stage().withDev();
  stage.write('src/a.ts', 'a\n');
  stage.git('add', '.');
  stage.git('commit', '-q', '-m', 'first');
  await stage.owner.ok(['grant', 'add', 'dev@example.com', 'developer', 'acme/core@heads/main']);
  await stage.dev.ok(['hook', 'install']);
  countStarts();
  commitAs(stage.dev, 'second');
  expect(starts()).toBe(1);
  forget();
  stage.keep();
});
beforeEach(() => {
  stage.reset();
  // What was made in this second is not older than a note of this second.
  for (const name of ['keys', 'credentials']) age(join(stage.dev.env['HEDDLE_HOME'] ?? '', 'data', name));
});
afterAll(() => stage.dispose());

const inGit = (name: string): string => join(stage.path, '.git', name);
const note = (): string => inGit('heddle/hook-standing');

function age(path: string): void {
  utimesSync(path, new Date(0), new Date(0));
}

function countStarts(): void {
  const [hook, node] = [inGit('hooks/pre-commit'), inGit('counting-node')];
  const count = `#!/bin/sh\necho >>'${inGit('starts')}'\nexec '${process.execPath}' "$@"\n`;
  writeFileSync(node, count, { mode: 0o755 });
  writeFileSync(hook, readFileSync(hook, 'utf8').replace(/^node=.*$/m, `node='${node}'`));
}

function starts(): number {
  return existsSync(inGit('starts')) ? readFileSync(inGit('starts'), 'utf8').length : 0;
}

function forget(): void {
  rmSync(inGit('starts'), { force: true });
}

interface Committing {
  readonly env?: Readonly<Record<string, string>>;
  readonly args?: readonly string[];
  readonly at?: string;
}

/** Commits with all hooks, as somebody does; gives the exit code and what was said. */
function commitAs(person: Person, content: string | Buffer, { env, args = [], at }: Committing = {}) {
  const path = at ?? 'src/a.ts';
  mkdirSync(join(stage.path, path, '..'), { recursive: true });
  writeFileSync(join(stage.path, path), content);
  stage.git('add', '-A');
  const argv = ['commit', '-q', '-m', 'more', ...args];
  const { status, stderr } = spawnSync('git', argv, {
    cwd: stage.path,
    env: { ...person.env, ...env },
    encoding: 'utf8',
  });
  return { exit: status, stderr };
}

const PASSED = { exit: 0, stderr: '' };

describe('a person who was let pass', () => {
  it('is let pass by the shell alone, in whatever way git commits', async () => {
    expect(commitAs(stage.dev, 'third\n')).toEqual(PASSED);
    expect(commitAs(stage.dev, 'fourth\n', { args: ['--amend'] })).toEqual(PASSED);
    expect(commitAs(stage.dev, 'other\n', { at: 'odd "name"\tü\n.txt' })).toEqual(PASSED);
    stage.write('src/a.ts', 'by path\n');
    stage.write('src/b.ts', 'not this\n');
    expect(commitAs(stage.dev, 'not this\n', { at: 'src/b.ts', args: ['--', 'src/a.ts'] })).toEqual(PASSED);
    expect(stage.git('show', '--name-only', '--format=')).toBe('src/a.ts');
    rmSync(join(stage.path, 'src/a.ts'));
    symlinkSync('b.ts', join(stage.path, 'src/link'));
    expect(commitAs(stage.dev, Buffer.from([0, 1, 0, 255, 10, 0]), { at: 'image.bin' })).toEqual(PASSED);
    expect(commitAs(stage.dev, 'an @ and a secret and a link\n')).toEqual(PASSED);
    expect(starts()).toBe(0);
    const said = await stage.owner.answer('verify', ['--all']);
    expect(said.findings).toEqual([]);
  });

  it('is asked about again where a branch is another one, unborn, or left', () => {
    stage.git('branch', 'topic');
    stage.git('symbolic-ref', 'HEAD', 'refs/heads/topic');
    expect(commitAs(stage.dev, 'on topic\n').exit).not.toBe(0);
    stage.git('checkout', '-q', '--detach');
    commitAs(stage.dev, 'nowhere\n');
    expect(starts()).toBe(2);
  });

  it.each([
    ['CLAUDECODE', '1'],
    ['CODEX_SANDBOX', '1'],
    ['AI_AGENT', '1'],
    ['HEDDLE_CREDENTIAL', '/nowhere'],
    ['HEDDLE_PRINCIPAL', 'somebody@example.com'],
    ['HEDDLE_HOME', '/nowhere'],
  ])('is another one where %s is %s', (name, value) => {
    expect(commitAs(stage.dev, 'more\n', { env: { [name]: value } }).exit).not.toBe(0);
    expect(starts()).toBe(1);
  });

  it.each(['HEDDLE_AGENT', 'HEDDLE_AGENT_MODEL'])('is asked about again where %s is said', (name) => {
    commitAs(stage.dev, 'more\n', { env: { [name]: 'm' } });
    expect(starts()).toBe(1);
  });

  it('gets no note where only some paths are allowed', async () => {
    rmSync(note());
    const grants = await stage.owner.answer('grant-list');
    for (const { id, principal } of grants.grants)
      if (principal === 'dev@example.com') await stage.owner.ok(['grant', 'remove', id]);
    await stage.owner.ok(['grant', 'add', 'dev@example.com', 'developer', 'acme/core@heads/main:src']);
    expect(commitAs(stage.dev, 'more\n')).toEqual(PASSED);
    expect(existsSync(note())).toBe(false);
    expect(commitAs(stage.dev, 'more\n', { at: 'beside.ts' }).exit).not.toBe(0);
  });

  it('is held by what the authority says since', async () => {
    await stage.owner.ok(['freeze']);
    const refused = commitAs(stage.dev, 'more\n');
    expect(refused.exit).not.toBe(0);
    expect(refused.stderr).toContain('the repository was frozen');
    await stage.owner.ok(['unfreeze']);
    expect(commitAs(stage.dev, 'more\n')).toEqual(PASSED);
    expect(commitAs(stage.dev, 'even more\n')).toEqual(PASSED);
    expect(starts()).toBe(2);
  });

  it('is asked about again where something was removed, and gets no note any more', async () => {
    stage.write('src/leak.ts', 'const a = 1;\n');
    await stage.dev.ok(['capture', '-m', 'leak']);
    await stage.owner.ok(['redact', 'src/leak.ts', '--reason', 'leak']);
    commitAs(stage.dev, 'more\n');
    commitAs(stage.dev, 'even more\n');
    expect(starts()).toBe(2);
  });

  it.each([
    ['until', (lines: string[]) => (lines[1] = '1000000000')],
    ['of another text', (lines: string[]) => (lines[0] = '0123456789abcdef')],
    ['of another object', (lines: string[]) => (lines[3] = '0'.repeat(40))],
    ['of another home', (lines: string[]) => (lines[4] = '/nowhere')],
    ['cut off', (lines: string[]) => lines.splice(3)],
    ['no number', (lines: string[]) => (lines[1] = 'never')],
  ])('is asked about again by a note that is %s', (_, edit) => {
    const lines = readFileSync(note(), 'utf8').split('\n');
    edit(lines);
    writeFileSync(note(), lines.join('\n'));
    expect(commitAs(stage.dev, 'more\n')).toEqual(PASSED);
    expect(starts()).toBe(1);
    expect(readFileSync(note(), 'utf8')).not.toBe(lines.join('\n'));
  });

  it('is asked about again when keys or credentials came or went', async () => {
    await stage.dev.ok(['login']);
    expect(commitAs(stage.dev, 'more\n')).toEqual(PASSED);
    expect(starts()).toBe(1);
  });
});

describe('what has a word of a secret', () => {
  it.each(secretShapes())('is looked at by heddle: $rule in $name', ({ text, name }) => {
    const refused = commitAs(stage.dev, text, { at: name });
    expect(refused.exit).not.toBe(0);
    expect(refused.stderr).toContain('looks like a secret');
    expect(starts()).toBe(1);
  });

  it('is looked at in UTF-16, and between bytes that are no text', () => {
    const text = `token = ${githubToken()}\n`;
    const [little, big] = [Buffer.from(`\uFEFF${text}`, 'utf16le'), Buffer.from(`\uFEFF${text}`, 'utf16le')];
    const contents = [little, big.swap16(), Buffer.concat([Buffer.from([0, 255, 0]), Buffer.from(text)])];
    for (const content of contents) expect(commitAs(stage.dev, content).exit).not.toBe(0);
    expect(starts()).toBe(contents.length);
  });

  it('is looked at by heddle, whichever word it is', () => {
    const texts = [
      ...SUSPECT_WORDS.map((words) => words.toReversed().join('\n')),
      ANY_CASE_WORD.toUpperCase().replace('HTTPS', 'https'),
      ...KEY_FILE_TYPES.map((type) => `"type":"${type}"`),
    ];
    for (const [at, text] of texts.entries()) {
      expect(commitAs(stage.dev, `${text}\n`)).toEqual(PASSED);
      expect(starts(), text).toBe(at + 1);
    }
    expect(commitAs(stage.dev, '{}\n', { at: 'escaped.json' })).toEqual(PASSED);
    expect(starts()).toBe(texts.length + 1);
  });

  it('is not looked at beyond what a shell should go through', () => {
    for (let at = 0; at < 200; at += 1) stage.write(`many/${at}.txt`, `${at}\n`);
    expect(commitAs(stage.dev, 'more\n')).toEqual(PASSED);
    expect(starts()).toBe(1);
  });
});

describe('what git and grep do not tell', () => {
  const secret = (): string => `token = ${githubToken()}\n`;

  it.each(['content', 'commit'])('is looked at by heddle where another %s was put in its place', (kind) => {
    stage.write('src/a.ts', secret());
    stage.git('add', '-A');
    const standIn =
      kind === 'commit'
        ? ['HEAD', stage.git('commit-tree', stage.git('write-tree'), '-m', 'x').trim()]
        : [':src/a.ts', 'HEAD:src/a.ts'];
    stage.git('replace', ...standIn);
    const refused = commitAs(stage.dev, secret());
    expect(refused.exit).not.toBe(0);
    expect(refused.stderr).toContain('looks like a secret');
    expect(starts()).toBe(1);
  });

  it('is looked at by heddle where a content is not here', () => {
    stage.write('src/a.ts', secret());
    stage.git('add', '-A');
    const id = stage.git('rev-parse', ':src/a.ts').trim();
    rmSync(inGit(`objects/${id.slice(0, 2)}/${id.slice(2)}`));
    stage.git('config', 'core.repositoryFormatVersion', '1');
    stage.git('config', 'extensions.partialClone', 'origin');
    stage.git('config', 'remote.origin.url', join(stage.path, 'nowhere'));
    stage.git('config', 'remote.origin.promisor', 'true');
    const { status } = spawnSync('git', ['commit', '-q', '-m', 'more'], {
      cwd: stage.path,
      env: { ...stage.dev.env, GIT_NO_LAZY_FETCH: '1' },
    });
    expect(status).not.toBe(0);
    expect(starts()).toBe(1);
  });

  it.each([
    ['date', 'exit 0'],
    ['grep', 'exit 1'],
    ['grep', 'exit 2'],
    ['grep', 'kill -9 $$'],
    ['tr', 'exit 0'],
    ['tr', 'kill -9 $$'],
    ['tr', 'exec head -c 60'],
  ])('is looked at by heddle where %s does: %s', (name, text) => {
    const tools = inGit('tools');
    mkdirSync(tools);
    writeFileSync(join(tools, name), `#!/bin/sh\n${text}\n`, { mode: 0o755 });
    const env = { PATH: `${tools}:${stage.dev.env['PATH']}` };
    expect(commitAs(stage.dev, secret(), { env }).exit).not.toBe(0);
    expect(starts()).toBe(1);
  });

  it.each(['a note', 'no note'])('is looked at in an index beside another work tree, with %s', (noted) => {
    if (noted === 'no note') rmSync(note());
    const beside = inGit('beside');
    mkdirSync(beside);
    writeFileSync(join(beside, 'a.ts'), secret());
    const env = { ...stage.dev.env, GIT_DIR: inGit(''), GIT_WORK_TREE: beside, GIT_INDEX_FILE: 'its-index' };
    const inBeside = (...args: string[]) => spawnSync('git', args, { cwd: beside, env, encoding: 'utf8' });
    expect(inBeside('add', 'a.ts').status).toBe(0);
    const refused = inBeside('commit', '-q', '-m', 'more');
    expect(refused.stderr).toContain('looks like a secret');
    expect(starts()).toBe(1);
  });

  it('is not told by a content that says what git says last', () => {
    expect(commitAs(stage.dev, 'the..last missing\n')).toEqual(PASSED);
    expect(starts()).toBe(1);
  });
});

describe('a note', () => {
  const credentials = (): string => join(stage.dev.env['HEDDLE_HOME'] ?? '', 'data/credentials');

  it('is as old as what it tells, where credentials come or go while it is written', () => {
    rmSync(note());
    const slowly = inGit('slowly.cjs');
    writeFileSync(
      slowly,
      `const fs = require('node:fs');
      const write = fs.writeFileSync;
      fs.writeFileSync = (path, ...more) => {
        if (String(path).includes('hook-standing')) {
          fs.utimesSync(${JSON.stringify(credentials())}, new Date(), new Date());
          Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1100);
        }
        return write(path, ...more);
      };`,
    );
    expect(commitAs(stage.dev, 'more\n', { env: { NODE_OPTIONS: `--require=${slowly}` } })).toEqual(PASSED);
    expect(existsSync(note())).toBe(true);
    expect(commitAs(stage.dev, 'even more\n')).toEqual(PASSED);
    expect(starts()).toBe(2);
  });

  it('is not left for a home whose place depends on where somebody stands', () => {
    rmSync(note());
    const env = { HEDDLE_HOME: relative(stage.path, stage.dev.env['HEDDLE_HOME'] ?? '') };
    expect(commitAs(stage.dev, 'more\n', { env })).toEqual(PASSED);
    expect(existsSync(note())).toBe(false);
  });
});
