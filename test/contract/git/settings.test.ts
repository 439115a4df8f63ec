import { describe, expect, it } from 'vitest';
import { requireSupported, type SettingLine } from '#git/settings.ts';

const local = (key: string, value = 'true'): SettingLine => ({ scope: 'local', key, value });
const version = (value: string): SettingLine => local('core.repositoryformatversion', value);

const REFUSED: readonly (readonly [string, readonly SettingLine[]])[] = [
  ['the extension tomorrow of the repository format', [version('1'), local('extensions.tomorrow')]],
  [
    'the extension compatobjectformat of the repository format',
    [version('1'), local('extensions.compatobjectformat')],
  ],
  ['the ref storage reftable', [version('1'), local('extensions.refstorage', 'reftable')]],
  ['partial clones', [version('1'), local('extensions.partialclone', 'origin')]],
  ['partial clones', [local('remote.origin.promisor')]],
  [
    "hooks that the repository's configuration names for reference-transaction",
    [local('hook.a=b.c.event', 'pre-commit'), local('hook.a=b.c.event', 'reference-transaction')],
  ],
  ['sparse checkouts', [{ scope: 'worktree', key: 'core.sparsecheckout', value: 'yes' }]],
];

describe('a repository that git knows', () => {
  it.each(REFUSED)('is refused for %s', (feature, lines) => {
    expect(() => requireSupported(lines)).toThrow(
      expect.objectContaining({ code: 'GIT_UNSUPPORTED', facts: expect.objectContaining({ feature }) }),
    );
  });

  it.each<readonly [string, readonly SettingLine[]]>([
    [
      'extensions that heddle knows',
      [version('1'), local('extensions.worktreeconfig'), local('extensions.objectformat', 'sha1')],
    ],
    ['extensions where the format has none', [version('0'), local('extensions.tomorrow')]],
    [
      'what the user sets for all repositories',
      [version('1'), { scope: 'global', key: 'extensions.tomorrow', value: 'true' }],
    ],
    [
      'hooks of events that no git of heddle has, and those of the user',
      [
        local('hook.lint.event', 'pre-commit'),
        { scope: 'global', key: 'hook.mine.event', value: 'post-checkout' },
      ],
    ],
    ['what is switched off', [local('core.sparsecheckout', 'false'), local('remote.origin.promisor', 'no')]],
  ])('is taken with %s', (_what, lines) => {
    expect(() => requireSupported(lines)).not.toThrow();
  });
});
