// Runs the built program's `main()` again and again in one process: each command line with arguments, environment,
// directory and streams of its own, as the launcher would start it. Answers on the channel when nothing of it is
// going on any more. Ends with the process that forked it.
import { createRequire } from 'node:module';
import { Readable, Writable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';

/** Longest wait for what a command leaves going when it has answered: a process of its own would wait as well. */
const SETTLE_MS = 20_000;

const { main } = createRequire(import.meta.url)('../../../bin/load-program.js').loadProgram();

function replaceStream(name, stream) {
  Object.defineProperty(process, name, { configurable: true, enumerable: true, value: stream });
}

function collect() {
  const chunks = [];
  const stream = new Writable({
    write(chunk, _, done) {
      chunks.push(chunk);
      done();
    },
  });
  return { stream, text: () => Buffer.concat(chunks).toString('utf8') };
}

// In place: what asks the system for a variable, `homedir()` for one, has to find the same.
function replaceEnvironment(env) {
  for (const name of Object.keys(process.env)) delete process.env[name];
  Object.assign(process.env, env);
}

function listeners() {
  return process.eventNames().flatMap((name) => process.rawListeners(name).map((heed) => ({ name, heed })));
}

/** What keeps the process going; the channel always does, and a timer is what this waits with. */
function busy() {
  return process
    .getActiveResourcesInfo()
    .filter((kind) => !/^(?:PipeWrap|Pipe|Timeout|Immediate)$/.test(kind));
}

async function settle(argv) {
  const until = performance.now() + SETTLE_MS;
  while (busy().length > 0) {
    if (performance.now() > until)
      throw new Error(`heddle ${argv.join(' ')} leaves behind: ${busy().join()}`);
    await sleep(1);
  }
}

async function run({ argv, cwd, env, stdin }) {
  const own = listeners();
  const [stdout, stderr] = [collect(), collect()];
  replaceStream('stdin', Readable.from([Buffer.from(stdin)]));
  replaceStream('stdout', stdout.stream);
  replaceStream('stderr', stderr.stream);
  replaceEnvironment(env);
  process.argv = [process.execPath, 'heddle', ...argv];
  process.exitCode = undefined;
  process.chdir(cwd);
  await main();
  const exit = process.exitCode ?? 0;
  await settle(argv);
  for (const { name, heed } of listeners()) {
    if (!own.some((one) => one.name === name && one.heed === heed)) process.removeListener(name, heed);
  }
  process.exitCode = undefined;
  return { argv, exit, signal: null, stdout: stdout.text(), stderr: stderr.text() };
}

async function answer(request) {
  try {
    process.send({ ended: await run(request) });
  } catch (error) {
    process.send({ broken: String(error instanceof Error ? error.stack : error) });
  }
}

process.once('disconnect', () => process.exit());
process.on('message', (request) => {
  void answer(request);
});
process.send({ ready: true });
