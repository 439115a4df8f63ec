import { shortId, type TombstoneId } from '#domain/id.ts';
import { gitPushes, pushedRefs, pushLine } from './git-pushes.ts';

/** What a kit is about. It names no content, no id of a commit and no path, so it can be handed to everybody. */
export interface CleanUpKit {
  /** At least one. */
  readonly tombstones: readonly TombstoneId[];
  /** Refs that were moved to rewritten commits; empty where none was. */
  readonly refs: readonly string[];
  /** Names of the remotes that whoever rewrote pushes to; `origin` where there is none. */
  readonly remotes: readonly string[];
}

/**
 * What is still to be done about copies that a purge does not reach, in Markdown: by whoever rewrote, by each colleague,
 * and by each host. What hosts do is from their public documentation, which it names.
 */
export function cleanUpKit(kit: CleanUpKit): string {
  return [...head(kit), ...forTheOneWhoRewrote(kit), ...forColleagues(kit), ...HOSTS, ''].join('\n');
}

/**
 * Commands that a colleague runs in turn, each with why. None of them takes away what only that clone has.
 *
 * @param rewritten whether branches or tags were given other commits, or may have been.
 */
export function colleagueSteps(
  tombstones: readonly string[],
  rewritten: boolean,
): readonly (readonly [command: string, why: string])[] {
  return [
    ...(rewritten ? AFTER_A_REWRITE : []),
    ['git reflog expire --expire-unreachable=now --all', 'forget where branches were'],
    ['git gc --prune=now', 'destroy what nothing reaches any more'],
    ['heddle pull origin', 'where heddle is used in this clone: hide and destroy here what was elsewhere'],
    ['heddle init --adopt', 'where heddle was never used in this clone: fetch, verify, and begin with it'],
    ...tombstones.map((tombstone): [string, string] => [
      `heddle verify --clean-of ${tombstone}`,
      'see whether this clone is clean',
    ]),
  ];
}

const AFTER_A_REWRITE = [
  ['git fetch --prune --tags --force origin', 'take over the rewritten branches and tags'],
  [
    'git reset --keep origin/BRANCH',
    'on each branch without work of your own; stops where a file would be lost',
  ],
  [
    'git rebase --onto origin/BRANCH OLD BRANCH',
    'on each with work of your own; OLD is where it left the old branch',
  ],
  ['git stash list', 'a stash keeps the commit that it was made on: apply it anew, then drop it'],
] as const;

function head({ tombstones, refs }: CleanUpKit): readonly string[] {
  const [only, ...others] = tombstones;
  return [
    `# Clean-up after ${others.length === 0 ? only : tombstones.map(shortId).join(', ')}`,
    '',
    'Content was removed from this repository. This page says what is left to do about other copies. It tells nothing of',
    'the content. If it was a credential, rotate it first: whoever has a copy still has it, whatever is done here.',
    '',
    ...(refs.length === 0
      ? ["No branch or tag of Git's own was rewritten for it."]
      : ['Do not merge or push an old branch: that brings everything back.']),
    '',
  ];
}

function forTheOneWhoRewrote({ refs, remotes }: CleanUpKit): readonly string[] {
  if (pushedRefs(refs).length === 0) return [];
  const names = remotes.length === 0 ? ['origin'] : remotes;
  return [
    '## Whoever rewrote the history',
    '',
    'Tell everybody to push nothing. Let protected branches take one forced push. Then push what was moved, but for',
    'branches and tags that the host never had:',
    '',
    '```sh',
    ...names.flatMap((remote) => gitPushes(remote, refs).map(pushLine)),
    '```',
    '',
    'Pull requests and merge requests from before stand on old commits: close them, and open them anew.',
    '',
  ];
}

function forColleagues({ tombstones, refs }: CleanUpKit): readonly string[] {
  return [
    '## Each colleague, in each clone and worktree',
    '',
    '```sh',
    ...colleagueSteps(tombstones, refs.length > 0).flatMap(([command, why]) => [`# ${why}`, command]),
    '```',
    '',
    'A new clone is simpler where there is no work of your own. Build machines, mirrors and backups are clones too.',
    '',
    'The last command ends with 0 where the clone is clean, with 1 where it holds the content, and with 78 where it',
    'cannot tell: no record that travels says what was removed. With `--secret -` it looks for what you pipe in. It needs',
    'reader: where you have no role, an owner gives you one, or looks for you.',
    '',
  ];
}

const HOSTS = [
  '## Each host',
  '',
  '- **GitHub**: pull requests keep old commits under `refs/pull/`, pages of commits are cached, and forks share objects.',
  '  Ask support to remove cached views, references and unreachable objects, and have each fork deleted or cleaned.',
  '  docs.github.com: "Removing sensitive data from a repository", "GitHub Private Information Removal Policy".',
  '- **GitLab**: contents of commits are cached in its database, so a forced push is not enough. An owner uses',
  '  Settings, Repository, Repository maintenance: "Remove blobs", then "Prune unreachable objects". It asks for ids of',
  '  blobs; take them from a clone that still holds them, and keep them to yourself. Run no git by hand in its storage.',
  '  docs.gitlab.com: "Reduce repository size", "Housekeeping".',
  '- **Bitbucket Cloud**: it keeps references for the diffs of merged pull requests that no clone shows. Ask support to',
  '  remove them and to collect garbage. support.atlassian.com: "Maintain a Git repository", "Reduce repository size".',
  '- **Gitea, Forgejo**: `refs/pull/` keeps old commits until the pull request is deleted. An administrator runs the',
  '  task "Garbage-collect all repositories" (`cron.git_gc_repos`, with `--prune=now` among its arguments).',
  '  docs.gitea.com: "Config Cheat Sheet".',
  '- **A server of your own**: in the bare repository `git reflog expire --expire-unreachable=now --all`, then',
  '  `git gc --prune=now`; look with `git for-each-ref` for refs that no clone fetches.',
] as const;
