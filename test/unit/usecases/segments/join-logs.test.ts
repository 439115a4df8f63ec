import { beforeEach, describe, expect, it } from 'vitest';
import { utf8 } from '#domain/encoding/bytes.ts';
import type { Digest } from '#domain/id.ts';
import { oplogRef } from '#domain/refs.ts';
import type { ObjectId } from '#ports/objects.ts';
import type { Workspace } from '#ports/workspace.ts';
import { capture } from '#usecases/capture/capture.ts';
import { adopt } from '#usecases/receive/adopt.ts';
import { receiveTombstones } from '#usecases/receive/receive-tombstones.ts';
import { redactTexts } from '#usecases/removal/texts/redact-texts.ts';
import { closeSegments } from '#usecases/segments/close-segments.ts';
import { foreignOperations } from '#usecases/segments/published-operations.ts';
import { readHeads } from '#usecases/segments/read-heads.ts';
import { oplog } from '#usecases/history/oplog.ts';
import { knowAuthority } from '#usecases/authority/load-authority.ts';
import { seenHeads } from '#usecases/authority/seen.ts';
import { countSpent } from '#usecases/budgets/count-spent.ts';
import { identifyCaller } from '#usecases/caller/identify.ts';
import type { TokenChain } from '#domain/token/token.ts';
import { undo } from '#usecases/undo/undo.ts';
import { moveRef } from '../../../support/memory/removal/set-files.ts';
import { delegate, fetched, fetchInto, save, started } from '../../../support/memory/scenes.ts';
import type { MemoryRepository } from '../../../support/memory/workspace.ts';
import {
  fileOf,
  forge,
  joinFrom,
  logFindings,
  publishedHead,
  publishLog,
  readLog,
} from '../../../support/published-log.ts';

const SECRET = 'the password is correct-horse';

let origin: MemoryRepository;
let mine: Workspace;
/** Somebody else's clone; its people have the owner's home. */
let theirs: Workspace;
let replica: Digest;
beforeEach(async () => {
  origin = await started();
  mine = origin.workspace;
  ({ replica } = await mine.replica());
  await save(origin, mine, { 'a.txt': 'one\n' });
  await publishLog(mine);
  const clone = await fetched(origin);
  const { keys, credentials } = mine;
  theirs = { ...clone.workspace, keys, credentials };
});

async function say(intent: string): Promise<string> {
  origin.files.set('a.txt', { mode: '100644', content: `${intent}\n` });
  await capture(mine, { intent, maxFileBytes: 1000 });
  const { prev } = await mine.log.head(replica);
  return prev ?? '';
}

async function foreignIds(workspace: Workspace): Promise<readonly string[]> {
  const found: string[] = [];
  for await (const { id } of foreignOperations(workspace)) found.push(id);
  return found;
}

async function oneReceived(): Promise<void> {
  await fetchInto(theirs, mine, (ref) => ref.replace('refs/heddle/', 'refs/heddle/remotes/origin/'));
  await receiveTombstones(theirs, 'origin');
}

describe('a log of another clone', () => {
  it('is verified with the rest when a clone begins with it', async () => {
    await adopt(theirs, null);
    expect(await logFindings(theirs)).toEqual([]);
    const head = await publishedHead(mine, replica);
    const forged = await forge(mine, head, { 'lines.jsonl': utf8('{}\n') });
    const other = (await fetched(origin)).workspace;
    await moveRef(other, oplogRef(replica), forged);
    await expect(adopt(other, null)).rejects.toMatchObject({
      code: 'ADOPT_REFUSED',
      message: expect.stringContaining('the log of clone') as string,
    });
  });

  it('goes on where what is known of it ends, and comes after it', async () => {
    await adopt(theirs, null);
    const known = (await foreignIds(theirs)).length;
    const line = await say('more');
    await publishLog(mine);
    const joined = await joinFrom(theirs, mine);
    expect(joined).toMatchObject({ lines: 1, refused: [], behind: [] });
    expect(await publishedHead(theirs, replica)).toBe(await publishedHead(mine, replica));
    expect(await foreignIds(theirs)).toHaveLength(known + 1);
    expect((await foreignIds(theirs))[0]).toBe(line);
    expect((await mine.log.head(replica)).lamport).toBe(joined.lamport + 1);
    expect(await joinFrom(theirs, mine)).toMatchObject({ changes: [], lines: 0, lamport: -1 });
  });

  it('changes nothing where less is offered than is known', async () => {
    await adopt(theirs, null);
    await say('more');
    await publishLog(mine);
    await joinFrom(theirs, mine);
    const newest = await publishedHead(theirs, replica);
    const [older] = (await readLog(mine, replica, newest)).heads;
    await moveRef(mine, oplogRef(replica), older?.commit ?? null);
    expect(await joinFrom(theirs, mine)).toMatchObject({ changes: [], refused: [], behind: [replica] });
    expect(await publishedHead(theirs, replica)).toBe(newest);
  });

  it('is refused as a fork where it contradicts what is known, by the line', async () => {
    await adopt(theirs, null);
    const size = (await foreignIds(theirs)).length;
    const before = await publishedHead(mine, replica);
    await say('one way');
    await publishLog(mine);
    await joinFrom(theirs, mine);
    // The same clone closes the same lines once more, otherwise: the checkpoint is another one.
    await moveRef(mine, oplogRef(replica), before);
    await say('more');
    await publishLog(mine);
    const kept = await publishedHead(theirs, replica);
    const joined = await joinFrom(theirs, mine);
    expect(joined.changes).toEqual([]);
    expect(joined.refused).toMatchObject([{ replica, code: 'PUBLISHED_LOG_FORKED', seq: size }]);
    expect(await publishedHead(theirs, replica)).toBe(kept);
  });

  it('is left out where nobody answers for its clone, and refused as a fork all the same', async () => {
    await adopt(theirs, null);
    const size = (await foreignIds(theirs)).length;
    const before = await publishedHead(mine, replica);
    await say('one way');
    await publishLog(mine);
    expect(await joinFrom(theirs, mine, [])).toMatchObject({
      changes: [],
      refused: [],
      unanswered: [replica],
    });
    expect(await publishedHead(theirs, replica)).toBe(before);
    await joinFrom(theirs, mine);
    await moveRef(mine, oplogRef(replica), before);
    expect(await joinFrom(theirs, mine, [])).toMatchObject({ unanswered: [], behind: [replica] });
    await say('more');
    await publishLog(mine);
    expect(await joinFrom(theirs, mine, [])).toMatchObject({
      refused: [{ replica, code: 'PUBLISHED_LOG_FORKED', seq: size }],
      unanswered: [],
    });
  });

  it('stops nothing but itself where it does not hold', async () => {
    await adopt(theirs, null);
    const { replica: other } = await theirs.replica();
    await publishLog(theirs);
    await say('more');
    await publishLog(mine);
    const head = await publishedHead(mine, replica);
    const texts = await fileOf(mine, head, `texts/${(await foreignIds(theirs)).length}`);
    const changed = Uint8Array.from(texts, (byte, index) => (index === 20 ? byte ^ 1 : byte));
    const path = `texts/${(await foreignIds(theirs)).length}`;
    await moveRef(mine, oplogRef(replica), await forge(mine, head, { [path]: changed }));
    const third = await fetched(origin);
    await moveRef(third.workspace, oplogRef(replica), null);
    await adopt(third.workspace, null);
    const own = await joinFrom(third.workspace, theirs);
    expect(own.changes.map(({ name }) => name)).toContain(oplogRef(replica));
    const joined = await joinFrom(theirs, mine);
    expect(joined.refused).toMatchObject([{ replica, code: 'PUBLISHED_LOG_INVALID' }]);
    expect(other).not.toBe(replica);
  });
});

describe('the own log', () => {
  it('is never taken from elsewhere: what a remote has beyond it was lost here', async () => {
    await adopt(theirs, null);
    const before = await publishedHead(mine, replica);
    const old = mine.log;
    await say('more');
    await publishLog(mine);
    await joinFrom(theirs, mine);
    const size = (await foreignIds(theirs)).length;
    await moveRef(mine, oplogRef(replica), before);
    const restored = {
      ...mine,
      log: {
        ...old,
        async *storedFrom(of: Digest, seq: number) {
          for await (const operation of old.storedFrom(of, seq))
            if (operation.line.seq < size - 1) yield operation;
        },
      },
    };
    const joined = await joinFrom(restored, theirs);
    expect(joined.changes).toEqual([]);
    expect(joined.refused).toMatchObject([{ replica, code: 'PUBLISHED_LOG_ROLLED_BACK', seq: size - 1 }]);
    expect(await joinFrom(mine, theirs)).toMatchObject({ refused: [] });
    expect(await publishedHead(mine, replica)).toBe(await publishedHead(theirs, replica));
  });

  it('is held against what was published of it: a line that is gone or changed is named', async () => {
    expect(await logFindings(mine)).toEqual([]);
    const head = await publishedHead(mine, replica);
    const { heads } = await readLog(mine, replica, head);
    const seq = (heads.at(-1)?.checkpoint.size ?? 0) - 1;
    const cut: Workspace = {
      ...mine,
      log: {
        ...mine.log,
        async *storedFrom(of, from) {
          for await (const operation of mine.log.storedFrom(of, from))
            if (operation.line.seq < seq) yield operation;
        },
      },
    };
    const message = `line ${seq}: it was published, and this clone does not have it any more`;
    expect(await logFindings(cut)).toEqual([{ kind: 'log', subject: replica, message }]);
  });

  it('is found where a ref is named for no clone', async () => {
    await moveRef(mine, 'refs/heddle/oplog/nobody', await publishedHead(mine, replica));
    expect(await logFindings(mine)).toMatchObject([{ subject: 'refs/heddle/oplog/nobody' }]);
  });
});

describe('a redaction of texts', () => {
  async function hide(text: string): Promise<void> {
    await redactTexts(mine, {
      text,
      task: false,
      reason: 'said too much',
      reasonCode: 'other',
      rotatedAt: null,
      dryRun: false,
    });
  }

  async function textOf(head: ObjectId, line: string, who = mine): Promise<string | undefined> {
    const { segments } = await readLog(who, replica, head);
    const found = segments.flatMap(({ operations }) => operations).find(({ id }) => id === line);
    return found === undefined ? undefined : JSON.stringify(found.texts);
  }

  it('takes the sidecar out of what was published, and leaves lines and checkpoints', async () => {
    const line = await say(SECRET);
    await say('and on');
    await publishLog(mine);
    const before = await publishedHead(mine, replica);
    expect(await textOf(before, line)).toContain(SECRET);
    await hide(line);
    const after = await publishedHead(mine, replica);
    expect(after).not.toBe(before);
    expect(await textOf(after, line)).toBe('"redacted"');
    const [old, now] = [
      (await readLog(mine, replica, before)).heads,
      (await readLog(mine, replica, after)).heads,
    ];
    expect(now.map(({ id }) => id)).toEqual(old.map(({ id }) => id));
    expect(now[0]?.commit).toBe(old[0]?.commit);
    expect(await logFindings(mine)).toEqual([]);

    await undo(mine, null);
    expect(await publishedHead(mine, replica)).toBe(before);
  });

  it('reaches the log of another clone, there and where it is joined later', async () => {
    const line = await say(SECRET);
    await publishLog(mine);
    await moveRef(theirs, oplogRef(replica), null);
    await fetchInto(theirs, mine);
    await adopt(theirs, null);
    await hide(line);
    await oneReceived();
    expect(await publishedHead(theirs, replica)).toBe(await publishedHead(mine, replica));
    expect(await logFindings(theirs)).toEqual([]);

    // Another clone has the tombstone already when the line with its sidecar arrives.
    const later = (await fetched(origin)).workspace;
    await moveRef(later, oplogRef(replica), null);
    await adopt(later, null);
    const joined = await joinFrom(later, mine);
    expect(joined.refused).toEqual([]);
    expect(await publishedHead(later, replica)).toBe(await publishedHead(mine, replica));
  });

  it('hides in what is joined what a tombstone covers here, wherever it comes from', async () => {
    const line = await say(SECRET);
    await publishLog(mine);
    const shown = await publishedHead(mine, replica);
    await hide(line);
    const hidden = await publishedHead(mine, replica);
    const later = (await fetched(origin)).workspace;
    await moveRef(later, oplogRef(replica), null);
    await adopt(later, null);
    const stale = (await fetched(origin)).workspace;
    await moveRef(stale, oplogRef(replica), shown);
    expect((await joinFrom(later, stale)).refused).toEqual([]);
    expect(await publishedHead(later, replica)).toBe(hidden);
  });

  it('finds words that another clone published, and hides them here and there', async () => {
    await adopt(theirs, null);
    const line = await say(SECRET);
    await publishLog(mine);
    await joinFrom(theirs, mine);
    await redactTexts(theirs, {
      text: line,
      task: false,
      reason: 'said too much',
      reasonCode: 'other',
      rotatedAt: null,
      dryRun: false,
    });
    expect(await textOf(await publishedHead(theirs, replica), line, theirs)).toBe('"redacted"');
  });
});

describe('what other clones published', () => {
  it('is listed beside the own operations, by the clock, or alone', async () => {
    await adopt(theirs, null);
    await say('more');
    await publishLog(mine);
    await joinFrom(theirs, mine);
    const own = (await theirs.replica()).replica;
    expect((await oplog(theirs, null)).operations.map(({ op }) => op)).toEqual(['adopt']);
    const both = (await oplog(theirs, null, { all: true })).operations;
    expect(new Set(both.map((entry) => entry.replica))).toEqual(new Set([own, replica]));
    expect(both.filter((entry) => entry.replica === replica).map(({ seq }) => seq)).toEqual([3, 2, 1, 0]);
    const alone = (await oplog(theirs, null, { replica: replica.slice(0, 8) })).operations;
    expect(alone).toEqual(both.filter((entry) => entry.replica === replica));
    expect((await oplog(theirs, 2, { all: true })).operations).toEqual(both.slice(0, 2));
    await expect(oplog(theirs, null, { replica: replica.slice(0, 3) })).rejects.toMatchObject({
      code: 'AMBIGUOUS',
    });
    await expect(oplog(theirs, null, { replica: 'nobody' })).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  it('counts where a budget is asked', async () => {
    const budget = { states: 2, files: 9, lines: 99, minutes: 60 };
    const bot = await delegate(mine, 'bot', { budget });
    await save(origin, bot, { 'a.txt': 'by a bot\n' });
    await publishLog(mine);
    const clone = await fetched(origin);
    const { keys, credentials } = mine;
    const there = { ...clone.workspace, keys, credentials };
    await adopt(there, null);
    const { view } = await knowAuthority(there);
    const chain = await chainOf(bot);
    const question = { caller: { chain }, authority: { view }, now: mine.clock.now() };
    expect((await countSpent(there, question))[0]).toMatchObject({ states: 1 });
    await moveRef(there, oplogRef(replica), null);
    expect((await countSpent(there, question))[0]).toMatchObject({ states: 0 });
  });

  it('is known to whoever takes a right away', async () => {
    await adopt(theirs, null);
    const { view } = await knowAuthority(theirs);
    const { last } = (await readLog(mine, replica, await publishedHead(mine, replica))).heads.at(-1)
      ?.checkpoint ?? { last: null };
    expect(await seenHeads(theirs, view)).toContain(last);
  });
});

async function chainOf(who: Workspace): Promise<TokenChain> {
  const { view } = await knowAuthority(who);
  const { chain } = await identifyCaller(who, view);
  if (chain === null) throw new Error('invariant: the bot has a token');
  return chain;
}

describe('closing', () => {
  it('fills a segment no further than it may be', async () => {
    const batch = mine.writer.batch();
    const sample = await first();
    // The same line over and over would not verify; what is counted here is how they are cut.
    const closed = await closeSegments(
      {
        ...mine,
        refs: { ...mine.refs, read: async () => undefined },
        log: {
          ...mine.log,
          async *storedFrom() {
            for (let seq = 0; seq < 5000; seq += 1) {
              yield { ...sample, line: { ...sample.line, seq } };
            }
          },
        },
      },
      { replica: await mine.replica(), repo: sample.line.repo, now: sample.line.at, batch },
    );
    await batch.write();
    expect(closed.lines).toBe(5000);
    const heads = await readHeads(mine, { head: closed.head ?? '', replica });
    const sizes = heads.map(({ checkpoint }) => checkpoint.size - checkpoint.first);
    expect(sizes.reduce((sum, size) => sum + size)).toBe(5000);
    expect(Math.max(...sizes)).toBeLessThanOrEqual(2048);
    expect(heads.length).toBeGreaterThan(2);
  });

  async function first() {
    for await (const operation of mine.log.storedFrom(replica, 0)) return operation;
    throw new Error('invariant: the log has begun');
  }
});
