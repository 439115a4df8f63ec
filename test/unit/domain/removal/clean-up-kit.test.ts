import { describe, expect, it } from 'vitest';
import { parseId } from '#domain/id.ts';
import { cleanUpKit } from '#domain/removal/clean-up-kit.ts';

const tombstone = parseId('hr', `hr-${'0'.repeat(52)}`);
const other = parseId('hr', `hr-1${'0'.repeat(51)}`);

describe('the clean-up kit', () => {
  it('pushes what was moved, each ref as one word for a shell, and nothing of remotes', () => {
    const refs = ["refs/heads/it's;rm", 'refs/tags/v1', 'refs/remotes/origin/main', 'refs/heddle/threads/a'];
    const pushes = cleanUpKit({ tombstones: [tombstone], refs, remotes: [] }).match(
      /^(git|heddle) push.*$/gm,
    );
    expect(pushes).toEqual([
      String.raw`git push --force origin 'refs/heads/it'\''s;rm:refs/heads/it'\''s;rm'`,
      "git push --force origin 'refs/tags/v1:refs/tags/v1'",
      'heddle push origin --all',
    ]);
  });

  it('asks nobody to push where nothing was rewritten, and names what hosts have to do', () => {
    const kit = cleanUpKit({ tombstones: [tombstone], refs: [], remotes: ['up'] });
    for (const word of ['git push', 'heddle push', 'origin/BRANCH', 'old branch'])
      expect(kit).not.toContain(word);
    expect(cleanUpKit({ tombstones: [tombstone], refs: ['refs/heads/main'], remotes: ['up'] })).toContain(
      'origin/BRANCH',
    );
    // Whoever never used heddle has no tombstone to ask about.
    expect(kit).toMatch(/heddle pull origin[\s\S]*heddle init --adopt[\s\S]*heddle verify --clean-of hr-/);
    for (const host of ['GitHub', 'GitLab', 'Bitbucket', 'Gitea']) expect(kit).toContain(host);
    expect(kit.split('\n').filter((line) => line.length > 120)).toEqual([]);
  });

  it('is one for all that an incident removed, and for all remotes whose names no program takes for an option', () => {
    const kit = cleanUpKit({
      tombstones: [tombstone, other],
      refs: ['refs/heads/main'],
      remotes: ['up', 'a b', '--mirror'],
    });
    expect(kit.match(/^heddle verify --clean-of hr-\w{52}$/gm)).toHaveLength(2);
    expect(kit.match(/^git push.*main'$/gm)).toEqual([
      "git push --force up 'refs/heads/main:refs/heads/main'",
      "git push --force 'a b' 'refs/heads/main:refs/heads/main'",
    ]);
    expect(kit).not.toContain('--mirror');
  });
});
