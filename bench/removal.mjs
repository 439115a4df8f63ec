import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { LEAKED } from './fixture.mjs';
import { run } from './measure.mjs';

const HIDDEN = (text) => /^tombstone hr-/m.test(text);
const FOUND = (text) => /^\s+pack\s+objects\//m.test(text);
const PURGED = (text) => /^purged: /m.test(text);

/**
 * What removing a file takes, beside the usual recipe of git: rewrite the branch without it, forget the reflogs,
 * collect. Each turn has a secret of its own, captured and committed before the clock starts.
 */
export function removalLanes(clones) {
  return { redact: redactLanes(clones), purge: purgeLanes(clones) };
}

function redactLanes({ heddle, git, leak }) {
  const path = 'hidden.env';
  const captured = () => {
    leak.heddle(path);
    run(heddle('capture', '-m', 'a secret'));
  };
  return {
    heddle: {
      prepare: captured,
      commands: [{ ...heddle('redact', path, '--reason', 'bench'), shows: HIDDEN }],
    },
    git: { prepare: () => commitSecret(git, leak, path), commands: [rewriteWithout(git, path)] },
  };
}

function purgeLanes({ heddle, git, leak }) {
  const path = 'destroyed.env';
  return {
    heddle: {
      prepare: () => {
        leak.heddle(path);
        run(heddle('capture', '-m', 'a secret'));
        run(heddle('redact', path, '--reason', 'bench'));
      },
      commands: [{ ...heddle('purge', path, '--yes'), shows: PURGED }],
    },
    git: {
      prepare: () => {
        commitSecret(git, leak, path);
        run(rewriteWithout(git, path));
      },
      commands: [git('reflog', 'expire', '--expire=now', '--all'), git('gc', '-q', '--prune=now')],
    },
  };
}

/** Tells whether git-filter-repo is there to be measured beside. */
export function hasFilterRepo(stage) {
  const { file, args, ...options } = stage.git(stage.directory('.'), 'filter-repo', '--version');
  return spawnSync(file, args, options).status === 0;
}

/**
 * One secret out of a whole history: `redact` alone, after which no reader has it, and with `purge`, after which every
 * place was cleaned and searched. Beside both stands all that git needs: the rewriting, reflogs, collection.
 */
export function leakLanes(stage, { commands, git, reset }) {
  const list = stage.directory('leaked-blobs');
  const twin = {
    prepare: () => {
      reset.git();
      writeFileSync(list, run(git('rev-parse', `HEAD:${LEAKED}`)));
    },
    commands: [
      git('filter-repo', '--quiet', '--force', '--strip-blobs-with-ids', list),
      git('reflog', 'expire', '--expire=now', '--all'),
      git('gc', '-q', '--prune=now'),
    ],
  };
  const prepare = reset.heddle;
  const redact = { ...commands.redact, shows: HIDDEN };
  const purge = { ...commands.purge, shows: PURGED };
  const hidden = () => {
    prepare();
    run(redact);
  };
  return {
    redact: { heddle: { prepare, commands: [redact] }, git: twin },
    both: { heddle: { prepare, commands: [redact, purge] }, git: twin },
    purge: { heddle: { prepare: hidden, commands: [purge] }, git: twin },
    survey: { heddle: { prepare: hidden, commands: [{ ...commands.survey, shows: FOUND }] }, git: twin },
  };
}

function commitSecret(git, leak, path) {
  leak.git(path);
  run(git('add', '-A'));
  run(git('commit', '-q', '-m', 'a secret'));
}

function rewriteWithout(git, path) {
  const filter = `git rm -q --cached --ignore-unmatch ${path}`;
  return git('filter-branch', '-f', '--index-filter', filter, '--', 'HEAD');
}
