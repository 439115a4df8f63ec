import { formatBase32 } from '#domain/encoding/base32.ts';
import { HeddleError } from '#domain/error.ts';
import { formatResource, parseResource, threadResource } from '#domain/resource/resource.ts';
import { assertNarrows, PRESETS, presetThread, type Preset } from '#domain/token/preset.ts';
import type { Workspace } from '#ports/workspace.ts';
import { tryLoadAuthority } from '#usecases/authority/load-authority.ts';
import { threadHeads } from '#usecases/states/walk-states.ts';
import { listThreadRecords } from '#usecases/threads/record/thread-records.ts';
import type { Narrowing } from './narrowing.ts';

/** Narrowing by flags, and perhaps by a preset that they narrow further. */
export interface PresetNarrowing extends Narrowing {
  /** Null for none. */
  readonly preset: string | null;
}

/**
 * What a preset and the flags beside it come to. Where no resource is given it is the repository, the thread that the
 * worktree stands on, or a new name, as the preset is for. Throws `USAGE` for flags that contradict the preset, and
 * where no resource is given and none can be told; `THREAD_EXISTS` for a new thread that there is already.
 */
export async function presetNarrowing(
  workspace: Workspace | null,
  asked: PresetNarrowing,
): Promise<Narrowing> {
  const preset = PRESETS.find(({ name }) => name === asked.preset);
  if (preset === undefined) return asked;
  const resources = asked.resources.map((resource) => formatResource(parseResource(resource)));
  assertNarrows(preset, { ...asked, resources });
  const repository = await repositoryOf(workspace);
  const placed = resources.length > 0 ? resources : [await defaultPlace(workspace, preset, repository)];
  if (preset.place === 'new thread' && workspace !== null && repository !== null) {
    await assertNew(workspace, placed, repository);
  }
  return {
    ...asked,
    operations: asked.operations.length > 0 ? asked.operations : preset.operations,
    resources: placed,
    life: asked.life,
    usualLife: preset.life,
  };
}

async function repositoryOf(workspace: Workspace | null): Promise<string | null> {
  const authority = workspace === null ? undefined : await tryLoadAuthority(workspace);
  return authority?.view.repository ?? null;
}

async function defaultPlace(
  workspace: Workspace | null,
  preset: Preset,
  repository: string | null,
): Promise<string> {
  if (workspace === null || repository === null) throw unplaced(preset, 'outside a repository');
  switch (preset.place) {
    case 'anywhere':
      return repository;
    case 'new thread':
      return threadResource(repository, `scratch/${formatBase32(workspace.random(5))}`);
    case 'one thread': {
      const position = await workspace.records.readPosition(workspace.places.gitDir);
      if (position === undefined) throw unplaced(preset, 'where no thread was started');
      return threadResource(repository, position.thread);
    }
  }
}

function unplaced(preset: Preset, where: string): HeddleError {
  return new HeddleError('USAGE', `the preset ${preset.name} needs --resource ${where}`, {
    facts: {
      preset: preset.name,
      flag: '--resource',
      advice:
        'begin a thread here with `heddle start THREAD`, or say what it is for: --resource, or --thread of `heddle run`',
    },
    preserved: 'no token was made',
  });
}

/** A name that is taken is refused however it is taken: started only, captured, or as the directory of another. */
async function assertNew(
  workspace: Workspace,
  resources: readonly string[],
  repository: string,
): Promise<void> {
  const started = (await listThreadRecords(workspace)).map(({ thread }) => thread);
  const known = [...started, ...(await threadHeads(workspace)).keys()];
  const wanted = presetThread(resources);
  const taken = known.find((thread) => {
    const there = presetThread([threadResource(repository, thread)]) ?? '';
    return there === wanted || there.startsWith(`${wanted}/`) || wanted?.startsWith(`${there}/`) === true;
  });
  if (taken === undefined) return;
  throw new HeddleError('THREAD_EXISTS', `a new thread was asked for, and ${taken} is there`, {
    facts: { thread: taken },
    preserved: 'no token was made',
  });
}
