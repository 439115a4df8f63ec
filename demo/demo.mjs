#!/usr/bin/env node
// Plays the story of heddle on a clone of this repository, or of PATH:  node demo/demo.mjs [--keep] [PATH]
import { spawnSync } from 'node:child_process';
import { existsSync, lstatSync, mkdirSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { loadScanner } from './scanner.mjs';
import { Shell, StoryError, cleanEnvironment, expect } from './shell.mjs';
import { prepareClone } from './source.mjs';
import { STEPS } from './story.mjs';

const words = process.argv.slice(2);
const keep = words.includes('--keep');
const path = words.find((word) => !word.startsWith('-'));
const source = path === undefined ? fileURLToPath(new URL('..', import.meta.url)) : resolve(path);
const base = realpathSync(mkdtempSync(join(tmpdir(), 'heddle-demo-')));

process.exitCode = 1;
process.on('exit', () => {
  if (keep) console.log(`\nkept: ${base}`);
  else rmSync(base, { recursive: true, force: true, maxRetries: 3 });
});
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => process.exit(1));

try {
  await play();
  process.exitCode = 0;
} catch (error) {
  if (!(error instanceof StoryError)) throw error;
  console.error(`\nthe demo broke. What did not hold: ${error.message}`);
}

async function play() {
  const stage = { ...prepareStage(), scan: await loadScanner(base), memory: {} };
  for (const [index, { title, play: playStep }] of STEPS.entries()) {
    console.log(`\n━━ ${index + 1}. ${title}`);
    try {
      playStep(stage);
    } catch (error) {
      if (error instanceof StoryError) error.message = `step ${index + 1}: ${error.message}`;
      throw error;
    }
  }
  console.log(`\nall ${STEPS.length} steps behaved as told`);
}

function prepareStage() {
  const directory = (name) => {
    mkdirSync(join(base, name), { mode: 0o700 });
    return join(base, name);
  };
  const homes = { user: directory('home'), owner: directory('owner-home'), dev: directory('dev-home') };
  const clone = join(base, 'core');
  expect(existsSync(source), `${source} is there`);
  console.log(`# ${prepareClone(source, clone, homes.user)}, with Node ${process.versions.node}`);
  const shell = new Shell({
    who: 'nobody',
    base: cleanEnvironment(homes.user),
    directory: clone,
    variables: {},
    screen: {},
  });
  const owner = shell.with({ who: 'owner@example.com', variables: { HEDDLE_HOME: homes.owner } });
  const dev = shell.with({ who: 'dev@example.com', variables: { HEDDLE_HOME: homes.dev } });
  const credential = join(base, 'login-writer.hcred');
  const agent = dev.with({
    who: 'login-writer, for review-worker, for dev@example.com',
    variables: { HEDDLE_CREDENTIAL: credential },
  });
  return { base, homes, clone, other: join(base, 'other'), owner, dev, agent, area: findArea(clone) };
}

/** A directory of the clone that the agents may write to: `src`, where the repository leaves that free. */
function findArea(clone) {
  const usable = (name) => {
    const at = join(clone, name);
    const isFree = !existsSync(at) || lstatSync(at).isDirectory();
    const files = [`${name}/auth/login.ts`, `${name}/outside.ts`];
    const { status } = spawnSync('git', ['check-ignore', '--', ...files], { cwd: clone });
    return isFree && status === 1 && files.every((file) => !existsSync(join(clone, file)));
  };
  const area = ['src', 'heddle-demo', 'demo-area'].find(usable);
  expect(area !== undefined, 'the repository leaves room for a file');
  return area;
}
