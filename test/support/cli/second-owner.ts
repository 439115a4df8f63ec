import type { Person, Stage } from './stage.ts';

/** Lets in a second owner of a stage's repository, with a session of their own. */
export async function secondOwner(stage: Stage): Promise<Person> {
  const second = stage.person('second');
  await second.ok(['key', 'new', '--no-passphrase', '--principal', 'second@example.com']);
  const { text } = await second.answer('key-export');
  await stage.owner.ok(['key', 'add', 'second@example.com', text]);
  await stage.owner.ok(['grant', 'add', 'second@example.com', 'owner', 'acme/core']);
  await second.ok(['login']);
  return second;
}
