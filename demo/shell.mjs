import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const HEDDLE = fileURLToPath(new URL('../bin/heddle.js', import.meta.url));
const MAX_OUTPUT = 256 * 1024 * 1024;

/** Everything else is left out: what an agent's harness, a hook or heddle itself set must not change the story. */
const KEPT = [
  'PATH',
  'LANG',
  'LC_ALL',
  'TZ',
  'TMPDIR',
  'TEMP',
  'TMP',
  'SystemRoot',
  'NO_COLOR',
  'FORCE_COLOR',
];

/** A step of the story that did not behave. */
export class StoryError extends Error {}

/** Fails the demo where something is not as told. */
export function expect(condition, expectation) {
  if (!condition) throw new StoryError(expectation);
}

/** The part of the environment that the story's commands get. */
export function cleanEnvironment(home) {
  const kept = KEPT.flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name]]]));
  return { ...Object.fromEntries(kept), HOME: home, USERPROFILE: home, GIT_TERMINAL_PROMPT: '0' };
}

/** A line as a POSIX shell takes it. */
export function shellLine(argv) {
  return argv
    .map((word) => (/^[\w@%+=:,./~-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`))
    .join(' ');
}

/** Somebody's shell: prints each command as typed, then what it really printed. */
export class Shell {
  #who;
  #base;
  #variables;
  #screen;
  #directory;

  /** `screen` remembers whose shell was shown last; `variables` are exported in this one. */
  constructor({ who, base, directory, variables, screen }) {
    this.#who = who;
    this.#base = base;
    this.#directory = directory;
    this.#variables = variables;
    this.#screen = screen;
  }

  /** The same shell with more variables, or in another directory. */
  with({ who = this.#who, directory = this.#directory, variables = {} }) {
    const all = { ...this.#variables, ...variables };
    return new Shell({ who, base: this.#base, directory, variables: all, screen: this.#screen });
  }

  /** Runs heddle, shown. `exit` is the code that has to come; `quiet` shows nothing; `to` is a file for stdout. */
  heddle(argv, { exit = 0, quiet = false, to = '' } = {}) {
    const line = `heddle ${shellLine(argv)}${to === '' ? '' : ` > ${to}`}`;
    const run = this.#run(process.execPath, [HEDDLE, ...argv]);
    if (to !== '') writeFileSync(join(this.#directory, to), run.stdout, { flag: 'wx' });
    if (!quiet) this.#show(line, { ...run, stdout: to === '' ? run.stdout : '' });
    expect(run.exit === exit, `\`${line}\` ends with ${exit}, not ${run.exit}\n${run.stderr}`);
    return run;
  }

  /** Runs heddle with `--json`, not shown, and gives the object that it printed. */
  json(argv, { exit = 0, show = false } = {}) {
    const run = this.heddle([...argv, '--json'], { exit, quiet: !show });
    const text = run.stdout === '' ? run.stderr : run.stdout;
    try {
      return JSON.parse(text);
    } catch {
      throw new StoryError(`\`heddle ${shellLine(argv)} --json\` prints one JSON object, not ${text}`);
    }
  }

  /** Runs git, shown. */
  git(argv) {
    const run = this.#run('git', argv);
    this.#show(`git ${shellLine(argv)}`, run);
    expect(run.exit === 0, `\`git ${shellLine(argv)}\` works\n${run.stderr}`);
    return run.stdout;
  }

  /** Writes a file the way somebody would with an editor. */
  edit(path, text, { append = false } = {}) {
    const [first] = text.split('\n');
    this.#show(`printf %s… ${append ? '>>' : '>'} ${path}   # ${first}`, { stdout: '', stderr: '' });
    mkdirSync(dirname(join(this.#directory, path)), { recursive: true });
    writeFileSync(join(this.#directory, path), text, { flag: append ? 'a' : 'w' });
  }

  #run(program, argv) {
    const { status, signal, stdout, stderr, error } = spawnSync(program, argv, {
      cwd: this.#directory,
      env: { ...this.#base, ...this.#variables },
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
      maxBuffer: MAX_OUTPUT,
    });
    if (error !== undefined) throw new StoryError(`${program} can be run: ${error.message}`);
    return { exit: signal ?? status, stdout, stderr };
  }

  #show(line, { stdout, stderr }) {
    const shown = this.#screen;
    const exported = Object.entries(this.#variables).map(([name, value]) => `export ${name}=${value}`);
    const place = JSON.stringify([this.#who, exported, this.#directory]);
    if (shown.place !== place) {
      console.log(`\n# ${this.#who}`);
      for (const text of [`cd ${shellLine([this.#directory])}`, ...exported]) console.log(`$ ${text}`);
      shown.place = place;
    }
    console.log(`\n$ ${line}`);
    const text = stdout + stderr;
    if (text !== '') process.stdout.write(text.endsWith('\n') ? text : `${text}\n`);
  }
}
