import { run } from './measure.mjs';

const HIDDEN = (text) => /^tombstone hr-/m.test(text);
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

function commitSecret(git, leak, path) {
  leak.git(path);
  run(git('add', '-A'));
  run(git('commit', '-q', '-m', 'a secret'));
}

function rewriteWithout(git, path) {
  const filter = `git rm -q --cached --ignore-unmatch ${path}`;
  return git('filter-branch', '-f', '--index-filter', filter, '--', 'HEAD');
}
