import { expect, it } from 'vitest';
import { makeRepository, openAt } from '../../support/repositories/open-repositories.ts';

it('names the remotes and where they are pushed to, and shows no credential of an address', async () => {
  const repository = makeRepository();
  const set = (key: string, value: string): string =>
    repository.git('config', '--add', `remote.${key}`, value);
  expect(await (await openAt(repository)).remotes()).toEqual([]);
  set('up.url', `https://${'anna:hunter2'}@example.com/acme/core.git?private_token=hunter3#hunter4`);
  set('two.url', 'git@example.com:acme/core.git');
  set('two.pushurl', 'ssh://git:hunter5@one.example.com/core\u001b[31m');
  set('two.pushurl', 'ext::sh -c hunter6');
  set('a.b.url', '../there');
  set('none.fetch', '+refs/heads/*:refs/remotes/none/*');
  expect(await (await openAt(repository)).remotes()).toEqual([
    { name: 'a.b', url: '../there' },
    { name: 'two', url: 'ssh://one.example.com/core[31m, ext::…' },
    { name: 'up', url: 'https://example.com/acme/core.git' },
  ]);
});
