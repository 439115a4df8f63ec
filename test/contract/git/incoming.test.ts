import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { HeddleError } from '#domain/error.ts';
import { openBareGit } from '#git/server/bare-repository.ts';
import type { Incoming } from '#ports/server/incoming.ts';
import { createMemoryIncoming } from '../../support/memory/incoming.ts';
import { TestRepository } from '../../support/repositories/repository.ts';

let repository: TestRepository;
let bare: string;
let [first, second]: readonly [string, string] = ['', ''];
beforeAll(() => {
  repository = new TestRepository();
  bare = join(repository.root, 'bare.git');
  first = repository.git('rev-parse', 'HEAD');
  repository.git('clone', '-q', '--bare', '.', bare);
  repository.write('new.txt', 'new\n');
  second = repository.commit('second');
});
afterAll(() => repository.dispose());

/** As git keeps a push: its objects in a directory of their own. */
async function quarantined(): Promise<Awaited<ReturnType<typeof openBareGit>>> {
  const place = join(bare, 'objects', 'incoming-Test1');
  mkdirSync(place, { recursive: true });
  const pack = repository.gitBytes(
    repository.path,
    ['pack-objects', '--revs', '--stdout', '-q'],
    Buffer.from(`${second}\n^${first}\n`),
  );
  const env = { ...repository.env, GIT_OBJECT_DIRECTORY: place };
  const { spawnSync } = await import('node:child_process');
  expect(spawnSync('git', ['unpack-objects', '-q'], { cwd: bare, env, input: pack }).status).toBe(0);
  return openBareGit(bare, repository.env, place);
}

/** What both have to do. */
async function commitsOf(incoming: Incoming): Promise<void> {
  expect(await incoming.commits([second], [first], 10)).toEqual([second]);
  expect(await incoming.commits([first], [second], 10)).toEqual([]);
  expect(await incoming.commits([], [first], 10)).toEqual([]);
  expect([...(await incoming.commits([second], [], 10))].toSorted()).toEqual([first, second].toSorted());
  await expect(incoming.commits([second], [], 1)).rejects.toMatchObject({ code: 'FORMAT_INVALID' });
  await expect(incoming.commits(['e'.repeat(40)], [], 1)).rejects.toThrow(HeddleError);
  // A tag may name a file.
  const file = repository.git('rev-parse', `${first}^{tree}`);
  await expect(incoming.commits([file], [], 1)).rejects.toThrow(HeddleError);
}

/** A commit, its tree and what is new of that, whether or not it was there before. */
async function reachedOf(incoming: Incoming): Promise<void> {
  const blob = repository.git('rev-parse', `${second}:new.txt`);
  const tree = repository.git('rev-parse', `${second}^{tree}`);
  const reached = await incoming.reached([second], [first], 10);
  expect([...reached].toSorted()).toEqual([second, tree, blob].toSorted());
  expect(await incoming.reached([first], [second], 10)).toEqual([]);
  expect(await incoming.reached([], [], 10)).toEqual([]);
  await expect(incoming.reached([second], [first], 2)).rejects.toMatchObject({ code: 'FORMAT_INVALID' });
}

describe('what a push brought', () => {
  it('is found beside what the repository has, and alone', async () => {
    const git = await quarantined();
    try {
      await commitsOf(git.incoming);
      await commitsOf(createMemoryIncoming(git.objects));
      await reachedOf(git.incoming);
      await reachedOf(createMemoryIncoming(git.objects));
      const kinds = (await git.incoming.objects(10)).map(({ kind }) => kind).toSorted();
      expect(kinds).toEqual(['blob', 'commit', 'tree']);
      await expect(git.incoming.objects(2)).rejects.toMatchObject({ code: 'FORMAT_INVALID' });
    } finally {
      await git.close();
    }
  });

  it('is looked for nowhere but where git keeps it', async () => {
    for (const place of [join(bare, 'objects'), repository.path, join(bare, 'objects', 'pack'), '/nowhere'])
      await expect(openBareGit(bare, repository.env, place)).rejects.toMatchObject({
        code: 'FORMAT_INVALID',
      });
    await expect(openBareGit(repository.path, repository.env, null)).rejects.toMatchObject({
      code: 'NOT_BARE',
    });
  });
});
