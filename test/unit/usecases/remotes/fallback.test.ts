import { expect, it } from 'vitest';
import type { Workspace } from '#ports/workspace.ts';
import { push } from '#usecases/remotes/push/push.ts';
import { plainFiles, writeCommit } from '../../../support/memory/files.ts';
import { save, started } from '../../../support/memory/scenes.ts';
import { MemoryRemote } from '../../../support/memory/transport.ts';

const ALL = { remote: 'origin', threads: [], branches: [], all: true };

it('a push says once that the host takes branches alone, and which one has what it was sent', async () => {
  const repository = await started();
  const remote = new MemoryRemote();
  remote.plain = true;
  const workspace: Workspace = {
    ...repository.workspace,
    transport: async () => remote.transportOf(workspace),
  };
  await save(repository, workspace, { 'a.ts': 'a' });
  const told = expect.stringMatching(
    /^origin refuses refs\/heddle: what was pushed is in its branch heddle\/refs/,
  );
  expect((await push(workspace, ALL)).notes).toEqual([told]);
  await save(repository, workspace, { 'a.ts': 'b' });
  expect((await push(workspace, ALL)).notes).toEqual([]);
});

it('a push finds that out where a hook refuses the branches that come along, too', async () => {
  const repository = await started();
  const remote = new MemoryRemote();
  remote.plain = 'whole';
  const workspace: Workspace = {
    ...repository.workspace,
    transport: async () => remote.transportOf(workspace),
  };
  await save(repository, workspace, { 'a.ts': 'a' });
  const main = await writeCommit(workspace.writer, plainFiles({ 'a.ts': 'a' }));
  const move = { name: 'refs/heads/main', old: null, new: main };
  await (await workspace.refs.prepare([move], [], move.name)).commit();
  const { result } = await push(workspace, { ...ALL, branches: ['main'] });
  expect(result.branches).toMatchObject([{ branch: 'main', outcome: 'new' }]);
  expect([...remote.refs.keys()].toSorted()).toEqual(['refs/heads/heddle/refs', 'refs/heads/main']);
});
