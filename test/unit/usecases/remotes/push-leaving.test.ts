import { beforeEach, describe, expect, it } from 'vitest';
import type { PolicyRules } from '#domain/policy/policy.ts';
import type { Workspace } from '#ports/workspace.ts';
import { threadRef } from '#domain/refs.ts';
import { setPolicy } from '#usecases/policy/set-policy.ts';
import { push } from '#usecases/remotes/push/push.ts';
import { save, started } from '../../../support/memory/scenes.ts';
import { MemoryRemote } from '../../../support/memory/transport.ts';
import type { MemoryRepository } from '../../../support/memory/workspace.ts';

const ALL = { remote: 'origin', threads: [], branches: [], all: true };
const TOKEN = `ghp_${'a1B2c3D4e5F6'.repeat(3)}`;

let origin: MemoryRepository;
let remote: MemoryRemote;
let workspace: Workspace;
beforeEach(async () => {
  origin = await started();
  remote = new MemoryRemote();
  workspace = { ...origin.workspace, transport: async () => remote.transportOf(workspace) };
});

const ask = async (rules: Partial<PolicyRules>): Promise<unknown> =>
  setPolicy(workspace, { resource: null, rules, reason: null, dryRun: false });

/** The line that was written last. */
async function newest(): Promise<string | undefined> {
  for await (const { id } of workspace.log.newest()) return id;
  return undefined;
}

describe('a push', () => {
  it('goes to places that the policy lists, and to no other', async () => {
    await save(origin, workspace, { 'a.ts': 'a' });
    await ask({ remotes: ['/srv/git', 'https://example.com/acme'] });
    const before = await newest();
    for (const address of ['/srv/memory', '../memory', 'https://example.com/acme-evil/core']) {
      remote.address = address;
      await expect(push(workspace, ALL)).rejects.toMatchObject({
        code: 'REMOTE_REFUSED',
        facts: { remote: 'origin', remotes: ['/srv/git', 'https://example.com/acme'] },
      });
    }
    remote.address = `https://me:${'x'.repeat(9)}@example.com/other/core.git`;
    await expect(push(workspace, ALL)).rejects.toMatchObject({
      facts: { address: 'https://example.com/other/core', remotes: ['/srv/git', 'https://example.com/acme'] },
    });
    expect(remote.refs.size).toBe(0);
    expect(await newest()).toBe(before);
    remote.address = 'https://me@example.com/acme/core.git';
    expect((await push(workspace, ALL)).result.threads).toMatchObject([{ outcome: 'new' }]);
  });

  it('brings no secret, even one that a later state took out again', async () => {
    await ask({ secrets: 'off' });
    await save(origin, workspace, { 'a.ts': `const token = '${TOKEN}';\n` });
    await save(origin, workspace, { 'a.ts': 'const token = read();\n' });
    await ask({ secrets: 'refuse' });
    const refused = push(workspace, ALL);
    await expect(refused).rejects.toMatchObject({ code: 'SECRET_FOUND' });
    await expect(refused).rejects.not.toThrow(TOKEN);
    expect(remote.refs.size).toBe(0);
    await ask({ secrets: 'warn' });
    const { notes } = await push(workspace, ALL);
    expect(notes).toEqual([expect.stringContaining('looks like a secret: ')]);
    expect(notes.join()).not.toContain(TOKEN);
  });

  it('looks at what the remote has no more', async () => {
    await ask({ secrets: 'off' });
    await save(origin, workspace, { 'a.ts': `const token = '${TOKEN}';\n` });
    await push(workspace, ALL);
    await ask({ secrets: 'refuse' });
    await save(origin, workspace, { 'b.ts': 'const b = 1;\n' });
    expect((await push(workspace, ALL)).result.threads).toMatchObject([{ outcome: 'advanced' }]);
  });
});

describe('a push of a branch that went on at the remote', () => {
  it('says how to land again: a server takes no merge', async () => {
    await save(origin, workspace, { 'a.ts': 'a' });
    const { refs } = workspace;
    const old = (await refs.readBranch('refs/heads/main')) ?? null;
    const next = (await refs.read(threadRef('task'))) ?? expect.fail('no thread');
    await (await refs.prepare([{ name: 'refs/heads/main', old, new: next }], [], 'refs/heads/main')).commit();
    remote.refs.set('refs/heads/main', '0'.repeat(40));
    await expect(push(workspace, { ...ALL, branches: ['main'] })).rejects.toMatchObject({
      code: 'REMOTE_MOVED',
      facts: { branch: 'main', advice: expect.stringMatching(/`heddle undo`.*`heddle undo --list`/) },
    });
  });
});
