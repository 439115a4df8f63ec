import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const BENCH = fileURLToPath(new URL('../../bench/run.mjs', import.meta.url));
const MEASURE = new URL('../../bench/measure.mjs', import.meta.url).href;
const SIZES = [
  '--files',
  '50',
  '--states',
  '2',
  '--history',
  '12',
  '--long',
  '4',
  '--blame',
  '40,6',
  '--range',
  '2',
  '--grants',
  '5,12',
  '--leak',
  '6,20',
  '--objects',
  '40',
];
/** Nobody reads these times: only a deep run does each thing twice. */
const SMALL = ['-n', '1', ...(process.env['HEDDLE_TEST_DEEP'] !== '1' ? ['--cold'] : []), ...SIZES];
const FIGURES = [
  '--version',
  'help',
  'first capture of a clone, 50 files',
  'capture, one file changed, 50 files',
  'capture, nothing changed, 50 files',
  'status, 50 files',
  'log -n 2, 50 files',
  'can, 50 files',
  'start --worktree, 50 files',
  'git commit, hooks, 50 files',
  'git commit, hooks, heddle asked, 50 files',
  'redact, 50 files',
  'purge, 50 files',
  'git commit, hooks left behind, the first, 50 files',
  'git commit, hooks left behind, 50 files',
  'verify, 1 commit, 50 files',
  'verify, 2 commits, 50 files',
  'first capture, every file new, 50 files',
  'the same, a shun list travels, 50 files',
  'show an old state of 12',
  'show an old state of 12, index deleted',
  'capture, 4 states before',
  'log -n 2, 4 states before',
  'blame, 40 lines, 6 states',
  'blame, 40 lines, 6 states, file never asked before',
  'blame, 40 lines, 6 states, nothing remembered',
  'token attenuate',
  'can, 5 grants',
  'can, 12 grants',
];
/** Where there is git-filter-repo to compare with. */
const LEAK = ['redact', 'redact and purge', 'purge alone', 'survey alone'].map(
  (what) => `${what}, 6 states, 20 files`,
);
const WARM = ['1 block', '5 blocks', '10 blocks'].flatMap((blocks) => [
  `decision, ${blocks}, 10 grants`,
  `decision, ${blocks}, 10,000 grants`,
  `attenuate, ${blocks}`,
]);

const MEMORY = ['survey alone, 40 objects'];

interface Figure {
  readonly name: string;
  readonly heddle: { readonly times: readonly number[]; readonly median: number };
  readonly node: { readonly median: number };
  readonly git: { readonly median: number };
  readonly ratios: { readonly node: number; readonly git: number };
}

let base: string;

beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), 'heddle-bench-test-'));
});

afterEach(() => rmSync(base, { recursive: true, force: true }));

function bench(argv: readonly string[]) {
  const env = { PATH: process.env['PATH'] ?? '', TMPDIR: base };
  return spawnSync(process.execPath, [BENCH, ...argv], { encoding: 'utf8', env });
}

function hasFilterRepo(): boolean {
  return spawnSync('git', ['filter-repo', '--version']).status === 0;
}

/** Times a command that does not do what it is measured for. */
function measureWrongly(expected: string) {
  const text = `
    import { timeInTurns } from ${JSON.stringify(MEASURE)};
    const command = { file: process.execPath, args: ['-e', 'console.log(1)'], ${expected} };
    timeInTurns([{ commands: [command] }], 1);`;
  return spawnSync(process.execPath, ['--input-type=module', '-e', text], { encoding: 'utf8' });
}

describe('the benchmark', () => {
  it('prints every figure with its ratios, writes them as JSON and leaves nothing behind', () => {
    const json = join(base, 'figures.json');
    const { status, stdout, stderr } = bench([...SMALL, '--json', json]);
    expect(status, stderr).toBe(0);
    const { figures, warm, memory } = JSON.parse(readFileSync(json, 'utf8')) as {
      readonly figures: readonly Figure[];
      readonly warm: readonly { readonly name: string; readonly median: number }[];
      readonly memory: readonly { readonly name: string; readonly bytes: number }[];
    };
    expect(figures.map(({ name }) => name)).toEqual([...FIGURES, ...(hasFilterRepo() ? LEAK : [])]);
    expect(warm.map(({ name }) => name)).toEqual(WARM);
    expect(memory.map(({ name }) => name)).toEqual(MEMORY);
    const rows = stdout.split('\n');
    for (const { name, bytes } of memory) {
      expect(bytes, name).toBeGreaterThan(20e6);
      const shown = rows.find((row) => row.startsWith(`${name}  `)) ?? '';
      expect(shown.slice(name.length).trim(), name).toBe((bytes / 1e6).toFixed(0));
    }
    for (const { name, median } of warm) {
      const shown = rows.find((row) => row.startsWith(`${name}  `)) ?? '';
      expect(shown.slice(name.length).trim(), name).toMatch(
        new RegExp(`^${median.toFixed(median < 100 ? 2 : 0)} \\(`),
      );
    }
    for (const { name, heddle, node, git, ratios } of figures) {
      expect(heddle.times, name).toHaveLength(1);
      expect(ratios.node, name).toBeCloseTo(heddle.median / node.median);
      expect(ratios.git, name).toBeCloseTo(heddle.median / git.median);
      const shown = `${ratios.node.toFixed(2)} ${ratios.git.toFixed(2)}`;
      const found = rows.some(
        (row) => row.startsWith(`${name}  `) && row.replace(/ +/g, ' ').endsWith(shown),
      );
      expect(found, name).toBe(true);
    }
    expect(readdirSync(base)).toEqual(['figures.json']);
  }, 600_000);

  it('refuses what is no number', () => {
    for (const argv of [['-n', '0'], ['--files', '50,x'], ['--nonsense']]) {
      expect(bench(argv).status, argv.join(' ')).toBe(64);
    }
    expect(readdirSync(base)).toEqual([]);
  });

  it('does not time a command that fails, or that does something else', () => {
    expect(measureWrongly('').status).toBe(0);
    expect(measureWrongly('exit: 1').stderr).toContain('exit 0, not 1');
    expect(measureWrongly('shows: () => false').stderr).toContain('something else is printed');
  });
});
