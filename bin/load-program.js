'use strict';
const { closeSync, existsSync, fstatSync, openSync, readFileSync, readSync } = require('node:fs');
const module_ = require('node:module');
const { join } = require('node:path');
const { Script } = require('node:vm');

const DIST = join(__dirname, '..', 'dist');
const MAIN = 'main.cjs';
/** Verbs that the build runs; see `scripts/compile-everyday.mjs`. */
const EVERYDAY = new Set(['blame', 'can', 'capture', 'hook', 'log', 'start', 'status']);

/**
 * Loads the bundle with the code that V8 compiled when it was built, where that was this Node; another one uses the
 * compile cache that Node has since 22.1. CommonJS, as the bundle is: Node's loader of ES modules costs a start more than
 * all that heddle does in a short command. Undefined where nothing is built.
 *
 * @param onScript is told of each chunk, which then has no code yet: for the build, which makes it of what ran.
 */
exports.loadProgram = function loadProgram(onScript) {
  if (!existsSync(join(DIST, MAIN))) return undefined;
  if (onScript !== undefined) return new ChunkLoader([], onScript).load(MAIN);
  const compiled = compiledFor(process.argv[2]);
  if (existsSync(compiled.at(-1)) || module_.enableCompileCache === undefined)
    return new ChunkLoader(compiled).load(MAIN);
  const { enablePrivateCompileCache } = require('./compile-cache.js');
  enablePrivateCompileCache();
  return require(join(DIST, MAIN));
};

/**
 * Where the build puts what this very Node compiled; another one's code V8 would refuse. For some verbs there is the
 * code that they ran when it was built, before that of whole chunks: a fourth of the bytes.
 */
function compiledFor(verb) {
  const whole = join(DIST, 'compiled', `${process.version}-${process.arch}`);
  return EVERYDAY.has(verb) ? [join(whole, verb), whole] : [whole];
}

/** Modules of Node's own that take a millisecond or two to load, and that not every verb uses. */
const LATER = new Set(
  ['child_process', 'crypto', 'fs/promises', 'perf_hooks', 'timers/promises', 'tty', 'url', 'v8', 'zlib'].map(
    (name) => `node:${name}`,
  ),
);

/** Stands for a module until something of it is asked for: a chunk names what any of its verbs needs. */
function atFirstUse(name) {
  return new Proxy(
    {},
    {
      get: (_, key) => require(name)[key],
      has: (_, key) => key in require(name),
      ownKeys: () => Reflect.ownKeys(require(name)),
      getOwnPropertyDescriptor: (_, key) => {
        const found = Reflect.getOwnPropertyDescriptor(require(name), key);
        return found === undefined ? undefined : { ...found, configurable: true };
      },
    },
  );
}

/** Does for the bundle's chunks what `require` does, and lets V8 find their code. */
class ChunkLoader {
  #compiled;
  #onScript;
  #modules = new Map();

  constructor(compiled, onScript) {
    this.#compiled = compiled;
    this.#onScript = onScript;
  }

  load(name) {
    const known = this.#modules.get(name);
    if (known !== undefined) return known.exports;
    const module = { exports: {} };
    this.#modules.set(name, module);
    const path = join(DIST, name);
    const script = newScript(name, { code: readWrapped(path), cachedData: this.#code(name) });
    if (name !== MAIN) this.#onScript?.(name, script);
    script.runInThisContext()(module.exports, (wanted) => this.#require(wanted), module, path, DIST);
    return module.exports;
  }

  #require(wanted) {
    if (wanted.startsWith('./')) return this.load(wanted.slice(2));
    return LATER.has(wanted) ? atFirstUse(wanted) : require(wanted);
  }

  /** V8 looks only whether the length of the source is right, so code belongs to a name that tells the content. */
  #code(name) {
    if (name === MAIN) return undefined;
    for (const directory of this.#compiled) {
      const code = readIfThere(join(directory, name));
      if (code !== undefined) return code;
    }
    return undefined;
  }
}

function readIfThere(path) {
  try {
    return readFileSync(path);
  } catch {
    return undefined;
  }
}

/** A chunk as a function of what a module has around it. */
const BEFORE = '(function (exports, require, module, __filename, __dirname) {';
const AFTER = '\n})';

/**
 * A chunk as such a function. The build writes nothing but ASCII, which is read the fastest; and where the function is
 * put together before it is a string, it is one string and not three, which the heap at a start has room for.
 */
function readWrapped(path) {
  const file = openSync(path);
  try {
    const bytes = Buffer.allocUnsafe(BEFORE.length + fstatSync(file).size + AFTER.length);
    let end = bytes.write(BEFORE, 'latin1');
    for (let read = -1; read !== 0; end += read) {
      read = readSync(file, bytes, end, bytes.length - AFTER.length - end);
    }
    return bytes.latin1Slice(0, end + bytes.write(AFTER, end, 'latin1'));
  } finally {
    closeSync(file);
  }
}

/** The build compiles the same one. V8's code has the name that stands in stack traces: none of a machine's paths. */
function newScript(name, { code, cachedData }) {
  return new Script(code, { filename: `heddle/dist/${name}`, cachedData });
}

exports.chunkScript = (name, { source, cachedData }) =>
  newScript(name, { code: `${BEFORE}${source}${AFTER}`, cachedData });
