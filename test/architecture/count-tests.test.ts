import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const CI = fileURLToPath(new URL('../../.ci/count-tests.mjs', import.meta.url));

let base: string;
let root: string;

beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), 'heddle-count-'));
  root = join(base, 'checkout');
  mkdirSync(join(root, 'test', 'conformance'), { recursive: true });
  mkdirSync(join(base, 'shared', 'data'), { recursive: true });
  cpSync(CI, join(root, '.ci', 'count-tests.mjs'));
  writeFileSync(join(root, 'test', 'conformance', 'blake3.test.ts'), '');
});

afterEach(() => rmSync(base, { recursive: true, force: true }));

interface FileResult {
  readonly name: string;
  readonly status?: string;
  readonly tests: readonly string[];
}

function count(files: readonly FileResult[], env: Record<string, string> = { CI: 'true' }) {
  const testResults = files.map(({ name, status = 'passed', tests }) => ({
    name: join(root, 'test', name),
    status,
    assertionResults: tests.map((outcome) => ({ status: outcome })),
  }));
  const path = join(base, 'tests.json');
  writeFileSync(path, JSON.stringify({ testResults }));
  const argv = [join(root, '.ci', 'count-tests.mjs'), path];
  const { status, stdout } = spawnSync(process.execPath, argv, { encoding: 'utf8', env });
  return { status, stdout };
}

const VECTORS: FileResult = { name: 'conformance/blake3.test.ts', tests: ['passed'] };
const UNIT: FileResult = { name: 'unit/id.test.ts', tests: ['passed', 'passed'] };

describe('the count of tests', () => {
  it('is the whole output, and succeeds when all passed', () => {
    expect(count([UNIT, VECTORS])).toEqual({ status: 0, stdout: '3 passed, 0 failed\n' });
  });

  it('fails when one failed', () => {
    const failing: FileResult = { name: 'unit/a.test.ts', status: 'failed', tests: ['passed', 'failed'] };
    expect(count([failing, VECTORS])).toEqual({ status: 1, stdout: '2 passed, 1 failed\n' });
  });

  it('counts a file that did not load as a failure', () => {
    const broken: FileResult = { name: 'unit/a.test.ts', status: 'failed', tests: [] };
    expect(count([UNIT, VECTORS, broken])).toEqual({ status: 1, stdout: '3 passed, 1 failed\n' });
  });

  it('fails when nothing ran', () => {
    expect(count([])).toEqual({ status: 1, stdout: '0 passed, 0 failed\n' });
  });

  it.each([
    ['skipped', [{ ...VECTORS, tests: ['passed', 'skipped'] }]],
    ['left out', []],
    ['empty', [{ ...VECTORS, tests: [] }]],
  ])('fails when a conformance file is %s though its vectors are there', (_how, conformance) => {
    expect(count([UNIT, ...conformance]).status).toBe(1);
    expect(count([UNIT, ...conformance], {}).status).toBe(0);
    rmSync(join(base, 'shared'), { recursive: true });
    expect(count([UNIT, ...conformance]).status).toBe(0);
  });
});
