import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';
import config, { WASM_FILES } from '../rolldown.config.mjs';
import { compileChunk } from './compile-chunk.mjs';
import { compileEveryday } from './compile-everyday.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const dist = join(root, 'dist');

/** Writes only what differs, each file by rename, so that a running heddle never reads half a file. */
function writeChanged(name, content) {
  const path = join(dist, name);
  const bytes = Buffer.from(content);
  if (existsSync(path) && readFileSync(path).equals(bytes)) return;
  mkdirSync(dirname(path), { recursive: true });
  const temporary = `${path}.${process.pid}.tmp`;
  writeFileSync(temporary, bytes);
  renameSync(temporary, path);
}

/** Plain ASCII, which a start reads the fastest; letters stand in texts, patterns and comments alone. */
function escapeLetters(code) {
  return code.replace(/[^\0-\x7f]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

function removeStale(written) {
  for (const entry of readdirSync(dist, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    if (entry.isFile() && !path.endsWith('.tmp') && !written.has(path)) rmSync(path, { force: true });
  }
}

function readExpectedSums() {
  const path = join(root, 'wasm', 'SHA256SUMS');
  if (!existsSync(path)) return undefined;
  const lines = readFileSync(path, 'utf8').split('\n').filter(Boolean);
  return new Map(lines.map((line) => [line.slice(66).replace(/^.*\//, ''), line.slice(0, 64)]));
}

function readWasm(name, source, sums) {
  const bytes = readFileSync(join(root, source));
  const sum = createHash('sha256').update(bytes).digest('hex');
  if (sums !== undefined && sums.get(name) !== sum) {
    throw new Error(`${source}: SHA-256 is ${sum}, wasm/SHA256SUMS says ${sums.get(name) ?? 'nothing'}`);
  }
  return bytes;
}

const sums = readExpectedSums();
const files = new Map(
  Object.entries(WASM_FILES).map(([name, source]) => [`wasm/${name}`, readWasm(name, source, sums)]),
);
const { output, ...input } = config;
const bundle = await rolldown({ ...input, cwd: root });
const chunks = [];
for (const part of (await bundle.generate(output)).output) {
  const content = part.type === 'chunk' ? escapeLetters(part.code) : part.source;
  files.set(part.fileName, content);
  if (part.type === 'chunk' && !part.isEntry) chunks.push(part.fileName);
}
await bundle.close();

const compiled = join('compiled', `${process.version}-${process.arch}`);
const write = ([name, content]) => writeChanged(name, content);
Array.from(files).forEach(write);
const code = [...chunks.map((name) => [name, compileChunk(name, files.get(name))]), ...compileEveryday()].map(
  ([name, bytes]) => [join(compiled, name), bytes],
);
code.forEach(write);
removeStale(new Set([...files, ...code].map(([name]) => join(dist, name))));
