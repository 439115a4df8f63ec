#!/usr/bin/env node
// Times the built program beside `node -e 0` and git; README.md says how to read the figures.
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import {
  Stage,
  makeChain,
  makeClones,
  makeHistory,
  makeLeak,
  makeLongThread,
  makeUnkept,
  worktreeLanes,
} from './fixture.mjs';
import { hookLanes, leftHookLanes } from './hooks.mjs';
import { makeLines, makeRange } from './lines.mjs';
import { BenchError, peakMemory, run, summarise, timeInTurns } from './measure.mjs';
import { makeObjects } from './objects.mjs';
import { hasFilterRepo, leakLanes, removalLanes } from './removal.mjs';
import { bundleProgram } from './program.mjs';
import { describeRun, formatMemory, formatTable, formatWarm } from './report.mjs';
import { makeShunned } from './shun.mjs';

const USAGE =
  'node bench/run.mjs [-n N] [--files N,N] [--states N] [--history N] [--long N,N] [--blame LINES,STATES] [--range N] [--grants N,N] [--leak STATES,FILES] [--objects N,N] [--cold] [--json FILE]';
const says = (pattern) => (text) => pattern.test(text);
const CAPTURED = says(/^captured hs-/);
/** A first capture writes every file: it is repeated once for so many repetitions of the others. */
const FIRST_SHARE = 4;

process.exitCode = 1;
const options = readOptionsOrEnd();
const base = realpathSync(mkdtempSync(join(tmpdir(), 'heddle-bench-')));
process.on('exit', () => rmSync(base, { recursive: true, force: true, maxRetries: 3 }));
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => process.exit(1));

try {
  await main();
  process.exitCode = 0;
} catch (error) {
  if (!(error instanceof BenchError)) throw error;
  console.error(`the benchmark broke: ${error.message}`);
}

function readOptionsOrEnd() {
  try {
    return readOptions();
  } catch (error) {
    console.error(`${error.message}\nusage: ${USAGE}`);
    return process.exit(64);
  }
}

function readOptions() {
  const { values } = parseArgs({
    options: {
      repetitions: { type: 'string', short: 'n', default: '10' },
      files: { type: 'string', default: '1500,10000' },
      states: { type: 'string', default: '20' },
      history: { type: 'string', default: '3000' },
      long: { type: 'string', default: '1000,100000' },
      blame: { type: 'string', default: '2000,500' },
      range: { type: 'string', default: '10' },
      grants: { type: 'string', default: '5,500,5000' },
      leak: { type: 'string', default: '1000,10000' },
      objects: { type: 'string', default: '35000,150000,600000' },
      cold: { type: 'boolean', default: false },
      json: { type: 'string' },
    },
  });
  return {
    repetitions: readCount(values.repetitions),
    files: values.files.split(',').map(readCount),
    states: readCount(values.states),
    history: readCount(values.history),
    long: values.long.split(',').map(readCount),
    blame: values.blame.split(',').map(readCount),
    range: readCount(values.range),
    grants: values.grants.split(',').map(readCount),
    leak: values.leak.split(',').map(readCount),
    objects: values.objects.split(',').map(readCount),
    cold: values.cold,
    json: values.json,
  };
}

function readCount(text) {
  if (/^[1-9]\d{0,5}$/.test(text)) return Number(text);
  throw new TypeError(`not a number: ${text}`);
}

async function main() {
  const stage = new Stage(base);
  const programs = await makePrograms(stage);
  const versions = readVersions(stage);
  const about = describeRun(versions, options.repetitions);
  console.log(
    `heddle ${about.heddle}, Node ${about.node}, git ${about.git}, ${about.platform}-${about.arch}, ` +
      `${about.cpus} CPUs, ${about.repetitions} repetitions, load ${about.load.toFixed(1)} at the begin`,
  );
  const figures = [
    ...startFigures(stage),
    ...options.files.flatMap((files) => treeFigures(stage, files)),
    ...historyFigures(stage),
    ...options.long.flatMap((states) => longFigures(stage, states)),
    ...blameFigures(stage),
    ...chainFigures(stage, programs),
    ...leakFigures(stage, programs),
  ];
  const warm = warmFigures(stage, programs);
  const memory = memoryFigures(stage);
  console.log(
    `\n${formatTable(figures)}\n\n${formatWarm(warm)}\n\n${formatMemory(memory)}\n\nload ${loadavg()[0].toFixed(1)} at the end`,
  );
  if (options.json !== undefined) {
    writeFileSync(options.json, `${JSON.stringify({ ...about, figures, warm, memory }, undefined, 2)}\n`);
  }
}

function readVersions(stage) {
  const last = (command) => run(command).trim().split(' ').at(-1);
  return {
    heddle: last(stage.user(base).heddle('--version')),
    node: process.versions.node,
    git: last(stage.git(base, '--version')),
  };
}

/** One figure: heddle's lane beside git's and an empty Node. */
function figure(stage, name, { heddle, git, repetitions = options.repetitions }) {
  console.error(`# ${name}`);
  const lanes = [{ commands: [stage.node('-e', '0')] }, git, heddle];
  const [ofNode, ofGit, ofHeddle] = timeInTurns(lanes, repetitions, options).map(summarise);
  return {
    name,
    node: ofNode,
    git: { commands: git.commands.map(({ args }) => `git ${args.join(' ')}`), ...ofGit },
    heddle: ofHeddle,
    ratios: { node: ofHeddle.median / ofNode.median, git: ofHeddle.median / ofGit.median },
  };
}

function one(command, expected = {}) {
  return { commands: [{ ...command, ...expected }] };
}

function startFigures(stage) {
  const { heddle } = stage.user(base);
  const git = (word) => one(stage.git(base, word), { shows: says(/git/) });
  return [
    figure(stage, '--version', {
      heddle: one(heddle('--version'), { shows: says(/^\S/) }),
      git: git('--version'),
    }),
    figure(stage, 'help', { heddle: one(heddle('help'), { shows: says(/capture/) }), git: git('help') }),
  ];
}

function treeFigures(stage, files) {
  const title = (name) => `${name}, ${files.toLocaleString('en')} files`;
  console.error(`# making a tree of ${files} files`);
  const clones = makeClones(stage, files);
  return [
    ...firstInClone(stage, title, clones),
    ...captureFigures(stage, title, clones),
    ...readFigures(stage, title, clones),
    worktreeFigure(stage, title, clones),
    ...hookFigures(stage, title, clones),
    ...removalFigures(stage, title, clones),
    ...leftHookFigures(stage, title, clones),
    ...rangeFigures(stage, title, makeRange(stage, { files, count: options.range })),
    ...firstOfAll(stage, title, makeUnkept(stage, files)),
  ];
}

function worktreeFigure(stage, title, clones) {
  const { keepOne, ...lanes } = worktreeLanes(stage, clones);
  const repetitions = Math.ceil(options.repetitions / FIRST_SHARE);
  const made = figure(stage, title('start --worktree'), { ...lanes, repetitions });
  keepOne();
  return made;
}

/** `git add -A` and `git commit`, as `{ exit }` of the second: it ends with 1 where there is nothing to commit. */
function gitCapture(git, { exit = 0, prepare } = {}) {
  return { prepare, commands: [git('add', '-A'), { ...git('commit', '-m', 'change'), exit }] };
}

function firstInClone(stage, title, { heddle, git, change, reset }) {
  const then = (lane) => () => {
    reset[lane]();
    change[lane]();
  };
  return [
    figure(stage, title('first capture of a clone'), {
      heddle: { prepare: then('heddle'), ...one(heddle('capture', '-m', 'change'), { shows: CAPTURED }) },
      git: gitCapture(git, { prepare: then('git') }),
      repetitions: Math.ceil(options.repetitions / FIRST_SHARE),
    }),
  ];
}

function captureFigures(stage, title, { heddle, git, change }) {
  const capture = heddle('capture', '-m', 'change');
  return [
    figure(stage, title('capture, one file changed'), {
      heddle: { prepare: change.heddle, ...one(capture, { shows: CAPTURED }) },
      git: gitCapture(git, { prepare: change.git }),
    }),
    figure(stage, title('capture, nothing changed'), {
      heddle: one(capture, { shows: says(/^nothing changed/) }),
      git: gitCapture(git, { exit: 1 }),
    }),
  ];
}

function countLines(text, pattern) {
  return text.match(pattern)?.length ?? 0;
}

function readFigures(stage, title, { heddle, git, change }) {
  const count = String(options.states);
  const found = countLines(run(heddle('log', '-n', count)), /^hs-/gm);
  for (let made = found; made < options.states; made += 1) {
    change.heddle();
    change.git();
    run(heddle('capture', '-m', 'change'));
    for (const command of gitCapture(git).commands) run(command);
  }
  return [
    figure(stage, title('status'), {
      heddle: one(heddle('status'), { shows: says(/nothing changed/) }),
      git: one(git('status'), { shows: says(/nothing to commit/) }),
    }),
    figure(stage, title(`log -n ${count}`), {
      heddle: one(heddle('log', '-n', count), {
        shows: (text) => countLines(text, /^hs-/gm) === options.states,
      }),
      git: one(git('log', '-n', count), {
        shows: (text) => countLines(text, /^commit /gm) === options.states,
      }),
    }),
    figure(stage, title('can'), canLanes({ heddle, git })),
  ];
}

/** Both grow the history that the next turn removes from, alike. */
function removalFigures(stage, title, clones) {
  const lanes = removalLanes(clones);
  const repetitions = Math.ceil(options.repetitions / FIRST_SHARE);
  return ['redact', 'purge'].map((verb) => figure(stage, title(verb), { ...lanes[verb], repetitions }));
}

/** What must not take longer because a repository is large. Git verifies nothing: it prints the same commits. */
function rangeFigures(stage, title, { heddle, git, ranges, commits }) {
  return ranges.map((range, index) => {
    const count = commits[index];
    const shows = says(new RegExp(`^good: ${count} commits?, `));
    return figure(stage, title(`verify, ${count === 1 ? '1 commit' : `${count} commits`}`), {
      heddle: one(heddle('verify', range), { shows }),
      git: one(git('log', '-p', '-n', String(count)), {
        shows: (text) => countLines(text, /^commit /gm) === count,
      }),
    });
  });
}

/** Both lanes are git's: what differs is the hooks. Before anything is removed: after that heddle is always asked. */
function hookFigures(stage, title, clones) {
  const { installed, asked } = hookLanes(stage, clones);
  return [
    figure(stage, title('git commit, hooks'), installed),
    figure(stage, title('git commit, hooks, heddle asked'), asked),
  ];
}

function leftHookFigures(stage, title, clones) {
  const { first, later } = leftHookLanes(stage, clones);
  return [
    figure(stage, title('git commit, hooks left behind, the first'), first),
    figure(stage, title('git commit, hooks left behind'), later),
  ];
}

/** Git has nothing like it; the nearest is a git that only opens the repository. */
function canLanes({ heddle, git }) {
  return {
    heddle: one(heddle('can', 'state:capture', 'bench/tree@task/bench'), { shows: says(/^yes: /) }),
    git: one(git('rev-parse', 'HEAD')),
  };
}

function firstOfAll(stage, title, unkept) {
  const { heddle, git, reset } = unkept;
  const capture = heddle('capture', '-m', 'all');
  return [
    figure(stage, title('first capture, every file new'), {
      heddle: { prepare: reset.heddle, ...one(capture, { shows: CAPTURED }) },
      git: gitCapture(git, { prepare: reset.git }),
      repetitions: Math.ceil(options.repetitions / FIRST_SHARE),
    }),
    figure(stage, title('the same, a shun list travels'), {
      ...shunLanes(unkept, one(capture, { shows: CAPTURED })),
      repetitions: Math.ceil(options.repetitions / FIRST_SHARE),
    }),
  ];
}

/** Both lanes are heddle's: what differs is whether new files are held against marks that travel. */
function shunLanes(unkept, capture) {
  const { travelling, local } = makeShunned(unkept);
  return { heddle: { prepare: travelling, ...capture }, git: { prepare: local, ...capture } };
}

function historyFigures(stage) {
  console.error(`# making a history of ${options.history} states`);
  const { heddle, git, old, dropIndex } = makeHistory(stage, options.history);
  const show = one(heddle('show', old.state), { shows: (text) => text.startsWith(`state ${old.state}`) });
  const lanes = { git: one(git('show', '--no-patch', old.commit), { shows: says(/^commit /) }) };
  const title = `show an old state of ${options.history.toLocaleString('en')}`;
  return [
    figure(stage, title, { ...lanes, heddle: show }),
    figure(stage, `${title}, index deleted`, { ...lanes, heddle: { prepare: dropIndex, ...show } }),
  ];
}

/** What must not take longer because a thread is long. */
function longFigures(stage, states) {
  console.error(`# making a thread of ${states} states`);
  const { heddle, git, change } = makeLongThread(stage, states);
  const after = `${states.toLocaleString('en')} states before`;
  const count = String(options.states);
  return [
    figure(stage, `capture, ${after}`, {
      heddle: { prepare: change.heddle, ...one(heddle('capture', '-m', 'change'), { shows: CAPTURED }) },
      git: gitCapture(git, { prepare: change.git }),
    }),
    figure(stage, `log -n ${count}, ${after}`, {
      heddle: one(heddle('log', '-n', count), {
        shows: (text) => countLines(text, /^hs-/gm) === options.states,
      }),
      git: one(git('log', '-n', count), { shows: says(/^commit /) }),
    }),
  ];
}

function blameFigures(stage) {
  const [lines = 2000, states = 500] = options.blame;
  console.error(`# making a file of ${lines} lines and ${states} states`);
  const made = makeLines(stage, { lines, states });
  const shows = (text) => countLines(text, /\n/g) === made.count;
  const title = `blame, ${made.count.toLocaleString('en')} lines, ${states.toLocaleString('en')} states`;
  const [heddle, git] = [one(made.heddle, { shows }), one(made.git, { shows })];
  return [
    figure(stage, title, { heddle, git }),
    figure(stage, `${title}, file never asked before`, {
      heddle: { prepare: made.forgetFile, ...heddle },
      git,
    }),
    figure(stage, `${title}, nothing remembered`, { heddle: { prepare: made.forgetAll, ...heddle }, git }),
  ];
}

async function makePrograms(stage) {
  const directory = stage.directory('programs');
  mkdirSync(directory);
  return {
    longChain: await bundleProgram('long-chain', directory),
    manyCaptures: await bundleProgram('many-captures', directory),
    warmDecision: await bundleProgram('warm-decision', directory),
  };
}

/** What is there to compare with is a program of its own, which not every machine has. */
function leakFigures(stage, { manyCaptures }) {
  if (!hasFilterRepo(stage)) {
    console.error('# no git-filter-repo in PATH: a removal from a whole history is not measured');
    return [];
  }
  const [states = 1000, files = 10_000] = options.leak;
  console.error(`# making a history of ${states} states of ${files} files`);
  const lanes = leakLanes(stage, makeLeak(stage, { states, files, program: manyCaptures }));
  const where = `${states.toLocaleString('en')} states, ${files.toLocaleString('en')} files`;
  const repetitions = Math.ceil(options.repetitions / FIRST_SHARE);
  return [
    figure(stage, `redact, ${where}`, { ...lanes.redact, repetitions }),
    figure(stage, `redact and purge, ${where}`, { ...lanes.both, repetitions }),
    figure(stage, `purge alone, ${where}`, { ...lanes.purge, repetitions }),
    figure(stage, `survey alone, ${where}`, { ...lanes.survey, repetitions }),
  ];
}

function chainFigures(stage, { longChain }) {
  console.error('# making an authority chain');
  const chain = makeChain(stage, longChain);
  const figures = [tokenFigure(stage, chain)];
  for (const wanted of options.grants) {
    const grants = chain.growTo(wanted).toLocaleString('en');
    figures.push(figure(stage, `can, ${grants} grants`, canLanes(chain)));
  }
  return figures;
}

/** Works offline and needs no engine: what it costs to hand something on. */
function tokenFigure(stage, { heddle, git }) {
  const file = stage.directory('child.hcred');
  const narrow = ['--allow', 'state:capture', '--resource', 'bench/tree@task/bench'];
  const attenuate = heddle('token', 'attenuate', '--agent', 'bench', ...narrow, '--out', file);
  return figure(stage, 'token attenuate', {
    heddle: { prepare: () => rmSync(file, { force: true }), ...one(attenuate) },
    git: one(git('rev-parse', 'HEAD')),
  });
}

/** What is timed here are parts of a process that has done them before: there is no ratio to another process. */
function warmFigures(stage, { warmDecision }) {
  console.error('# decisions in one process');
  const found = JSON.parse(run(stage.node(warmDecision, String(options.repetitions))));
  return found.map(({ name, times }) => ({ name, ...summarise(times) }));
}

/** What the complete search takes of memory, by the number of objects that stand in the repository. */
function memoryFigures(stage) {
  return options.objects.map((objects) => {
    console.error(`# making ${objects} objects`);
    const survey = makeObjects(stage, objects);
    return { name: `survey alone, ${objects.toLocaleString('en')} objects`, bytes: peakMemory(survey) };
  });
}
