import { beforeEach, describe, expect, it } from 'vitest';
import type { Json } from '#domain/encoding/canonical-json.ts';
import type { StateId } from '#domain/id.ts';
import type { LandingSubject } from '#domain/landing/landing-rules.ts';
import type { Workspace } from '#ports/workspace.ts';
import { claimedLanding } from '#usecases/landing/logged/claimed-landing.ts';
import { landLines, type LandLine } from '#usecases/landing/logged/land-lines.ts';
import { setPolicy } from '#usecases/policy/set-policy.ts';
import { findHead } from '#usecases/reviews/review-thread.ts';
import { findState } from '#usecases/states/find-states.ts';
import { splitThread } from '#usecases/threads/split/split-thread.ts';
import { readGround } from '#usecases/transaction/mutate.ts';
import { DEV, OWNER } from '../../../support/decisions.ts';
import { namedState } from '../../../support/landings.ts';
import { delegate, join, save, started } from '../../../support/memory/scenes.ts';
import type { MemoryRepository } from '../../../support/memory/workspace.ts';

let repository: MemoryRepository;
let workspace: Workspace;
let first: StateId;
let second: StateId;
/** A thread with a state of dev's agent, and one of the owner on top of it. */
beforeEach(async () => {
  repository = await started();
  ({ workspace } = repository);
  const dev = await join(repository, DEV, 'developer');
  const worker = await delegate(dev, 'worker');
  first = (await save(repository, worker, { a: 'a\n' })).state;
  second = (await save(repository, workspace, { a: 'b\n' })).state;
});

async function askApprovals(): Promise<void> {
  await setPolicy(workspace, { resource: null, rules: { approvals: 1 }, reason: null, dryRun: false });
}

/** What rules look at of a line that says it landed these states; the last one is the thread's newest. */
async function claimed(
  ids: readonly StateId[],
  messages: readonly string[] = [],
): Promise<LandingSubject | string> {
  const { view } = (await readGround(workspace)).authority;
  const found = await Promise.all(ids.map((id) => findState(workspace, id)));
  const { value: operation } = await workspace.log.newest()[Symbol.asyncIterator]().next();
  if (operation === undefined || operation.texts === 'redacted') throw new Error('there is a line');
  const result: Json = { states: [...ids] };
  const line: LandLine = { line: operation.line, texts: { ...operation.texts, result } };
  return claimedLanding(workspace, view, {
    landing: { thread: 'task', branch: 'main', state: second },
    line,
    ids,
    states: found.flatMap((state) => state ?? []),
    messages,
  });
}

describe('what a line says that it landed', () => {
  it('names every author, proven by the signatures', async () => {
    await askApprovals();
    const subject = await claimed([first, second]);
    expect(subject).toMatchObject({
      authors: [
        { principal: DEV, via: ['worker'], agent: 'worker' },
        { principal: OWNER, via: [], agent: null },
      ],
      unproven: [],
    });
  });

  it('leaves no author out: a state below those that it names was landed there before', async () => {
    expect(await claimed([second])).toMatchObject({ states: [second] });
    await askApprovals();
    expect(await claimed([second])).toBe('it does not name all that it landed');
  });

  it('names whose lines a split brings, too', async () => {
    await askApprovals();
    const split = { thread: 'task', into: 'part', keep: true, directory: null, dryRun: false, paths: ['a'] };
    await splitThread(workspace, split);
    const part = await findHead(workspace, 'part');
    const [root] = part.state.parents;
    const subject = await claimed([...(root === undefined ? [] : [root]), part.id]);
    expect(subject).toMatchObject({ unproven: [], foreign: null });
    if (typeof subject === 'string') throw new Error(subject);
    expect(subject.authors.map(({ principal }) => principal).toSorted()).toEqual([DEV, OWNER]);
    expect(subject.threads).toEqual(expect.arrayContaining(['task', 'part']));
    expect(subject.states).toEqual(expect.arrayContaining([first, second, part.id]));
  });

  it('is of nobody known where a state is gone', async () => {
    await askApprovals();
    const gone = namedState('gone');
    expect(await claimed([first, second, gone])).toMatchObject({ unproven: [gone] });
  });

  it('names agents in a way, or in none', async () => {
    const styles = async (...messages: readonly string[]): Promise<unknown> => {
      const subject = await claimed([first, second], messages);
      return typeof subject === 'string' ? subject : subject.trailers;
    };
    expect(await styles('t\n\nAssisted-by: worker')).toEqual(['assisted-by']);
    expect(await styles('t\n\nHeddle-State: x')).toEqual(['none']);
    expect(await styles()).toEqual([]);
  });
});

describe('landings of the log', () => {
  it('are read once, and once more when it has grown', async () => {
    let count = 0;
    const log = {
      ...workspace.log,
      newest: () => {
        count += 1;
        return workspace.log.newest();
      },
    };
    for (const times of [1, 1, 2, 2]) {
      if (count === 1 && times === 2) await save(repository, workspace, { a: 'c\n' });
      expect(await landLines(log)).toEqual([]);
      expect(count).toBe(times);
    }
  });
});
