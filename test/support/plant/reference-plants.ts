import { existsSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Ground } from './ground.ts';
import type { Plant } from './plant.ts';

const ENTRY = (ground: Ground): string => `100644 ${ground.blob}`;

const INDEX: Plant = {
  name: "the main worktree's index",
  when: 'captured',
  step: 'indexes',
  plant: (ground) => {
    ground.input(['hash-object', '-w', '--stdin'], ground.content);
    ground.git('update-index', '--add', '--cacheinfo', `100644,${ground.blob},${ground.path}`);
  },
  isPlanted: (ground) => ground.git('ls-files', '-s').includes(ENTRY(ground)),
};

/** An index in two files: the one that is shared still has the entry that the other one takes out. */
const SHARED_INDEX: Plant = {
  name: 'a shared index behind a split one',
  when: 'captured',
  step: 'indexes',
  plant: (ground) => {
    const { git } = ground.linkedWorktree();
    git('update-index', '--add', '--cacheinfo', `100644,${ground.blob},split.txt`);
    git('update-index', '--split-index');
    git('rm', '-q', '--cached', 'split.txt');
  },
  isPlanted: (ground) =>
    ground.linkedWorktrees().some((path) => {
      const directory = ground.repository.gitIn(path, 'rev-parse', '--absolute-git-dir');
      const isHeld = readdirSync(directory)
        .filter((name) => name.startsWith('sharedindex.'))
        .some((name) => readFileSync(join(directory, name)).includes(Buffer.from(ground.blob, 'hex')));
      return isHeld && !ground.repository.gitIn(path, 'ls-files', '-s').includes(ground.blob);
    }),
};

const LINKED_INDEX: Plant = {
  name: "a linked worktree's index",
  when: 'captured',
  step: 'indexes',
  plant: (ground) => {
    const linked = ground.linkedWorktree();
    const file = join(linked.path, 'staged.txt');
    ground.write(file, ground.content);
    linked.git('add', 'staged.txt');
    rmSync(file);
  },
  isPlanted: (ground) =>
    ground
      .linkedWorktrees()
      .some((path) => ground.repository.gitIn(path, 'ls-files', '-s').includes(ENTRY(ground))),
};

const RESOLVE_UNDO: Plant = {
  name: 'resolve-undo',
  when: 'captured',
  step: 'resolve-undo',
  plant: (ground) => {
    const linked = conflict(ground);
    // What only the conflict brought along, and a user has after a while without.
    for (const name of ['ORIG_HEAD', 'AUTO_MERGE']) linked.git('update-ref', '-d', name);
    ground.expireReflogs();
  },
  isPlanted: (ground) =>
    ground.linkedWorktrees().some((path) => {
      const git = (...argv: readonly string[]): string => ground.repository.gitIn(path, ...argv);
      return (
        git('ls-files', '--resolve-undo').includes(ENTRY(ground)) &&
        !git('ls-files', '-s').includes(ground.blob)
      );
    }),
};

/** A merge that conflicts over the content, resolved with `git add`, committed, and taken back; in a linked worktree. */
function conflict(ground: Ground): ReturnType<Ground['linkedWorktree']> {
  const linked = ground.linkedWorktree();
  const base = linked.git('rev-parse', 'HEAD');
  const file = join(linked.path, 'conflict.txt');
  const commit = (content: string): string => {
    linked.git('checkout', '-q', '--detach', base);
    ground.write(file, content);
    linked.git('add', 'conflict.txt');
    linked.git('commit', '-q', '-m', 'one side');
    return linked.git('rev-parse', 'HEAD');
  };
  const theirs = commit('something else\n');
  commit(ground.content);
  const merge = (): string => linked.git('merge', '-q', theirs);
  try {
    merge();
  } catch {
    ground.write(file, 'resolved\n');
    linked.git('add', 'conflict.txt');
    linked.git('commit', '-q', '-m', 'resolved');
    linked.git('reset', '-q', '--soft', base);
    return linked;
  }
  throw new Error('the merge has no conflict');
}

const RERERE: Plant = {
  name: 'rr-cache',
  when: 'captured',
  step: 'caches',
  plant: (ground) => {
    ground.git('config', 'rerere.enabled', 'true');
    const linked = conflict(ground);
    ground.git('worktree', 'remove', '--force', linked.path);
    ground.git('config', '--unset', 'rerere.enabled');
  },
  isPlanted: (ground) => {
    const directory = join(ground.gitDirectory, 'rr-cache');
    return (
      existsSync(directory) &&
      readdirSync(directory).some((name) =>
        readFileSync(join(directory, name, 'preimage'), 'utf8').includes(ground.content),
      )
    );
  },
};

const STASH: Plant = {
  name: 'the stash',
  when: 'captured',
  step: 'stash',
  plant: (ground) => {
    ground.git('add', ground.path);
    ground.git('stash', 'push', '-q', '--', ground.path);
    ground.git('stash', 'apply', '-q');
    ground.git('reset', '-q', '--', ground.path);
  },
  isPlanted: (ground) => ground.git('ls-tree', '-r', 'stash@{0}').includes(ground.blob),
};

/** In the middle of three: the ones around it have to stay, in their order. */
const STASH_UNTRACKED: Plant = {
  name: 'an untracked file in an older stash',
  when: 'captured',
  step: 'stash',
  plant: (ground) => {
    const stash = (path: string, content: string): void => {
      ground.repository.write(path, content);
      ground.git('stash', 'push', '-qu', '-m', `stash of ${path}`, '--', path);
    };
    stash('stashed-first.txt', 'first\n');
    ground.git('stash', 'push', '-qu', '-m', 'holds it', '--', ground.path);
    ground.git('stash', 'apply', '-q');
    stash('stashed-last.txt', 'last\n');
  },
  isPlanted: (ground) => ground.git('ls-tree', '-r', 'stash@{1}^3').includes(ground.blob),
};

/** HEAD was there and is back: so both its log and the branch's know it. */
function visit(ground: Ground): string {
  const commit = ground.commitHolding();
  ground.git('reset', '-q', '--soft', commit);
  ground.git('reset', '-q', '--soft', 'HEAD~1');
  return commit;
}

const REFLOG: Plant = {
  name: 'a reflog',
  when: 'captured',
  step: 'reflogs',
  plant: (ground) => {
    visit(ground);
    ground.git('update-ref', '-d', 'ORIG_HEAD');
  },
  isPlanted: (ground) => {
    const known = ground.git('rev-list', '--objects', '--walk-reflogs', 'HEAD');
    return known.includes(ground.blob) && !existsSync(join(ground.gitDirectory, 'ORIG_HEAD'));
  },
};

const ORIG_HEAD: Plant = {
  name: 'ORIG_HEAD',
  when: 'captured',
  step: 'pseudo-refs',
  plant: (ground) => {
    visit(ground);
    ground.expireReflogs();
  },
  isPlanted: (ground) =>
    ground.git('ls-tree', '-r', 'ORIG_HEAD').includes(ground.blob) &&
    !ground.git('reflog').includes(ground.git('rev-parse', '--short', 'ORIG_HEAD')),
};

const FETCH_HEAD: Plant = {
  name: 'FETCH_HEAD',
  when: 'captured',
  step: 'pseudo-refs',
  plant: (ground) => {
    const other = ground.beside('other');
    ground.git('clone', '-q', '.', other);
    ground.write(join(other, 'theirs.txt'), ground.content);
    ground.repository.gitIn(other, 'add', 'theirs.txt');
    ground.repository.gitIn(other, 'commit', '-q', '-m', 'theirs');
    ground.git('fetch', '-q', other, 'HEAD');
    rmSync(other, { recursive: true });
  },
  isPlanted: (ground) => ground.git('ls-tree', '-r', 'FETCH_HEAD').includes(ground.blob),
};

const CHERRY_PICK: Plant = {
  name: 'CHERRY_PICK_HEAD of a linked worktree',
  when: 'captured',
  step: 'pseudo-refs',
  plant: (ground) => {
    const linked = ground.linkedWorktree();
    const commit = ground.commitHolding('picked');
    linked.git('cherry-pick', '--no-commit', commit);
    linked.git('reset', '-q', '--hard');
    linked.git('update-ref', 'CHERRY_PICK_HEAD', commit);
  },
  isPlanted: (ground) =>
    ground.linkedWorktrees().some((path) => {
      const git = (...argv: readonly string[]): string => ground.repository.gitIn(path, ...argv);
      const file = join(git('rev-parse', '--absolute-git-dir'), 'CHERRY_PICK_HEAD');
      return existsSync(file) && git('ls-tree', '-r', 'CHERRY_PICK_HEAD').includes(ground.blob);
    }),
};

/** With `-v` git shows the patch in the editor, every line of it behind a plus, and keeps the file. */
const MESSAGE: Plant = {
  name: 'the message file of a verbose commit',
  when: 'captured',
  step: 'pseudo-refs',
  plant: (ground) => {
    const linked = ground.linkedWorktree();
    ground.write(join(linked.path, 'shown.txt'), ground.content);
    linked.git('add', 'shown.txt');
    linked.git('-c', 'core.editor=sed -i 1s/^/message/', 'commit', '-q', '-v');
    linked.git('reset', '-q', '--hard', 'HEAD~1');
    linked.git('update-ref', '-d', 'ORIG_HEAD');
    ground.expireReflogs();
  },
  isPlanted: (ground) => {
    const shown = ground.content.replaceAll(/^/gm, '+').replace(/\+$/, '');
    return ground.linkedWorktrees().some((path) => {
      const file = join(ground.repository.gitIn(path, 'rev-parse', '--absolute-git-dir'), 'COMMIT_EDITMSG');
      return existsSync(file) && readFileSync(file, 'utf8').includes(shown);
    });
  },
};

/** Places that lead to the content, or hold it as text, outside the object store. */
export const REFERENCE_PLANTS: readonly Plant[] = [
  INDEX,
  LINKED_INDEX,
  SHARED_INDEX,
  RESOLVE_UNDO,
  RERERE,
  STASH,
  STASH_UNTRACKED,
  REFLOG,
  ORIG_HEAD,
  FETCH_HEAD,
  CHERRY_PICK,
  MESSAGE,
];
