import { existsSync, utimesSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { jsonField } from '#domain/encoding/json-field.ts';
import { parseId } from '#domain/id.ts';
import type { LoggedOperation } from '#domain/operation/operation.ts';
import type { Workspace } from '#ports/workspace.ts';
import { findState } from '#usecases/states/find-states.ts';
import { openWorkspace } from '../../support/cli/open-workspace.ts';
import { SoakActor } from '../../support/cli/soak-actor.ts';
import { Stage } from '../../support/cli/stage.ts';
import { DEEP, SEED } from '../../support/seed.ts';

const ACTORS = 10;
/** Each actor's, without `HEDDLE_TEST_DEEP`; with it, as many as two minutes have room for. */
const ACTIONS = 4;
const DEEP_MS = 120_000;
const MAY = 'state:read,state:capture,thread:start,thread:claim,thread:drop,undo';

let stage: Stage;
let actors: readonly SoakActor[];
beforeAll(async () => {
  stage = await new Stage().withDev();
  const shared = stage.beside('shared');
  await stage.dev.ok(['start', 'task/shared', '--worktree', shared]);
  const people = [stage.owner, stage.dev];
  for (let index = people.length; index < ACTORS; index += 1) {
    people.push(await stage.agent(`agent-${index}`, { allow: MAY, resource: 'acme/core@task' }));
  }
  actors = people.map(
    (person, index) => new SoakActor(stage, { person, name: `actor-${index}`, seed: SEED + index, shared }),
  );
}, 60_000);
afterAll(() => stage.dispose());

/** Every actor at once, each one thing after the other. */
async function soak(): Promise<void> {
  const end = Date.now() + DEEP_MS;
  await Promise.all(
    actors.map(async (actor, index) => {
      for (let turn = 0; DEEP ? Date.now() < end : turn < ACTIONS; turn += 1) {
        const others = actors.flatMap((other) => (other === actor ? [] : other.threads));
        await actor.act(others, index === 0);
      }
    }),
  );
}

/** What processes that were killed while they waited for the lock had is taken away a minute later, by whoever gets it. */
function aMinuteLater(): void {
  for (const name of stage.leftovers()) {
    const then = Date.now() / 1000 - 120;
    if (name.includes('/lock.own.')) utimesSync(stage.beside(name), then, then);
  }
}

async function opened<T>(look: (workspace: Workspace) => Promise<T>): Promise<T> {
  const workspace = await openWorkspace({ path: stage.path, env: stage.owner.env });
  try {
    return await look(workspace);
  } finally {
    await workspace.close();
  }
}

/** States whose capture was taken back, by the line that says so. */
function takenBack(operations: readonly LoggedOperation[]): ReadonlySet<string> {
  const byId = new Map(operations.map((operation) => [operation.id as string, operation]));
  return new Set(
    operations.flatMap(({ line, texts }) => {
      const undone = line.op === 'undo' && texts !== 'redacted' ? jsonField(texts.result, 'undone') : null;
      return typeof undone === 'string' ? (byId.get(undone)?.line.states ?? []) : [];
    }),
  );
}

/** Where the start of a thread was taken back: the files of its worktree stay, as they do for people. */
function leftWorktrees(operations: readonly LoggedOperation[]): readonly string[] {
  return operations.flatMap(({ texts }) =>
    texts === 'redacted'
      ? []
      : texts.effects.flatMap((effect) => (effect.kind === 'leave' ? [effect.directory] : [])),
  );
}

describe(`ten processes at once, from seed ${SEED}`, { timeout: DEEP ? 1_200_000 : 300_000 }, () => {
  it('lose nothing that was acknowledged, and leave nothing behind', async () => {
    await soak();
    aMinuteLater();
    // Whoever comes next finds what the killed ones left, and ends it.
    await stage.owner.ok(['start', 'task/last', '--worktree', stage.beside('last')]);
    // A git that is killed while it stores objects leaves a directory of its own, which its collection takes away; what
    // was acknowledged has to outlast that, too.
    stage.git('prune', '--expire=now');
    const runs: Record<string, number> = {};
    for (const { diary } of actors) {
      for (const [key, count] of Object.entries(diary.runs)) runs[key] = (runs[key] ?? 0) + count;
    }
    if (DEEP) process.stdout.write(`soak: ${JSON.stringify(runs)}\n`);
    const saved = actors.flatMap(({ diary }) => diary.saved);
    expect(saved.length).toBeGreaterThan(2);
    expect(actors.some(({ diary }) => diary.killed > 0)).toBe(true);

    expect((await stage.owner.answer('verify', ['--all'])).findings).toEqual([]);
    expect(stage.gitCode('fsck', '--strict')).toBe(0);
    const left = await opened(async (workspace) => {
      const { operations, findings } = await workspace.log.check();
      expect(findings).toEqual([]);
      const ids = new Set<string>(operations.map(({ id }) => id));
      const missing = actors.flatMap(({ diary }) => diary.operations.filter((id) => !ids.has(id)));
      expect(missing).toEqual([]);
      const gone = takenBack(operations);
      for (const { state, path, content } of saved) {
        if (gone.has(state)) continue;
        const carried = await findState(workspace, parseId('hs', state));
        const found = await workspace.objects.read(`${carried?.carrier ?? ''}:files/${path}`, 10_000);
        expect(Buffer.from(found?.content ?? []).equals(content), `${path} in ${state}`).toBe(true);
      }
      return leftWorktrees(operations);
    });

    expect(stage.leftovers()).toEqual([]);
    const { threads } = await stage.owner.answer('thread-list');
    const worktrees = stage
      .git('worktree', 'list', '--porcelain')
      .split('\n')
      .flatMap((line) => (line.startsWith('worktree ') ? [line.slice('worktree '.length)] : []));
    for (const directory of worktrees) expect(existsSync(directory), directory).toBe(true);
    const known = new Set([stage.path, ...left, ...threads.map(({ worktree }) => worktree)]);
    expect(worktrees.filter((directory) => !known.has(directory))).toEqual([]);
  });
});
