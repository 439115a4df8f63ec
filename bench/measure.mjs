import { spawnSync } from 'node:child_process';

const MAX_OUTPUT = 256 * 1024 * 1024;

/** A command of the benchmark that did not do what it was to be timed for. */
export class BenchError extends Error {}

function start({ file, args, cwd, env, input }) {
  return spawnSync(file, args, {
    cwd,
    env,
    encoding: 'utf8',
    maxBuffer: MAX_OUTPUT,
    ...(input === undefined ? { stdio: ['ignore', 'pipe', 'pipe'] } : { input }),
  });
}

/** A figure of something that failed, or did nothing, would look good: each run is checked, the timed ones too. */
function check({ args, exit = 0, shows }, { status, stdout, stderr, error }) {
  const found = error?.message ?? (status === exit ? undefined : `exit ${status}, not ${exit}`);
  const wrong = found ?? (shows === undefined || shows(stdout) ? undefined : 'something else is printed');
  if (wrong !== undefined) throw new BenchError(`${args.join(' ')}: ${wrong}\n${stdout}${stderr}`);
}

/**
 * Runs one command to its end and returns what it printed. `exit` is the code that it must end with (0), `shows`
 * tells whether its standard output is the expected one. Throws `BenchError`.
 */
export function run(command) {
  const result = start(command);
  check(command, result);
  return result.stdout;
}

/*
 * Says at the end how many kilobytes the process had at most; the last line of standard error. Linux counts in maxRSS
 * what the parent had when it forked, hence its own figure.
 */
const TELL = `import { readFileSync } from 'node:fs';
  const own = () => {
    try { return /^VmHWM:\\s+(\\d+) kB/m.exec(readFileSync('/proc/self/status', 'latin1'))?.[1]; } catch {}
  };
  process.on('exit', () => process.stderr.write('\\n' + (own() ?? process.resourceUsage().maxRSS) + '\\n'));`;

/** Bytes that one run of a Node program had in memory at most. Throws `BenchError`. */
export function peakMemory(command) {
  const NODE_OPTIONS = `--import=data:text/javascript,${encodeURIComponent(TELL)}`;
  const result = start({ ...command, env: { ...command.env, NODE_OPTIONS } });
  check(command, result);
  return 1024 * Number(result.stderr.trimEnd().split('\n').at(-1));
}

/** Milliseconds from the first command's start to the last one's end; the checks come after. */
function timeCommands(commands) {
  const begin = process.hrtime.bigint();
  const results = commands.map(start);
  const elapsed = Number(process.hrtime.bigint() - begin) / 1e6;
  for (const [index, command] of commands.entries()) check(command, results[index]);
  return elapsed;
}

/**
 * Times lanes in turns, A B C A B C …, so that a busy moment hits them all; the first turn warms up and is not
 * counted, unless they start `cold`. A lane is `{ prepare?, commands }`: what `prepare` does is not timed.
 * Milliseconds, one list a lane.
 */
export function timeInTurns(lanes, repetitions, { cold = false } = {}) {
  const times = lanes.map(() => []);
  for (let turn = cold ? 1 : 0; turn <= repetitions; turn += 1) {
    for (const [index, { prepare, commands }] of lanes.entries()) {
      prepare?.();
      const elapsed = timeCommands(commands);
      if (turn > 0) times[index].push(elapsed);
    }
  }
  return times;
}

/** Median, minimum and maximum of a list that is not empty. */
export function summarise(times) {
  const sorted = times.toSorted((one, other) => one - other);
  const middle = sorted.length >> 1;
  const median = sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
  return { median, min: sorted[0], max: sorted.at(-1), times };
}
