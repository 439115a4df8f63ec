import { isBuiltin } from 'node:module';
import { posix } from 'node:path';
import { findCircles } from './import-circles.ts';
import { LAYERS } from './layers.ts';
import { scanModule, type ImportReference, type ModuleFacts } from './module-scan.ts';

/** One file below `src`, by its `/`-separated path from there. */
export interface SourceFile {
  readonly path: string;
  readonly text: string;
}

export type ImportRule =
  | 'unknown-folder'
  | 'not-typescript'
  | 'banned-name'
  | 'barrel'
  | 'crowded-folder'
  | 'default-export'
  | 'parent-path'
  | 'specifier-form'
  | 'unresolved'
  | 'computed-import'
  | 'layer'
  | 'layer-type-only'
  | 'builtin'
  | 'package'
  | 'package-folders'
  | 'circle'
  | 'global';

export interface Violation {
  readonly file: string;
  readonly line: number;
  readonly rule: ImportRule;
  readonly detail: string;
}

export interface ImportReport {
  readonly files: number;
  readonly imports: number;
  readonly violations: readonly Violation[];
}

/** What was planned is done from here, and one effect, a purge, publishes a line of its own when it is through. */
const LEADS_BACK = 'usecases/transaction/effects.ts usecases/removal/apply-effect.ts';

const ROOT = new Set(['main.ts', 'context.ts']);
const BANNED_WORDS = /^(utils?|helpers?|common|managers?|services?)$/;
const MOST_FILES = 15;
const ALIAS = '#';

const IMPURE = /^(process\.env|process\.exit|console|Date\.now|new Date\(\)|Math\.random)(\.|$)/;
const OPENED = /^\{\} = (process|console|Math|Date)$/;
const NOT_IN_DOMAIN = /^(process|Buffer|fetch|setTimeout|setInterval|setImmediate)(\.|$)/;

function topOf(path: string): string {
  return path.split('/', 1)[0] ?? path;
}

function mayPrint(path: string): boolean {
  return path === 'main.ts' || topOf(path) === 'platform' || /^cli\/output(\.ts$|\/|-)/.test(path);
}

function packageName(specifier: string): string {
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
}

function permits(rule: boolean | readonly string[], name: string): boolean {
  return typeof rule === 'boolean' ? rule : rule.includes(name);
}

class Checker {
  readonly violations: Violation[] = [];
  readonly #paths: ReadonlySet<string>;
  readonly #dependencies: ReadonlySet<string>;
  readonly #packageFolders = new Map<string, Set<string>>();
  readonly #graph = new Map<string, Set<string>>();

  constructor(paths: ReadonlySet<string>, dependencies: ReadonlySet<string>) {
    this.#paths = paths;
    this.#dependencies = dependencies;
  }

  checkLayout(): void {
    const folders = new Map<string, number>();
    for (const path of this.#paths) {
      const folder = posix.dirname(path);
      folders.set(folder, (folders.get(folder) ?? 0) + 1);
      const known = folder === '.' ? ROOT.has(path) : topOf(path) in LAYERS;
      if (!known) this.#report(path, 1, 'unknown-folder', topOf(path));
      if (!path.endsWith('.ts')) this.#report(path, 1, 'not-typescript', path);
      if (/(^|\/)index\.ts$/.test(path)) this.#report(path, 1, 'barrel', 'a file named index.ts');
      const words = path.replace(/\.ts$/, '').split(/[/.-]/);
      const banned = words.find((word) => BANNED_WORDS.test(word));
      if (banned !== undefined) this.#report(path, 1, 'banned-name', banned);
    }
    for (const [folder, count] of folders) {
      if (count > MOST_FILES) this.#report(`${folder}/`, 1, 'crowded-folder', `${count} files`);
    }
  }

  checkModule(path: string, facts: ModuleFacts): void {
    for (const line of facts.defaultExports) this.#report(path, line, 'default-export', 'export default');
    for (const line of facts.starExports) this.#report(path, line, 'barrel', 'export * from');
    if (facts.onlyReExports) this.#report(path, 1, 'barrel', 'exports only what other files declare');
    for (const reference of facts.imports) this.#checkImport(path, reference);
    for (const { name, line } of facts.globals) this.#checkGlobal(path, line, name);
  }

  checkPackages(): void {
    for (const [name, folders] of this.#packageFolders) {
      if (folders.size < 2) continue;
      this.#report('package.json', 1, 'package-folders', `${name} in ${[...folders].sort().join(', ')}`);
    }
  }

  checkCircles(): void {
    for (const circle of findCircles(this.#graph)) {
      this.#report(circle[0] ?? '', 1, 'circle', circle.join(', '));
    }
  }

  #draw(from: string, to: string, kind: ImportReference['kind']): void {
    if (kind === 'lazy' && `${from} ${to}` === LEADS_BACK) return;
    this.#graph.set(from, (this.#graph.get(from) ?? new Set()).add(to));
  }

  #report(file: string, line: number, rule: ImportRule, detail: string): void {
    this.violations.push({ file, line, rule, detail });
  }

  #checkImport(path: string, reference: ImportReference): void {
    const { specifier, line } = reference;
    if (specifier === undefined) this.#report(path, line, 'computed-import', 'not a literal');
    else if (/(^|\/)\.\.(\/|$)/.test(specifier)) this.#report(path, line, 'parent-path', specifier);
    else if (specifier.startsWith('.')) this.#checkNear(path, reference, specifier);
    else if (specifier.startsWith(ALIAS)) this.#checkFar(path, reference, specifier);
    else if (isBuiltin(specifier)) this.#checkBuiltin(path, line, specifier);
    else this.#checkPackage(path, line, specifier);
  }

  #checkNear(path: string, reference: ImportReference, specifier: string): void {
    const target = posix.join(posix.dirname(path), specifier);
    if (!this.#paths.has(target)) this.#report(path, reference.line, 'unresolved', specifier);
    this.#draw(path, target, reference.kind);
    const crosses = posix.dirname(path) === '.' && target.includes('/');
    if (crosses) this.#report(path, reference.line, 'specifier-form', `${specifier}: write #${target}`);
  }

  #checkFar(path: string, reference: ImportReference, specifier: string): void {
    const target = specifier.slice(ALIAS.length);
    if (!this.#paths.has(target)) this.#report(path, reference.line, 'unresolved', specifier);
    this.#draw(path, target, reference.kind);
    const folder = posix.dirname(path);
    const inside = folder === '.' ? !target.includes('/') : target.startsWith(`${folder}/`);
    if (inside) this.#report(path, reference.line, 'specifier-form', `${specifier}: write ./`);
    this.#checkLayer(path, reference, target);
  }

  #checkLayer(path: string, reference: ImportReference, target: string): void {
    const [from, to] = [topOf(path), topOf(target)];
    const layer = LAYERS[from];
    if (layer === undefined || from === to || layer.code.includes(to)) return;
    const opensVerb = from === 'cli' && to === 'commands' && posix.basename(path).includes('table');
    if (opensVerb && reference.kind === 'lazy') return;
    const typed = layer.types?.includes(to) === true;
    if (typed && reference.kind === 'type') return;
    this.#report(path, reference.line, typed ? 'layer-type-only' : 'layer', `${from} imports ${target}`);
  }

  #checkBuiltin(path: string, line: number, specifier: string): void {
    const layer = LAYERS[topOf(path)];
    const named = specifier.startsWith('node:');
    if (!named || (layer !== undefined && !permits(layer.builtins, specifier))) {
      this.#report(path, line, 'builtin', specifier);
    }
    if (/^node:(process|console)$/.test(specifier) && !mayPrint(path)) {
      this.#report(path, line, 'global', specifier);
    }
  }

  #checkPackage(path: string, line: number, specifier: string): void {
    const name = packageName(specifier);
    const layer = LAYERS[topOf(path)];
    if (!this.#dependencies.has(name)) return this.#report(path, line, 'package', `${name} is no dependency`);
    if (layer === undefined || !permits(layer.packages, name))
      return this.#report(path, line, 'package', name);
    const folders = this.#packageFolders.get(name) ?? new Set();
    this.#packageFolders.set(name, folders.add(topOf(path)));
  }

  #checkGlobal(path: string, line: number, name: string): void {
    const read = name.replace(/ =$/, '');
    const impure = IMPURE.test(read) || OPENED.test(name);
    const banned =
      (impure && !mayPrint(path)) ||
      (name === 'process.exitCode =' && path !== 'main.ts') ||
      (/^WebAssembly\b/.test(read) && topOf(path) !== 'wasm') ||
      (NOT_IN_DOMAIN.test(read) && topOf(path) === 'domain');
    if (banned) this.#report(path, line, 'global', name);
  }
}

/**
 * Checks the import table, the naming rules and the banned globals over a whole source tree.
 * It sees syntax only: a global passed on under another name goes unnoticed.
 */
export function checkImports(files: readonly SourceFile[], dependencies: ReadonlySet<string>): ImportReport {
  const checker = new Checker(new Set(files.map(({ path }) => path)), dependencies);
  checker.checkLayout();
  let imports = 0;
  for (const { path, text } of files) {
    if (!path.endsWith('.ts')) continue;
    const facts = scanModule(path, text);
    imports += facts.imports.length;
    checker.checkModule(path, facts);
  }
  checker.checkPackages();
  checker.checkCircles();
  return { files: files.length, imports, violations: checker.violations };
}
