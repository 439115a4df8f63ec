'use strict';
const { existsSync, readFileSync } = require('node:fs');
const module_ = require('node:module');
const { join } = require('node:path');
const { Script } = require('node:vm');

const DIST = join(__dirname, '..', 'dist');
const MAIN = 'main.cjs';

/**
 * Loads the bundle with the code that V8 compiled when it was built, where that was this Node; a newer one, which has a
 * compile cache of its own, uses that. CommonJS, as the bundle is: Node's loader of ES modules costs a start more than
 * all that heddle does in a short command. Undefined where nothing is built.
 */
exports.loadProgram = function loadProgram() {
  if (!existsSync(join(DIST, MAIN))) return undefined;
  if (module_.enableCompileCache === undefined) return new ChunkLoader(compiledFor()).load(MAIN);
  const { enablePrivateCompileCache } = require('./compile-cache.js');
  enablePrivateCompileCache();
  return require(join(DIST, MAIN));
};

/** Where the build puts what this very Node compiled; another one's code V8 would refuse. */
function compiledFor() {
  return join(DIST, 'compiled', `${process.version}-${process.arch}`);
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
  #modules = new Map();

  constructor(compiled) {
    this.#compiled = compiled;
  }

  load(name) {
    const known = this.#modules.get(name);
    if (known !== undefined) return known.exports;
    const module = { exports: {} };
    this.#modules.set(name, module);
    const path = join(DIST, name);
    // The build writes nothing but ASCII, which is read the fastest.
    const script = chunkScript(name, { source: readFileSync(path, 'latin1'), cachedData: this.#code(name) });
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
    try {
      return readFileSync(join(this.#compiled, name));
    } catch {
      return undefined;
    }
  }
}

/**
 * A chunk as a function of what a module has around it. The build compiles the same one: in V8's code is the name that
 * stands in stack traces, so it is none of a machine's paths.
 */
function chunkScript(name, { source, cachedData }) {
  const code = `(function (exports, require, module, __filename, __dirname) {${source}\n})`;
  return new Script(code, { filename: `heddle/dist/${name}`, cachedData });
}

exports.chunkScript = chunkScript;
