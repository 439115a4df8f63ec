import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { codeBlocks } from '../support/docs/markdown.ts';

const ROOT = join(import.meta.dirname, '../..');
const STEPS = codeBlocks(readFileSync(join(ROOT, 'README.md'), 'utf8')).filter(({ note }) =>
  note.startsWith('quickstart'),
);

let place = '';

beforeAll(() => {
  place = realpathSync(mkdtempSync(join(tmpdir(), 'heddle-readme-')));
});
afterAll(() => {
  rmSync(place, { recursive: true, force: true });
});

/** The script as somebody types it; each block must end as its note says. */
function scriptOf(steps: typeof STEPS): string {
  const blocks = steps.map(({ body, note }, index) => {
    const expected = /exit=(\d+)/.exec(note)?.[1] ?? '0';
    return expected === '0'
      ? `${body}`
      : `set +e\n${body}code=$?\nset -e\n[ $code = ${expected} ] || { echo "block ${index} ended with $code" >&2; exit 99; }`;
  });
  return ['set -eu', 'heddle() { "$NODE" "$PROGRAM" "$@"; }', ...blocks].join('\n');
}

function run(script: string): {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
} {
  const home = join(place, 'home');
  execFileSync('mkdir', ['-p', home]);
  return spawnSync('bash', ['-c', script], {
    cwd: place,
    encoding: 'utf8',
    timeout: 120_000,
    env: {
      PATH: process.env['PATH'] ?? '',
      HOME: home,
      NODE: process.execPath,
      PROGRAM: join(ROOT, 'bin/heddle.js'),
      GIT_CONFIG_GLOBAL: '/dev/null',
      GIT_CONFIG_NOSYSTEM: '1',
      LANG: 'C.UTF-8',
      TZ: 'UTC',
    },
  });
}

describe('the five minutes of README.md', () => {
  it('have every step that they promise', () => {
    const text = STEPS.map(({ body }) => body).join('');
    expect(STEPS).toHaveLength(9);
    for (const verb of [
      'init',
      'login',
      'start',
      'capture',
      'log',
      'token attenuate',
      'can',
      'redact',
      'purge',
      'tombstone verify',
      'verify --all',
    ]) {
      expect(text).toContain(`heddle ${verb}`);
    }
  });

  it('run as they are written, to a clean end', () => {
    const { status, stdout, stderr } = run(scriptOf(STEPS));
    expect(stderr).not.toMatch(/^error: (?!denied)/m);
    expect(status, `${stdout}\n${stderr}`).toBe(0);
    expect(stdout).toContain('Say welcome');
    expect(stdout).toContain('review-worker');
  }, 120_000);

  it('would be seen to fail', () => {
    const { status } = run(scriptOf([{ language: 'sh', note: 'quickstart', body: 'heddle frobnicate\n' }]));
    expect(status).toBe(64);
  }, 30_000);
});
