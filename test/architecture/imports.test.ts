import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { checkImports, type ImportRule, type SourceFile } from '../support/imports.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const SRC = join(ROOT, 'src');

function readSources(): SourceFile[] {
  return readdirSync(SRC, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .map((path) => ({ path: relative(SRC, path).split(sep).join('/'), text: readFileSync(path, 'utf8') }));
}

function readDependencies(): ReadonlySet<string> {
  const manifest = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
    readonly dependencies: Readonly<Record<string, string>>;
  };
  return new Set(Object.keys(manifest.dependencies));
}

/** Counts by other means than the checker does: what Git knows of, and lines that look like imports. */
function countIndependently(): { files: number; imports: number } {
  const listed = execFileSync('git', ['ls-files', '-co', '--exclude-standard', '-z', '--', 'src'], {
    cwd: ROOT,
    encoding: 'utf8',
  });
  const paths = listed.split('\0').filter((path) => path !== '' && existsSync(join(ROOT, path)));
  const texts = paths.map((path) => readFileSync(join(ROOT, path), 'utf8'));
  const imports = texts.flatMap((text) => text.match(/^import\b[^(;]*;$/gm) ?? []);
  return { files: paths.length, imports: imports.length };
}

describe('the source tree', () => {
  const report = checkImports(readSources(), readDependencies());

  it('keeps to the import table, the names and the banned globals', () => {
    const lines = report.violations.map(
      ({ file, line, rule, detail }) => `${file}:${line} ${rule}: ${detail}`,
    );
    expect(lines).toEqual([]);
  });

  it('was read whole', () => {
    const independent = countIndependently();
    expect(independent.files).toBeGreaterThanOrEqual(40);
    expect(report.files).toBe(independent.files);
    expect(report.imports).toBeGreaterThanOrEqual(independent.imports);
    expect(independent.imports).toBeGreaterThanOrEqual(report.files);
  });
});

describe('generated cases', () => {
  it('come from the seed that all tests share', () => {
    const tests = readdirSync(join(ROOT, 'test'), { recursive: true, encoding: 'utf8' }).filter((name) =>
      name.endsWith('.ts'),
    );
    expect(tests.length).toBeGreaterThan(300);
    const draw = /from 'fast-check'|Date\.now\(\) %|HEDDLE_TEST_(?=SEED)/;
    const drawing = tests.filter((name) => draw.test(readFileSync(join(ROOT, 'test', name), 'utf8')));
    expect(drawing.toSorted()).toEqual(['architecture/imports.test.ts', join('support', 'seed.ts')]);
  });
});

const SOUND: readonly SourceFile[] = [
  { path: 'main.ts', text: `import './context.ts'; process.exitCode = Number(process.env['X']);` },
  { path: 'context.ts', text: `export const open = () => import('#storage/log.ts');` },
  { path: 'domain/id.ts', text: `import canonicalize from 'canonicalize'; export const id = canonicalize;` },
  { path: 'ports/log.ts', text: `import type { id } from '#domain/id.ts'; export type Log = typeof id;` },
  {
    path: 'usecases/take.ts',
    text: `import { id } from '#domain/id.ts';            export const take = (log: Log) => [id, log, new Date(0)];`,
  },
  {
    path: 'commands/take.ts',
    text: `import { take } from '#usecases/take.ts'; import type { Out } from '#cli/output/text.ts';
           import type { open } from '#context.ts'; export const run = (out: Out) => [take, out] as typeof open;`,
  },
  { path: 'cli/command-table.ts', text: `export const verbs = { take: () => import('#commands/take.ts') };` },
  { path: 'cli/words.ts', text: `export const words = ['take'];` },
  {
    path: 'cli/output/text.ts',
    text: `import { Command } from 'commander'; import type { words } from '#cli/words.ts';
           export type Out = typeof words; console.log(Command, Date.now());`,
  },
  {
    path: 'storage/log.ts',
    text: `import { readFileSync } from 'node:fs'; import { id } from '#domain/id.ts';
           import { clock } from '#platform/clock.ts'; import type { Log } from '#ports/log.ts';
           export const open = (): Log => id ?? [readFileSync, clock];`,
  },
  {
    path: 'tokens/mint.ts',
    text: `import * as glue from '@scope/engine/glue.js'; import { load } from '#wasm/load.ts';
           export const mint = () => load(glue);`,
  },
  { path: 'wasm/load.ts', text: `export const load = (glue: object) => [glue, WebAssembly];` },
  { path: 'platform/clock.ts', text: `export const clock = () => Date.now() + Math.random();` },
];
const DEPENDENCIES = new Set(['canonicalize', 'commander', '@scope/engine']);

/** Each row breaks one rule in a tree that is otherwise sound. */
const PLANTED: readonly (readonly [rule: ImportRule, path: string, text: string])[] = [
  ['unknown-folder', 'extras/a.ts', ''],
  ['unknown-folder', 'tool.ts', ''],
  ['not-typescript', 'git/run.js', ''],
  ['banned-name', 'domain/string-utils.ts', ''],
  ['banned-name', 'git/helpers/run.ts', ''],
  ['banned-name', 'storage/log-manager.ts', ''],
  ['banned-name', 'storage/common.ts', ''],
  ['banned-name', 'tokens/token.service.ts', ''],
  ['barrel', 'domain/index.ts', ''],
  ['barrel', 'domain/all.ts', `export * from './id.ts'; export const x = 1;`],
  ['barrel', 'domain/all.ts', `export { id } from './id.ts';`],
  ['default-export', 'domain/a.ts', `export default 1;`],
  ['default-export', 'domain/a.ts', `const a = 1; export { a as default };`],
  ['parent-path', 'cli/output/a.ts', `import '../command-table.ts';`],
  ['parent-path', 'cli/output/a.ts', `import './../command-table.ts';`],
  ['specifier-form', 'domain/a.ts', `import { id } from '#domain/id.ts';`],
  ['specifier-form', 'context.ts', `import './domain/id.ts';`],
  ['specifier-form', 'main.ts', `import '#context.ts';`],
  ['unresolved', 'domain/a.ts', `import './gone.ts';`],
  ['unresolved', 'domain/a.ts', `import './id';`],
  ['unresolved', 'usecases/a.ts', `import type { A } from '#domain/gone.ts';`],
  ['computed-import', 'cli/command-table.ts', `export const open = (verb: string) => import(verb);`],
  ['computed-import', 'storage/a.ts', 'export const open = (x: string) => import(`#domain/${x}.ts`);'],
  ['layer', 'domain/a.ts', `import type { Log } from '#ports/log.ts';`],
  ['layer', 'domain/a.ts', `export type A = import('#ports/log.ts').Log;`],
  ['layer', 'usecases/a.ts', `import { open } from '#storage/log.ts';`],
  ['layer', 'usecases/a.ts', `export const a = () => import('#storage/log.ts');`],
  ['layer', 'commands/a.ts', `export { open } from '#storage/log.ts'; export const x = 1;`],
  ['layer', 'commands/a.ts', `import type { Log } from '#ports/log.ts';`],
  ['layer', 'cli/a.ts', `import { take } from '#usecases/take.ts';`],
  ['layer', 'cli/a.ts', `export const a = () => import('#commands/take.ts');`],
  ['layer', 'cli/verb-table.ts', `import { run } from '#commands/take.ts';`],
  ['layer', 'storage/a.ts', `import type { run } from '#commands/take.ts';`],
  ['layer', 'storage/a.ts', `import { load } from '#wasm/load.ts';`],
  ['layer', 'git/a.ts', `import { open } from '#storage/log.ts';`],
  ['layer', 'wasm/a.ts', `import { id } from '#domain/id.ts';`],
  ['layer', 'platform/a.ts', `import { id } from '#domain/id.ts';`],
  ['layer-type-only', 'ports/a.ts', `import { id } from '#domain/id.ts';`],
  ['layer-type-only', 'ports/a.ts', `import { type id } from '#domain/id.ts';`],
  ['layer-type-only', 'usecases/a.ts', `import { x } from '#ports/log.ts';`],
  ['layer-type-only', 'commands/a.ts', `import { open } from '#context.ts';`],
  ['layer-type-only', 'commands/a.ts', `import { verbs } from '#cli/command-table.ts';`],
  ['builtin', 'domain/a.ts', `import { createHash } from 'node:crypto';`],
  ['builtin', 'usecases/a.ts', `import type { Stats } from 'node:fs';`],
  ['builtin', 'cli/a.ts', `import { readFileSync } from 'node:fs';`],
  ['builtin', 'storage/a.ts', `import { readFileSync } from 'fs';`],
  ['package', 'storage/a.ts', `import left from 'left-pad';`],
  ['package', 'domain/a.ts', `import { engine } from '@scope/engine';`],
  ['package', 'wasm/a.ts', `import { engine } from '@scope/engine';`],
  ['package', 'context.ts', `export const a = () => import('@scope/engine');`],
  ['package-folders', 'crypto/a.ts', `import { engine } from '@scope/engine';`],
  ['package-folders', 'git/a.ts', `export const a = require.resolve('@scope/engine/glue.wasm');`],
  ['circle', 'domain/a.ts', `import type { A } from './a.ts'; export type B = A;`],
  ['circle', 'cli/words.ts', `import type { Out } from './output/text.ts'; export type A = Out;`],
  ['circle', 'cli/words.ts', `export const a = () => import('./output/text.ts');`],
  ['global', 'storage/a.ts', `export const a = process.env['HOME'];`],
  ['global', 'storage/a.ts', `export const a = process['env'];`],
  ['global', 'storage/a.ts', `export const { env } = process;`],
  ['global', 'storage/a.ts', `import { env } from 'node:process';`],
  ['global', 'git/a.ts', `process.exit(1);`],
  ['global', 'git/a.ts', `globalThis.process.exit(1);`],
  ['global', 'platform/a.ts', `process.exitCode = 1;`],
  ['global', 'commands/a.ts', `console.log('x');`],
  ['global', 'usecases/a.ts', `export const a = Date.now();`],
  ['global', 'usecases/a.ts', `export const a = [1].map(Date.now);`],
  ['global', 'usecases/a.ts', `export const a = new Date();`],
  ['global', 'crypto/a.ts', `export const a = Math.random();`],
  ['global', 'cli/a.ts', `export const a = Math.random;`],
  ['global', 'tokens/a.ts', `export const a = new WebAssembly.Module(b);`],
  ['global', 'tokens/a.ts', `export type A = WebAssembly.Module;`],
  ['global', 'domain/a.ts', `export const a = Buffer.from('a');`],
];

describe('the checker', () => {
  it('accepts a sound tree', () => {
    expect(checkImports(SOUND, DEPENDENCIES)).toMatchObject({ files: SOUND.length, violations: [] });
  });

  it.each(PLANTED)('reports %s in %s: %s', (rule, path, text) => {
    const planted = [...SOUND.filter((file) => file.path !== path), { path, text }];
    const rules = checkImports(planted, DEPENDENCIES).violations.map((violation) => violation.rule);
    expect(new Set(rules)).toEqual(new Set([rule]));
  });

  it('reports a sixteenth file in a folder, and not a fifteenth', () => {
    const tree = Array.from({ length: 16 }, (_, n) => ({ path: `git/a${n}.ts`, text: '' }));
    const rulesOf = (files: SourceFile[]): string[] =>
      checkImports(files, DEPENDENCIES).violations.map(({ rule }) => rule);
    expect(rulesOf(tree.slice(1))).toEqual([]);
    expect(rulesOf(tree)).toEqual(['crowded-folder']);
  });

  it('takes nothing from comments and strings', () => {
    const text = `// import '../x.ts'; console.log(1)
      export const a = "import x from '../y.ts'; process.env"; /* export default 1 */`;
    expect(checkImports([{ path: 'domain/a.ts', text }], DEPENDENCIES).violations).toEqual([]);
  });

  it('plants every rule', () => {
    const planted = new Set<ImportRule>(PLANTED.map(([rule]) => rule));
    const all = Object.keys({
      'unknown-folder': 0,
      'not-typescript': 0,
      'banned-name': 0,
      barrel: 0,
      'crowded-folder': 0,
      'default-export': 0,
      'parent-path': 0,
      'specifier-form': 0,
      unresolved: 0,
      'computed-import': 0,
      layer: 0,
      'layer-type-only': 0,
      builtin: 0,
      package: 0,
      'package-folders': 0,
      circle: 0,
      global: 0,
    } satisfies Record<ImportRule, 0>);
    expect([...planted, 'crowded-folder'].sort()).toEqual(all.sort());
  });

  it('refuses a file that it cannot parse', () => {
    expect(() => checkImports([{ path: 'domain/a.ts', text: 'import {' }], DEPENDENCIES)).toThrow(
      /domain\/a\.ts/,
    );
  });
});
