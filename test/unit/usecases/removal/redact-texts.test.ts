import { beforeEach, describe, expect, it } from 'vitest';
import type { Workspace } from '#ports/workspace.ts';
import { formatId } from '#domain/id.ts';
import type { CoveredRecord } from '#domain/removal/covered-record.ts';
import { encodeRedactedTexts } from '#domain/removal/redacted-texts.ts';
import { loadAuthority } from '#usecases/authority/load-authority.ts';
import { replaceSetTexts } from '#usecases/removal/texts/set-sidecars.ts';
import { denyRequest } from '#usecases/requests/deny-request.ts';
import { makeRequest } from '#usecases/requests/make-request.ts';
import { examineRequests } from '#usecases/requests/set/examine-requests.ts';
import { reviewThread } from '#usecases/reviews/review-thread.ts';
import { examineReviews } from '#usecases/reviews/set/examine-reviews.ts';
import { moveRef } from '../../../support/memory/removal/set-files.ts';
import { capture } from '#usecases/capture/capture.ts';
import { LARGEST_FILE } from '#usecases/capture/scan-worktree.ts';
import { encodeOperationTexts } from '#domain/operation/operation-codec.ts';
import { log } from '#usecases/history/read-history.ts';
import { undo } from '#usecases/undo/undo.ts';
import { applyVeil } from '#usecases/removal/veil.ts';
import { redactTexts, type RedactTextsOptions } from '#usecases/removal/texts/redact-texts.ts';
import { readThreadRecord } from '#usecases/threads/record/thread-records.ts';
import { startThread } from '#usecases/threads/start.ts';
import { verify } from '#usecases/verify/verify.ts';
import { DEV } from '../../../support/decisions.ts';
import { loadSet, purgeTombstone } from '../../../support/memory/removal/removal-scenes.ts';
import { join, started } from '../../../support/memory/scenes.ts';
import type { MemoryRepository } from '../../../support/memory/workspace.ts';

const SECRET = 'the password is correct-horse';

let repository: MemoryRepository;
let workspace: Workspace;
let state: string;
beforeEach(async () => {
  repository = await started();
  ({ workspace } = repository);
  state = await save('1', SECRET);
  await save('2', 'something else');
});

async function save(content: string, intent: string | null, who: Workspace = workspace): Promise<string> {
  repository.files.set('a', { mode: '100644', content });
  const { result } = await capture(who, { intent, maxFileBytes: LARGEST_FILE });
  return String(result.state);
}

function hide(change: Partial<RedactTextsOptions> = {}, who: Workspace = workspace) {
  const options = { text: state, task: false, reason: 'leaked', reasonCode: 'credential' } as const;
  return redactTexts(who, { ...options, rotatedAt: null, dryRun: false, ...change });
}

const intents = async (): Promise<readonly (string | null)[]> =>
  (await log(workspace, { thread: null, limit: null })).states.map(({ intent }) => intent);

const found = async (): Promise<readonly unknown[]> => (await verify(workspace, { all: true })).findings;

/** Everything that the log and every reachable state say. */
async function everything(): Promise<string> {
  const { operations } = await workspace.log.check();
  return JSON.stringify([operations, await log(workspace, { thread: null, limit: null })]);
}

describe('a redaction of what was written in a state', () => {
  it('hides it in the state and in the line that captured it, and nothing else; ids and signatures stay', async () => {
    const before = (await log(workspace, { thread: null, limit: null })).states.map((one) => one.state);
    const { result } = await hide();
    expect(result.texts.map(({ what }) => what)).toEqual(['state', 'capture']);
    expect(await intents()).toEqual(['something else', null]);
    const { states } = await log(workspace, { thread: null, limit: null });
    expect(states.map((one) => one.state)).toEqual(before);
    expect(states[1]?.redacted).toMatchObject([
      { path: null, tombstone: result.tombstone, reason: 'leaked' },
    ]);
    expect(await everything()).not.toContain(SECRET);
    expect(await found()).toEqual([]);
  });

  it('hides the same words of 8 bytes and more wherever they were written', async () => {
    await save('3', SECRET);
    await save('4', 'fix');
    const other = await save('5', 'fix');
    expect((await hide()).result.texts).toHaveLength(4);
    expect((await hide({ text: other })).result.texts).toHaveLength(2);
    expect(await intents()).toEqual([null, 'fix', null, 'something else', null]);
    expect(await found()).toEqual([]);
  });

  it('hides what quotes them too, from 16 bytes on: a purge would find it there', async () => {
    await save('3', `after "${SECRET}"`);
    await save('4', 'other than something else');
    expect((await hide()).result.texts).toHaveLength(4);
    expect(await intents()).toEqual(['other than something else', null, 'something else', null]);
    expect(await found()).toEqual([]);
  });

  it('comes back with a lift, and can be hidden again', async () => {
    const before = await everything();
    await hide();
    await undo(workspace, null);
    expect(await intents()).toEqual(['something else', SECRET]);
    expect(await everything()).toContain(before.slice(1, before.indexOf(SECRET)));
    expect(await found()).toEqual([]);
    await hide();
    expect(await found()).toEqual([]);
  });

  it('tells a purge the sidecars and the words, as they are and as JSON has them', async () => {
    const quoted = await save('3', 'say "open sesame" to it');
    const { result } = await hide({ text: quoted });
    await purgeTombstone(workspace, String(result.tombstone));
    const sought = repository.eraser.ran[0]?.target.contents.map(({ bytes }) =>
      Buffer.from(bytes).toString(),
    );
    expect(sought).toHaveLength(4);
    expect(sought).toEqual(
      expect.arrayContaining(['say "open sesame" to it', 'say \\"open sesame\\" to it']),
    );
    expect([...(await loadSet(workspace)).records.values()][0]?.status).toBe('purged');
    expect(await found()).toEqual([]);
  });
});

describe('a redaction of a task', () => {
  it('is asked for by itself, and hides it in every state, in the line and in the thread', async () => {
    await startThread(workspace, {
      thread: 'billing',
      task: 'migrate Contoso-4711',
      from: null,
      directory: null,
    });
    const first = await save('3', 'a step');
    await save('4', null);
    expect((await hide({ text: first })).result.texts).toHaveLength(2);
    await undo(workspace, null);
    const { result } = await hide({ text: first, task: true });
    expect(result.texts.map(({ what }) => what).toSorted()).toEqual(['state', 'state', 'thread-start']);
    expect((await readThreadRecord(workspace, 'billing'))?.task).toBeNull();
    await save('5', null);
    expect(await everything()).not.toContain('Contoso');
    expect(await found()).toEqual([]);
    await undo(workspace, null);
    await undo(workspace, null);
    expect((await readThreadRecord(workspace, 'billing'))?.task).toBe('migrate Contoso-4711');
    expect(await found()).toEqual([]);
  });
});

describe('a redaction of texts is refused, and nothing is written', () => {
  it.each([
    ['where nothing was written', { text: 'bare' }, 'NOT_REDACTABLE'],
    ['where there is no task', { task: true }, 'NOT_REDACTABLE'],
    ['where the reason quotes it', { reason: `it said: ${SECRET}` }, 'NOT_REDACTABLE'],
    ['for a record that nobody has', { text: `hs-${'0'.repeat(52)}` }, 'NOT_FOUND'],
    ['for the beginning of many', { text: 'ho-0' }, 'AMBIGUOUS'],
    ['for a record of authority', { text: `hg-${'0'.repeat(52)}` }, 'NOT_REDACTABLE'],
    ['for what is hidden already', { text: 'hidden' }, 'NOT_REDACTABLE'],
  ] as const)('%s', async (_, change, code) => {
    const bare = await save('3', null);
    const hidden = await save('4', 'another secret');
    await hide({ text: hidden });
    const named: Readonly<Record<string, string>> = { bare, hidden };
    const text = 'text' in change ? (named[change.text] ?? change.text) : state;
    const before = await loadSet(workspace);
    await expect(hide({ ...change, text })).rejects.toMatchObject({ code });
    expect((await loadSet(workspace)).head).toBe(before.head);
    expect((await workspace.quarantine.list()).length).toBe(1);
  });

  it('to whoever may not redact in the whole repository', async () => {
    const dev = await join(repository, DEV, 'developer');
    await expect(hide({}, dev)).rejects.toMatchObject({ code: 'DENIED' });
    expect(await intents()).toContain(SECRET);
  });
});

describe('a redaction of texts that was killed behind its line', () => {
  it('is finished by the next command, and by hand as often as one likes', async () => {
    const dying = Object.create(workspace.log) as Workspace['log'];
    dying.replaceTexts = () => Promise.reject(new Error('killed'));
    await expect(hide({}, { ...workspace, log: dying })).rejects.toThrow('killed');
    expect(await everything()).toContain(SECRET);
    await save('3', 'after');
    expect(await everything()).not.toContain(SECRET);
    const [tombstone] = [...(await loadSet(workspace)).records.keys()];
    if (tombstone !== undefined) await applyVeil(workspace, tombstone);
    expect(await found()).toEqual([]);
  });
});

describe('a sidecar that stands where a tombstone covers it', () => {
  it('is told by verify', async () => {
    const { operations } = await workspace.log.check();
    const line = operations.find(({ line: { states } }) => states.some((one) => one === state));
    if (line === undefined || line.texts === 'redacted') throw new Error('it was captured');
    await hide();
    await workspace.log.replaceTexts(new Map([[line.id, encodeOperationTexts(line.texts)]]));
    expect(await found()).toMatchObject([{ kind: 'operation', subject: line.id }]);
  });
});

describe('a redaction of what somebody wrote in a record of a set', () => {
  const sets = async () => {
    const { view } = await loadAuthority(workspace);
    const requests = [...(await examineRequests(workspace, view)).records.values()];
    const reviews = [...(await examineReviews(workspace, view)).records.values()];
    return { requests, reviews, tombstones: [...(await loadSet(workspace)).records.values()] };
  };

  /** One request with an answer, one review and one tombstone that say something. */
  async function setOut(): Promise<void> {
    const dev = await join(repository, DEV, 'developer');
    const asked = { operation: 'purge:apply', resources: ['acme/core'], own: false, granting: null } as const;
    const request = { asked, denial: null, reason: 'a secret wish', ttl: null };
    const { result } = await makeRequest(dev, request);
    await denyRequest(workspace, { name: String(result.request), reason: 'a secret refusal' });
    const review = { thread: 'task', verdict: 'comment', message: 'a secret remark' } as const;
    await reviewThread(workspace, { ...review, onto: null, state: null });
    await hide({ reason: 'a secret of its own' });
  }

  it.each([
    ['a request', 'a secret wish', ['request', 'request']],
    ['an answer', 'a secret refusal', ['answer', 'deny']],
    ['a review', 'a secret remark', ['review', 'review']],
    ['a tombstone', 'a secret of its own', ['tombstone', 'redact']],
  ])('hides that of %s, in its line too, and a lift brings it back', async (what, words, kinds) => {
    await setOut();
    const { requests, reviews, tombstones } = await sets();
    const ids: Readonly<Record<string, string | undefined>> = {
      'a request': requests[0]?.id,
      'an answer': `answer-${requests[0]?.answers[0]?.id ?? ''}`,
      'a review': `review-${reviews[0]?.id ?? ''}`,
      'a tombstone': tombstones[0]?.id,
    };
    const said = async (): Promise<string> => JSON.stringify([await sets(), await everything()]);
    expect(await said()).toContain(words);
    const { result } = await hide({ text: ids[what] ?? '', reason: 'pii' });
    expect(result.texts.map((one) => one.what)).toEqual(kinds);
    expect(await said()).not.toContain(words);
    expect(await found()).toEqual([]);
    await undo(workspace, null);
    expect(await said()).toContain(words);
    expect(await found()).toEqual([]);
    await hide({ text: ids[what] ?? '', reason: 'pii' });
    const newest = (await sets()).tombstones.find(
      ({ declaration }) =>
        declaration.covers.texts.length === 2 && declaration.covers.texts.some((one) => one === ids[what]),
    );
    expect(newest).toBeDefined();
    expect(await found()).toEqual([]);
  });

  it('is a finding where no tombstone says so', async () => {
    await setOut();
    const { requests, reviews } = await sets();
    const [request, review] = [requests[0]?.id, reviews[0]?.id];
    if (request === undefined || review === undefined) throw new Error('they were made');
    const batch = workspace.writer.batch();
    const stub = batch.add('blob', encodeRedactedTexts(formatId('hr', new Uint8Array(32))));
    const texts = new Map<CoveredRecord, string>([
      [request, stub],
      [`review-${review}`, stub],
    ]);
    const moves = await replaceSetTexts(workspace, batch, texts);
    await batch.write();
    for (const { name, new: next } of moves) await moveRef(workspace, name, next);
    const taken = (await verify(workspace, { all: true })).findings.filter(({ message }) =>
      message.includes('was taken away'),
    );
    expect(taken.map(({ subject }) => subject).toSorted()).toEqual([request, review].toSorted());
  });
});
