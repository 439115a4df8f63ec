import { setFlagsFromString } from 'node:v8';
import { chunkScript } from '../bin/load-program.js';

/**
 * Compiles all of a chunk, so that a start compiles nothing; returns V8's code of it. This Node alone understands it,
 * and checks that itself.
 */
export function compileChunk(name, source) {
  setFlagsFromString('--no-lazy');
  const script = chunkScript(name, { source });
  // The code names the flags that it was made under, and a start has them not.
  setFlagsFromString('--lazy');
  return script.createCachedData();
}
