import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
/**
 * Whether V8 refuses the code of each chunk, as it is and with a letter more. In a process that nobody set flags in: V8
 * refuses what was made under others, and tests that share this process load modules that set some.
 */
const REFUSED = `
  const { readFileSync } = require('node:fs');
  const [launcher, dist, compiled, ...names] = process.argv.slice(1);
  const { chunkScript } = require(launcher);
  const answer = names.map((name) => {
    const source = readFileSync(dist + '/' + name.split('/').at(-1), 'latin1');
    const cachedData = readFileSync(dist + '/' + compiled + '/' + name);
    return [source, source + ' '].map((code) => chunkScript(name, { source: code, cachedData }).cachedDataRejected);
  });
  process.stdout.write(JSON.stringify(answer));
`;

const WASM = ['biscuit_bg.wasm', 'blake3_js_bg.wasm'];

let root: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'heddle-build-'));
  for (const name of ['package.json', 'rolldown.config.mjs', 'scripts', 'bin']) {
    cpSync(join(ROOT, name), join(root, name), { recursive: true });
  }
  symlinkSync(join(ROOT, 'node_modules'), join(root, 'node_modules'));
  mkdirSync(join(root, 'src', 'commands'), { recursive: true });
  writeFileSync(join(root, 'src', 'main.ts'), `export const main = () => import('#commands/take.ts');`);
  writeFileSync(join(root, 'src', 'commands', 'take.ts'), `export const verb: string = 'take';`);
});

afterEach(() => rmSync(root, { recursive: true, force: true }));

function build() {
  return spawnSync(process.execPath, [join(root, 'scripts', 'build.mjs')], { encoding: 'utf8' });
}

function listDist(): string[] {
  return readdirSync(join(root, 'dist'));
}

function writeSums(corrupt: (sum: string) => string): void {
  const sums = WASM.map((name) => {
    const sum = createHash('sha256').update(readFileSync(join(root, 'dist', 'wasm', name)));
    return `${corrupt(sum.digest('hex'))}  ${name}\n`;
  });
  mkdirSync(join(root, 'wasm'), { recursive: true });
  writeFileSync(join(root, 'wasm', 'SHA256SUMS'), sums.join(''));
}

describe('the build', () => {
  it('gives each dynamically imported verb a file of its own', () => {
    expect(build()).toMatchObject({ status: 0, stderr: '' });
    expect(listDist().filter((name) => name.startsWith('take-'))).toHaveLength(1);
    expect(readFileSync(join(root, 'dist', 'main.cjs'), 'utf8')).not.toContain(`'take'`);
  });

  it('compiles every chunk for the Node that builds, which takes the code as it is', () => {
    writeFileSync(join(root, 'src', 'commands', 'take.ts'), `export const verb: string = 'a \u2026 letter';`);
    build();
    const whole = listDist().filter((name) => name.endsWith('.cjs') && name !== 'main.cjs');
    const compiled = join('compiled', `${process.version}-${process.arch}`);
    const verbs = ['blame', 'can', 'capture', 'hook', 'log', 'start', 'status'];
    // Of everyday verbs there is the code of what they run, too.
    expect(readdirSync(join(root, 'dist', compiled)).sort()).toEqual([...whole, ...verbs].sort());
    const ran = readdirSync(join(root, 'dist', compiled, 'can')).map((name) => `can/${name}`);
    expect([whole.length, ran.length]).not.toContain(0);
    const chunks = [...whole, ...ran];
    const argv = [join(root, 'bin', 'load-program.js'), join(root, 'dist'), compiled, ...chunks];
    const { stdout, stderr } = spawnSync(process.execPath, ['-e', REFUSED, ...argv], { encoding: 'utf8' });
    // Code of another chunk is not taken; only its length tells, so a chunk's name must tell its content.
    expect(stdout, stderr).toBe(JSON.stringify(chunks.map(() => [false, true])));
  });

  it('writes letters as they can be read byte by byte', () => {
    writeFileSync(join(root, 'src', 'commands', 'take.ts'), `export const verb: string = 'a \u2026 letter';`);
    build();
    const [name = ''] = listDist().filter((entry) => entry.startsWith('take-'));
    const source = readFileSync(join(root, 'dist', name), 'utf8');
    expect(source).toContain(String.raw`'a \u2026 letter'`.replaceAll("'", '"'));
    expect(source).toMatch(/^[\0-\x7f]*$/);
  });

  it('leaves alone what did not change, and removes what is stale', () => {
    build();
    const before = statSync(join(root, 'dist', 'main.cjs'), { bigint: true });
    writeFileSync(join(root, 'dist', 'stale-0000.cjs'), '');
    expect(build().status).toBe(0);
    expect(statSync(join(root, 'dist', 'main.cjs'), { bigint: true }).mtimeNs).toBe(before.mtimeNs);
    expect(existsSync(join(root, 'dist', 'stale-0000.cjs'))).toBe(false);
  });

  it('copies the wasm modules when their sums are the recorded ones', () => {
    build();
    writeSums((sum) => sum);
    expect(build().status).toBe(0);
    expect(readdirSync(join(root, 'dist', 'wasm')).sort()).toEqual(WASM);
  });

  it('fails when a wasm module differs from its recorded sum', () => {
    build();
    writeSums((sum) => sum.replace(/^./, (digit) => (digit === '0' ? '1' : '0')));
    const { status, stderr } = build();
    expect(status).not.toBe(0);
    expect(stderr).toContain('SHA256SUMS');
  });
});
