import { spawnSync } from 'node:child_process';
import {
  chownSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const BIN = fileURLToPath(new URL('../../bin', import.meta.url));
const CACHE_REPORTER = `import module from 'node:module';
  module.enableCompileCache = (directory) => console.error('cache ' + directory);`;

let root: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'heddle-launcher-'));
  cpSync(BIN, join(root, 'bin'), { recursive: true });
  writeFileSync(join(root, 'package.json'), '{"type":"module"}');
  mkdirSync(join(root, 'dist'));
  writeFileSync(join(root, 'dist', 'main.cjs'), `exports.main = require('./part-0.cjs').run;`);
  const program = `exports.run = async () => { console.log('ran'); process.exitCode = 3; };`;
  writeFileSync(join(root, 'dist', 'part-0.cjs'), program);
});

afterEach(() => rmSync(root, { recursive: true, force: true }));

/** Runs the copied launcher, with `preload` evaluated before it as a module. */
function launch(options: { readonly env?: Record<string, string>; readonly preload?: string } = {}) {
  const { preload } = options;
  const before =
    preload === undefined ? [] : ['--import', `data:text/javascript,${encodeURIComponent(preload)}`];
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [...before, join(root, 'bin', 'heddle.js')],
    {
      encoding: 'utf8',
      env: { HOME: join(root, 'home'), ...options.env },
    },
  );
  return { status, stdout, stderr };
}

describe('the launcher', () => {
  it('runs the built program, which sets the exit code', () => {
    expect(launch()).toEqual({ status: 3, stdout: 'ran\n', stderr: '' });
  });

  it('stops with 78 when nothing is built', () => {
    rmSync(join(root, 'dist'), { recursive: true });
    const { status, stdout, stderr } = launch();
    expect({ status, stdout }).toEqual({ status: 78, stdout: '' });
    expect(stderr).toContain('npm run build');
  });

  it.each(['18.20.4', '20.18.3'])('stops with 78 on Node %s', (version) => {
    const preload = `Object.defineProperty(process, 'versions', { value: { node: '${version}' } });`;
    const { status, stdout, stderr } = launch({ preload });
    expect({ status, stdout }).toEqual({ status: 78, stdout: '' });
    expect(stderr).toContain('20.19');
  });

  it.each(['20.19.0', '22.0.0', '24.21.0'])('runs on Node %s', (version) => {
    const preload = `Object.defineProperty(process, 'versions', { value: { node: '${version}' } });`;
    expect(launch({ preload })).toMatchObject({ status: 3, stdout: 'ran\n' });
  });

  it('loads a module of Node’s when something of it is asked for', () => {
    const program = `const zlib = require('node:zlib');
      const loaded = () => process.moduleLoadList.includes('NativeModule zlib');
      exports.run = () => console.log(loaded(), typeof zlib.inflateSync, 'inflateSync' in zlib, loaded());`;
    writeFileSync(join(root, 'dist', 'part-0.cjs'), program);
    mkdirSync(join(root, 'dist', 'compiled', `${process.version}-${process.arch}`), { recursive: true });
    expect(launch()).toEqual({ status: 0, stdout: 'false function true true\n', stderr: '' });
  });

  it('takes what this Node compiled before, and no cache', () => {
    mkdirSync(join(root, 'dist', 'compiled', `${process.version}-${process.arch}`), { recursive: true });
    const env = { HEDDLE_HOME: join(root, 'own') };
    expect(launch({ env, preload: CACHE_REPORTER })).toEqual({ status: 3, stdout: 'ran\n', stderr: '' });
    expect(existsSync(join(root, 'own'))).toBe(false);
  });

  it('runs what is written, whatever stands where compiled code is kept', () => {
    const compiled = join(root, 'dist', 'compiled', `${process.version}-${process.arch}`);
    mkdirSync(compiled, { recursive: true });
    for (const name of ['main.cjs', 'part-0.cjs']) writeFileSync(join(compiled, name), 'no code of V8');
    expect(launch()).toEqual({ status: 3, stdout: 'ran\n', stderr: '' });
  });

  it.each([
    [{ HEDDLE_HOME: 'own' }, 'own/cache/v8'],
    [{ XDG_CACHE_HOME: 'xdg' }, 'xdg/heddle/v8'],
    [{}, 'home/.cache/heddle/v8'],
  ])('keeps compiled code private to the user, given %j', (names, expected) => {
    const env = Object.fromEntries(Object.entries(names).map(([name, path]) => [name, join(root, path)]));
    const open = join(root, expected);
    mkdirSync(open, { recursive: true, mode: 0o777 });
    expect(launch({ env, preload: CACHE_REPORTER })).toMatchObject({ status: 3, stderr: `cache ${open}\n` });
    expect(statSync(open).mode & 0o777).toBe(0o700);
  });

  it.skipIf(process.getuid?.() !== 0)(
    'runs without a cache in a directory of another user, root as well',
    () => {
      const theirs = join(root, 'theirs', 'cache', 'v8');
      mkdirSync(theirs, { recursive: true });
      chownSync(theirs, 12_345, 12_345);
      const env = { HEDDLE_HOME: join(root, 'theirs') };
      expect(launch({ env, preload: CACHE_REPORTER })).toEqual({ status: 3, stdout: 'ran\n', stderr: '' });
    },
  );

  it('runs without a cache where none can be written', () => {
    writeFileSync(join(root, 'file'), '');
    const env = { HEDDLE_HOME: join(root, 'file') };
    expect(launch({ env, preload: CACHE_REPORTER })).toEqual({ status: 3, stdout: 'ran\n', stderr: '' });
  });
});
