import { beforeEach, describe, expect, it } from 'vitest';
import { decodeUtf8, utf8 } from '#domain/encoding/bytes.ts';
import type { LoggedOperation } from '#domain/operation/operation.ts';
import type { Workspace } from '#ports/workspace.ts';
import { capture } from '#usecases/capture/capture.ts';
import { push } from '#usecases/remotes/push/push.ts';
import { redactedThreads } from '#usecases/remotes/push/redacted-threads.ts';
import { redactTexts } from '#usecases/removal/texts/redact-texts.ts';
import { save, started } from '../../../support/memory/scenes.ts';
import { MemoryRemote } from '../../../support/memory/transport.ts';
import type { MemoryRepository } from '../../../support/memory/workspace.ts';

const ALL = { remote: 'origin', threads: [], branches: [], all: true };

let origin: MemoryRepository;
let workspace: Workspace;
/** The thread went on after something was hidden in it. */
beforeEach(async () => {
  origin = await started();
  const remote = new MemoryRemote();
  workspace = { ...origin.workspace, transport: async () => remote.transportOf(workspace) };
  origin.files.set('a.ts', { mode: '100644', content: 'a' });
  const { result } = await capture(workspace, { intent: 'a secret word', maxFileBytes: 1000 });
  await push(workspace, ALL);
  const why = { reason: 'said too much', reasonCode: 'other', rotatedAt: null } as const;
  await redactTexts(workspace, { text: result.state ?? '', task: false, ...why, dryRun: false });
  await goOn(20);
});

async function goOn(times: number): Promise<void> {
  for (let at = 0; at < times; at += 1) await save(origin, workspace, { 'a.ts': `${(steps += 1)}` });
}
let steps = 0;

/** What is found, and how many lines of the log that took. */
async function look(from: Workspace = workspace): Promise<readonly [readonly string[], number]> {
  let lines = 0;
  async function* newest(): AsyncGenerator<LoggedOperation> {
    for await (const one of from.log.newest()) {
      lines += 1;
      yield one;
    }
  }
  const { there, others } = await redactedThreads({ ...from, log: { ...from.log, newest } }, 'origin');
  return [[...there, ...others], lines];
}

describe('threads out of which something was taken since they were pushed', () => {
  it('are found by what the log has since somebody last looked', async () => {
    const [found, lines] = await look();
    expect(found).toEqual(['task']);
    expect(lines).toBeGreaterThan(20);
    expect(await look()).toEqual([['task'], 1]);
    await goOn(3);
    expect(await look()).toEqual([['task'], 4]);
    await push(workspace, ALL);
    expect((await look())[0]).toEqual([]);
    await goOn(2);
    expect(await look()).toEqual([[], 3]);
  });

  it('are found anew where what was remembered is of another log, or not of this home', async () => {
    await look();
    const { verdictCache } = workspace;
    const read: typeof verdictCache.read = async (name) => {
      const text = decodeUtf8((await verdictCache.read(name)) ?? new Uint8Array()) ?? '';
      return utf8(text.replace('["task"]', '[]'));
    };
    const planted = { ...workspace, verdictCache: { ...verdictCache, read, write: async () => undefined } };
    const [found, lines] = await look(planted);
    expect(found).toEqual(['task']);
    expect(lines).toBeGreaterThan(20);
    async function* newest(): AsyncGenerator<LoggedOperation> {
      let skipped = false;
      for await (const one of workspace.log.newest()) {
        if (skipped) yield one;
        skipped = true;
      }
    }
    const [cut, all] = await look({ ...workspace, log: { ...workspace.log, newest } });
    expect(cut).toEqual(['task']);
    expect(all).toBeGreaterThan(20);
  });
});
