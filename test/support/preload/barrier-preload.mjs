// Loaded with `--import`: says that it is there, waits until the gate opens, and writes when the program ran.
//
//   BARRIER_READY=path  written when the process waits
//   BARRIER_GATE=path   the program begins when this exists
//   BARRIER_SPAN=path   gets {"begin","end"} in milliseconds since 1970
import { existsSync, writeFileSync } from 'node:fs';

const { BARRIER_READY, BARRIER_GATE, BARRIER_SPAN } = process.env;
const pause = new Int32Array(new SharedArrayBuffer(4));

writeFileSync(BARRIER_READY, '');
while (!existsSync(BARRIER_GATE)) Atomics.wait(pause, 0, 0, 1);
const begin = Date.now();
process.on('exit', () => writeFileSync(BARRIER_SPAN, JSON.stringify({ begin, end: Date.now() })));
