import { describe, expect, it } from 'vitest';
import { parseId } from '#domain/id.ts';
import { cleanUpKit } from '#domain/removal/clean-up-kit.ts';

const tombstone = parseId('hr', `hr-${'0'.repeat(52)}`);

describe('the clean-up kit', () => {
  it('pushes what was moved, each ref as one word for a shell, and nothing of remotes', () => {
    const refs = ["refs/heads/it's;rm", 'refs/tags/v1', 'refs/remotes/origin/main', 'refs/heddle/threads/a'];
    const pushes = cleanUpKit({ tombstone, refs }).match(/^git push.*$/gm);
    expect(pushes).toEqual([
      String.raw`git push --force origin 'refs/heads/it'\''s;rm:refs/heads/it'\''s;rm'`,
      "git push --force origin 'refs/tags/v1:refs/tags/v1'",
      "git push --force origin 'refs/heddle/*:refs/heddle/*'",
    ]);
  });

  it('asks nobody to push where nothing was rewritten, and names what hosts have to do', () => {
    const kit = cleanUpKit({ tombstone, refs: [] });
    expect(kit).not.toContain('git push');
    for (const host of ['GitHub', 'GitLab', 'Bitbucket', 'Gitea']) expect(kit).toContain(host);
    expect(kit.split('\n').filter((line) => line.length > 120)).toEqual([]);
  });
});
