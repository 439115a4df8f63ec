import { beforeEach, describe, expect, it } from 'vitest';
import { presetNarrowing, type PresetNarrowing } from '#usecases/tokens/preset-narrowing.ts';
import type { Narrowing } from '#usecases/tokens/narrowing.ts';
import { delegate, initialised, start, started } from '../../../support/memory/scenes.ts';
import { createMemoryRepository, type MemoryRepository } from '../../../support/memory/workspace.ts';

const ASKED: PresetNarrowing = { preset: null, operations: [], resources: [], life: null };

let repository: MemoryRepository;
beforeEach(async () => {
  repository = await started();
});

function narrowed(asked: Partial<PresetNarrowing>): Promise<Narrowing> {
  return presetNarrowing(repository.workspace, { ...ASKED, ...asked });
}

describe('a preset without a resource', () => {
  it('is for the repository where it reads', async () => {
    expect(await narrowed({ preset: 'review' })).toMatchObject({
      operations: ['state:read'],
      resources: ['acme/core'],
      life: null,
      usualLife: 4 * 3_600_000,
    });
  });

  it('is for the thread that the worktree stands on', async () => {
    expect((await narrowed({ preset: 'overnight' })).resources).toEqual(['acme/core@task']);
    repository = await initialised();
    await expect(narrowed({ preset: 'overnight' })).rejects.toMatchObject({
      code: 'USAGE',
      facts: { advice: expect.stringContaining('`heddle start THREAD`') },
    });
  });

  it('is for a name of its own each time where the thread is to be new', async () => {
    const first = await narrowed({ preset: 'scratch' });
    const second = await narrowed({ preset: 'scratch' });
    expect(first.resources[0]).toMatch(/^acme\/core@scratch\/[0-9a-z]{8}$/);
    expect(second.resources).not.toEqual(first.resources);
  });

  it('is refused outside a repository, and before one was initialised', async () => {
    const asked = { ...ASKED, preset: 'ci' };
    await expect(presetNarrowing(null, asked)).rejects.toMatchObject({ code: 'USAGE' });
    const bare = createMemoryRepository().workspace;
    await expect(presetNarrowing(bare, asked)).rejects.toMatchObject({ code: 'USAGE' });
    const resources = ['acme/core'];
    expect(await presetNarrowing(null, { ...asked, resources })).toMatchObject({ resources });
  });
});

describe('a preset with flags', () => {
  it('is narrowed by them', async () => {
    const asked = { operations: ['state:capture'], resources: ['acme/core@task:src'], life: 60_000 } as const;
    expect(await narrowed({ preset: 'overnight', ...asked })).toMatchObject(asked);
  });

  it.each(['task', 'task/inner', 'left/b', 'left'])(
    'is refused for a new thread where %s cannot be one',
    async (thread) => {
      await start(repository.workspace, 'left/b');
      const resources = [`acme/core@${thread}`];
      await expect(narrowed({ preset: 'scratch', resources })).rejects.toMatchObject({
        code: 'THREAD_EXISTS',
      });
      expect(await narrowed({ preset: 'scratch', resources: ['acme/core@task2'] })).toBeDefined();
    },
  );

  it('leaves flags alone that come without one', async () => {
    expect(await narrowed({ resources: ['x'] })).toEqual({ ...ASKED, resources: ['x'] });
  });
});

describe('the token of a preset', () => {
  it('ends with its parent where the preset would last longer', async () => {
    const { workspace } = repository;
    const short = await delegate(workspace, 'short', { life: 60_000 });
    await delegate(short, 'night', await narrowed({ preset: 'overnight' }));
    const { token } = await workspace.credentials.read('/credentials/night.hcred');
    const inspected = workspace.tokens.inspect(token);
    if (inspected.kind !== 'readable') throw new Error(inspected.why);
    const [, first, second] = inspected.blocks.map(({ checks }) =>
      checks.find(({ kind }) => kind === 'time'),
    );
    expect(second).toEqual(first);
  });
});
