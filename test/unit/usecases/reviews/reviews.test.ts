import { beforeEach, describe, expect, it } from 'vitest';
import { utf8 } from '#domain/encoding/bytes.ts';
import type { StandingReview } from '#domain/landing/landing-rules.ts';
import { REVIEWS_REF } from '#domain/refs.ts';
import type { ReviewVerdict } from '#domain/review/review-codec.ts';
import { formatInstant, instantMilliseconds } from '#domain/time.ts';
import type { ObjectBatch } from '#ports/objects.ts';
import type { Workspace } from '#ports/workspace.ts';
import { addGrant, removeGrant } from '#usecases/keys/grants.ts';
import { listReviews } from '#usecases/reviews/list-reviews.ts';
import { findHead, reviewThread, type ReviewOptions } from '#usecases/reviews/review-thread.ts';
import { draftReview } from '#usecases/reviews/set/draft-review.ts';
import { examineReviews } from '#usecases/reviews/set/examine-reviews.ts';
import { reviewsFor } from '#usecases/reviews/standing-reviews.ts';
import { revokeToken } from '#usecases/revocation/revoke-token.ts';
import { MOST_REVIEWS } from '#usecases/reviews/set/read-review-set.ts';
import { encodeSetCommit } from '#usecases/signed-sets/set-commit.ts';
import { recordAuthor } from '#usecases/signed-sets/sign-record.ts';
import { readGround } from '#usecases/transaction/mutate.ts';
import type { Ground } from '#usecases/transaction/plan.ts';
import { verify } from '#usecases/verify/verify.ts';
import { DEV } from '../../../support/decisions.ts';
import { landingOf, party } from '../../../support/landings.ts';
import { moveRef } from '../../../support/memory/removal/set-files.ts';
import { delegate, join, save, started } from '../../../support/memory/scenes.ts';
import type { MemoryRepository } from '../../../support/memory/workspace.ts';

const ANN = 'ann@example.com';
let repository: MemoryRepository;
let workspace: Workspace;
let ann: Workspace;
beforeEach(async () => {
  repository = await started();
  ({ workspace } = repository);
  ann = await join(repository, ANN, 'maintainer');
  await save(repository, workspace, { a: 'a\n' });
});

function review(who: Workspace, verdict: ReviewVerdict, change: Partial<ReviewOptions> = {}) {
  const options = { thread: 'task', verdict, message: 'm', onto: null, state: null, ...change };
  return reviewThread(who, options);
}

/** What stands of the thread's newest state, now. */
async function standing(now = workspace.clock.now()): Promise<readonly StandingReview[]> {
  const { authority } = await readGround(workspace);
  const { id } = await findHead(workspace, 'task');
  const landing = landingOf(party(DEV), { state: id, states: [id] });
  return reviewsFor(workspace, { landing, authority: authority.view, now });
}

const verdicts = async (): Promise<readonly string[]> => (await standing()).map(({ verdict }) => verdict);
const findings = async () => (await verify(workspace, { all: true })).findings;

function later(minutes = 1): void {
  repository.now = formatInstant(instantMilliseconds(repository.now) + minutes * 60_000);
}

/** What somebody's own program could sign and put into the set; logs nothing. */
async function forge(
  who: Workspace,
  said: Partial<Parameters<typeof draftReview>[2]['said']>,
  change: (ground: Ground) => Partial<Ground> = () => ({}),
): Promise<void> {
  const ground = await readGround(who);
  const loaded = await examineReviews(who, ground.authority.view);
  const batch = who.writer.batch();
  const { id: state } = await findHead(who, 'task');
  const { move } = draftReview(who, recordAuthor({ ...ground, ...change(ground) }), {
    loaded,
    batch,
    said: { thread: 'task', state, branch: null, verdict: 'approve', message: null, base: null, ...said },
  });
  await batch.write();
  await moveRef(who, REVIEWS_REF, move.new);
}

/** Puts one more row into the set as it stands. */
async function plantRow(name: string, make: (batch: ObjectBatch) => string): Promise<void> {
  const head = await workspace.refs.read(REVIEWS_REF);
  const rows = head === undefined ? [] : ((await workspace.objects.readTree(head)) ?? []);
  const batch = workspace.writer.batch();
  const tree = batch.addTree([...rows, { mode: '40000', name: utf8(name), id: make(batch) }]);
  const commit = batch.add('commit', encodeSetCommit('reviews', tree, workspace.clock.now()));
  await batch.write();
  await moveRef(workspace, REVIEWS_REF, commit);
}

describe('a review', () => {
  it('is a signed record about the newest state, and verifies', async () => {
    const { result } = await review(ann, 'approve');
    const { reviews, damaged } = await listReviews(workspace, { thread: 'task' });
    expect(damaged).toBe(0);
    expect(reviews).toMatchObject([
      {
        review: result.review,
        state: result.state,
        verdict: 'approve',
        principal: ANN,
        message: 'm',
        stands: true,
      },
    ]);
    expect(await standing()).toMatchObject([
      { verdict: 'approve', reviewer: { principal: ANN, agent: null } },
    ]);
    expect(await findings()).toEqual([]);
  });

  it('replaces the earlier one of the same reviewer, a comment none, and is taken back by another', async () => {
    await review(ann, 'reject');
    later();
    await review(ann, 'comment');
    expect(await verdicts()).toEqual(['reject']);
    later();
    await review(ann, 'approve');
    expect(await verdicts()).toEqual(['approve']);
    later();
    await review(ann, 'withdraw');
    expect(await verdicts()).toEqual([]);
    await expect(review(ann, 'withdraw')).rejects.toMatchObject({ code: 'NOT_FOUND' });
    const { reviews } = await listReviews(workspace, { thread: null });
    expect(reviews.map(({ verdict, stands }) => [verdict, stands])).toEqual([
      ['withdraw', false],
      ['approve', false],
      ['comment', false],
      ['reject', false],
    ]);
    expect(await findings()).toEqual([]);
  });

  it('about another branch replaces none', async () => {
    await review(ann, 'reject');
    later();
    await review(ann, 'approve', { onto: 'release' });
    expect(await verdicts()).toEqual(['reject']);
    later();
    await review(ann, 'approve', { onto: 'main' });
    expect(await verdicts()).toEqual(['approve']);
  });

  it('that approves ends with the next capture, and one that rejects stays', async () => {
    await review(ann, 'approve');
    later();
    await review(workspace, 'reject');
    later();
    await save(repository, workspace, { a: 'b\n' });
    expect(await verdicts()).toEqual(['reject']);
    const { reviews } = await listReviews(workspace, { thread: 'task' });
    expect(reviews.map(({ stands, why }) => [stands, why])).toEqual([
      [true, null],
      [false, 'the thread is at another state since'],
    ]);
  });

  it('is refused where the thread has gone on since it was looked at', async () => {
    const { id } = await findHead(workspace, 'task');
    await save(repository, workspace, { a: 'b\n' });
    await expect(review(ann, 'approve', { state: id })).rejects.toMatchObject({ code: 'THREAD_DIVERGED' });
    await expect(review(ann, 'approve', { state: 'hs-' })).rejects.toMatchObject({ code: 'THREAD_DIVERGED' });
    const now = await findHead(workspace, 'task');
    expect((await review(ann, 'approve', { state: now.id.slice(0, 11) })).result.state).toBe(now.id);
  });

  it('is denied to whoever may not review, and of a thread that is not there, refused', async () => {
    const dev = await join(repository, DEV, 'developer');
    await expect(review(dev, 'approve')).rejects.toMatchObject({ code: 'DENIED' });
    await expect(review(ann, 'approve', { thread: 'other' })).rejects.toMatchObject({ code: 'NOT_FOUND' });
    expect(await workspace.refs.read(REVIEWS_REF)).toBeUndefined();
  });

  it('by an agent is its own, and needs the operation in its credential', async () => {
    const checker = await delegate(ann, 'checker', { operations: ['review', 'state:read'] });
    const worker = await delegate(ann, 'worker', { operations: ['state:capture'] });
    await review(ann, 'reject');
    later();
    await review(checker, 'approve');
    expect((await verdicts()).toSorted()).toEqual(['approve', 'reject']);
    await expect(review(worker, 'approve')).rejects.toMatchObject({ code: 'DENIED' });
    expect(await findings()).toEqual([]);
  });
});

describe('a reviewer', () => {
  it('who lost the role counts no longer; verify keeps what was lawful', async () => {
    await review(ann, 'approve');
    later();
    const { grants } = (await readGround(workspace)).authority.view;
    const grant = grants.find(({ principal }) => principal === ANN);
    await removeGrant(workspace, grant?.id ?? '');
    expect(await verdicts()).toEqual([]);
    const { reviews } = await listReviews(workspace, { thread: 'task' });
    expect(reviews[0]?.why).toContain('ROLE_NONE');
    expect(await findings()).toEqual([]);
  });

  it('whose role ended counts no longer', async () => {
    const dev = await join(repository, DEV, null);
    const until = formatInstant(instantMilliseconds(repository.now) + 90_000);
    await addGrant(workspace, { principal: DEV, role: 'maintainer', resource: 'acme/core', until });
    await review(dev, 'approve');
    later();
    expect(await verdicts()).toEqual(['approve']);
    later();
    expect(await verdicts()).toEqual([]);
    const { reviews } = await listReviews(workspace, { thread: 'task' });
    expect(reviews[0]?.why).toContain('may not review the thread any more');
  });

  it('whose session was revoked counts no longer', async () => {
    const { caller } = await readGround(ann);
    await review(ann, 'approve');
    later();
    const session = caller.chain?.authority.session ?? '';
    const { authority, now } = await readGround(ann);
    await revokeToken(workspace, { session, block: null, token: null, reason: null });
    expect(await verdicts()).toEqual([]);
    expect(await findings()).toEqual([]);
    // With the key that is left, under the head of before.
    await forge(ann, {}, () => ({ authority, now }));
    expect(await verdicts()).toEqual([]);
    const late = (await findings()).filter(({ message }) => message.startsWith('it is late'));
    expect(late.map(({ kind }) => kind)).toEqual(['review']);
  });
});

describe('what is put into the set by hand', () => {
  it('by somebody who may not review is found and counts for nothing', async () => {
    const dev = await join(repository, DEV, 'developer');
    await forge(dev, {});
    expect(await verdicts()).toEqual([]);
    expect(await findings()).toEqual(expect.arrayContaining([expect.objectContaining({ kind: 'review' })]));
  });

  it('dated before the state, or after now, counts for nothing', async () => {
    const shifted = (by: number) => (ground: Ground) => ({
      now: formatInstant(instantMilliseconds(ground.now) + by),
    });
    later(60);
    await save(repository, workspace, { a: 'c\n' });
    await forge(ann, {}, shifted(-60_000));
    await forge(ann, {}, shifted(60_000));
    expect(await verdicts()).toEqual([]);
    later(2);
    expect(await verdicts()).toEqual(['approve']);
  });

  it('goes with its state, but counts only by who may review the thread that it is in', async () => {
    const dev = await join(repository, DEV, null);
    await addGrant(workspace, { principal: DEV, role: 'maintainer', resource: 'acme/core@old', until: null });
    await forge(dev, { thread: 'old' });
    await forge(dev, { thread: 'old', verdict: 'reject' });
    expect(await verdicts()).toEqual([]);
    await forge(ann, { thread: 'old', verdict: 'reject' });
    expect(await verdicts()).toEqual(['reject']);
    later();
    await forge(ann, { thread: 'old' });
    expect(await verdicts()).toEqual(['approve']);
  });

  it('damaged stops itself alone, is carried along, and is told', async () => {
    await review(ann, 'approve');
    await plantRow('garbage', (batch) => batch.addTree([]));
    expect(await verdicts()).toEqual(['approve']);
    expect((await listReviews(workspace, { thread: 'task' })).damaged).toBe(1);
    later();
    await forge(ann, { verdict: 'reject' });
    expect(await verdicts()).toEqual(['reject']);
    expect((await listReviews(workspace, { thread: 'task' })).damaged).toBe(1);
    expect((await findings()).map(({ subject }) => subject)).toContain('garbage');
  });

  it('beyond its bound refuses another with REVIEW_LIMIT', async () => {
    const batch = workspace.writer.batch();
    const empty = batch.addTree([]);
    const rows = Array.from({ length: MOST_REVIEWS }, (_, row) => ({
      mode: '40000',
      name: utf8(`r${row}`),
      id: empty,
    }));
    const tree = batch.addTree(rows);
    const commit = batch.add('commit', encodeSetCommit('reviews', tree, workspace.clock.now()));
    await batch.write();
    await moveRef(workspace, REVIEWS_REF, commit);
    await expect(review(ann, 'approve')).rejects.toMatchObject({ code: 'REVIEW_LIMIT' });
  });

  it('unreadable as a whole refuses every landing and every review', async () => {
    const batch = workspace.writer.batch();
    const commit = batch.add('blob', utf8('x'));
    await batch.write();
    await moveRef(workspace, REVIEWS_REF, commit);
    await expect(standing()).rejects.toMatchObject({ code: 'FORMAT_INVALID' });
    await expect(review(ann, 'approve')).rejects.toMatchObject({ code: 'FORMAT_INVALID' });
    expect((await findings()).map(({ kind }) => kind)).toContain('review');
  });
});
