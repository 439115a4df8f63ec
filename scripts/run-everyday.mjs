import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { cachedDataVersionTag, setFlagsFromString } from 'node:v8';
import launcher from '../bin/load-program.js';

/*
 * Runs one command line of the built program, and writes V8's code of what ran of each chunk into a directory: the
 * first argument, beside those of the command line.
 */
const [, , out, ...argv] = process.argv;
const flags = cachedDataVersionTag();
const scripts = new Map();
// Else a collection may forget what ran once.
setFlagsFromString('--no-flush-bytecode');
const { main } = launcher.loadProgram((name, script) => scripts.set(name, script));
process.argv = [process.execPath, 'heddle', ...argv];
await main('inherited');
setFlagsFromString('--flush-bytecode');
// The code names the flags that it was made under. The token engine sets some, and a start has them not.
if (flags !== cachedDataVersionTag()) throw new Error(`heddle ${argv.join(' ')} leaves flags of V8 behind`);
mkdirSync(out, { recursive: true });
for (const [name, script] of scripts) writeFileSync(join(out, name), script.createCachedData());
