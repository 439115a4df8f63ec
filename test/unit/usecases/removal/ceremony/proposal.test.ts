import { beforeEach, describe, expect, it } from 'vitest';
import { DeniedError } from '#domain/decision/denied-error.ts';
import type { TombstoneId } from '#domain/id.ts';
import type { PolicyRules } from '#domain/policy/policy.ts';
import type { PurgeProposal } from '#domain/results/removal/proposal-results.ts';
import { formatInstant, instantMilliseconds } from '#domain/time.ts';
import type { Workspace } from '#ports/workspace.ts';
import { loadAuthority } from '#usecases/authority/load-authority.ts';
import { addGrant, removeGrant } from '#usecases/keys/grants.ts';
import { setPolicy } from '#usecases/policy/set-policy.ts';
import {
  applyProposal,
  approveProposal,
  cancelProposal,
  listProposals,
} from '#usecases/removal/ceremony/answer-proposal.ts';
import { proposePurge } from '#usecases/removal/ceremony/propose-purge.ts';
import { removalProblem } from '#usecases/tombstones/removal-problem.ts';
import { redactTexts } from '#usecases/removal/texts/redact-texts.ts';
import { startThread } from '#usecases/threads/start.ts';
import { verify } from '#usecases/verify/verify.ts';
import { DEV, OWNER } from '../../../../support/decisions.ts';
import {
  forgeRecords,
  loadSet,
  purgeTombstone,
  redactPath,
} from '../../../../support/memory/removal/removal-scenes.ts';
import { join, save, started } from '../../../../support/memory/scenes.ts';
import type { MemoryRepository } from '../../../../support/memory/workspace.ts';

let repository: MemoryRepository;
let workspace: Workspace;
let second: Workspace;
let third: Workspace;
let dev: Workspace;
let tombstone: TombstoneId;

beforeEach(async () => {
  repository = await started();
  ({ workspace } = repository);
  dev = await join(repository, DEV, 'developer');
  second = await join(repository, 'second@example.com', 'owner');
  third = await join(repository, 'third@example.com', 'owner');
  await save(repository, workspace, { 'src/a.ts': 'secret' });
  ({ tombstone } = await redactPath(workspace, 'src/a.ts'));
});

const guard = (rules: Partial<PolicyRules>) =>
  setPolicy(workspace, {
    resource: null,
    rules: { guarded: ['purge:apply'], ...rules },
    reason: null,
    dryRun: false,
  });

async function propose(who = workspace, ttl: number | null = null): Promise<PurgeProposal> {
  const { result } = await proposePurge(who, { name: tombstone, reason: 'leaked', ttl, rewriteGit: false });
  if (result.proposal === null) throw new Error('it is guarded');
  return result.proposal;
}

const agree = (who: Workspace, { request }: PurgeProposal) =>
  approveProposal(who, { name: request, reason: null, dryRun: false, confirm: async () => true });

const apply = (who: Workspace, { request }: PurgeProposal) =>
  applyProposal(who, { name: request, confirm: async () => true, dryRun: false });

async function refusedWith(done: Promise<unknown>): Promise<string> {
  const error: unknown = await done.catch((thrown: unknown) => thrown);
  if (error instanceof DeniedError) return error.recorded.denial.code;
  return error instanceof Error && 'code' in error ? String(error.code) : 'nothing';
}

const status = async (all = true): Promise<readonly string[]> =>
  (await listProposals(workspace, { all })).proposals.map((one) => one.status);

const findings = async (): Promise<string> =>
  (await verify(workspace, { all: true })).findings.map(({ message }) => message).join('\n');

const later = (seconds: number) => formatInstant(instantMilliseconds(repository.now) + seconds * 1000);
const advance = (seconds: number): void => {
  repository.now = later(seconds);
};
/** Somebody whose clock is set otherwise. */
const skewed = (who: Workspace, seconds: number): Workspace => ({
  ...who,
  clock: { ...who.clock, now: () => later(seconds) },
});

describe('a purge that nobody guards', () => {
  it('needs no proposal, and is done as ever', async () => {
    const { result } = await proposePurge(workspace, {
      name: tombstone,
      reason: null,
      ttl: null,
      rewriteGit: false,
    });
    expect(result).toMatchObject({ created: false, proposal: null, fix: ['heddle', 'purge', tombstone] });
    await purgeTombstone(workspace, tombstone);
    expect(await findings()).toBe('');
  });
});

describe('a purge that a quorum guards', () => {
  beforeEach(() => guard({ quorum: 3 }));

  it('is refused alone, and done once enough others agreed to it', async () => {
    expect(await refusedWith(purgeTombstone(workspace, tombstone))).toBe('QUORUM_MISSING');
    const proposal = await propose();
    expect(proposal).toMatchObject({ status: 'open', quorum: 3, tombstone, states: 1, earliest: null });
    expect(proposal.paths).toEqual(['src/a.ts']);
    expect(proposal.next?.argv).toEqual(['heddle', 'purge', 'approve', proposal.request]);
    await agree(second, proposal);
    expect(await refusedWith(apply(workspace, proposal))).toBe('QUORUM_MISSING');
    const { result } = await agree(third, proposal);
    expect(result.proposal.next?.argv).toEqual(['heddle', 'purge', 'apply', proposal.request, '--yes']);
    const done = await apply(workspace, proposal);
    expect(done.result.outcome).toBe('complete');
    const [order] = (await loadSet(workspace)).records.get(tombstone)?.purges ?? [];
    expect(order?.act.consent).toBe(proposal.request);
    expect(await status()).toEqual(['used']);
    expect(await findings()).toBe('');
  });

  it('counts nobody twice, not who asked, and no developer', async () => {
    const proposal = await propose();
    await agree(second, proposal);
    expect(await refusedWith(agree(second, proposal))).toBe('REQUEST_CLOSED');
    expect(await refusedWith(agree(workspace, proposal))).toBe('REQUEST_UNFIXABLE');
    expect(await refusedWith(agree(dev, proposal))).toBe('ROLE_INSUFFICIENT');
    expect(await refusedWith(apply(workspace, proposal))).toBe('QUORUM_MISSING');
  });

  it('is proposed by nobody who could not do it otherwise', async () => {
    expect(await refusedWith(propose(dev))).toBe('ROLE_INSUFFICIENT');
    expect(await status()).toEqual([]);
  });

  it('is proposed once', async () => {
    const first = await propose();
    const { result, operation } = await proposePurge(workspace, {
      name: tombstone,
      reason: null,
      ttl: null,
      rewriteGit: false,
    });
    expect([result.created, result.proposal?.request, operation]).toEqual([false, first.request, null]);
  });

  it('ends when it is cancelled, by who asked or by who may agree', async () => {
    for (const who of [workspace, second]) {
      const proposal = await propose();
      await agree(third, proposal);
      await cancelProposal(who, { name: proposal.request, reason: null });
      expect(await refusedWith(agree(second, proposal))).toBe('REQUEST_CLOSED');
      expect(await refusedWith(apply(workspace, proposal))).toBe('QUORUM_MISSING');
    }
    expect(await status()).toEqual(['denied', 'denied']);
  });

  it('ends with its time', async () => {
    const proposal = await propose(workspace, 60_000);
    await agree(second, proposal);
    await agree(third, proposal);
    expect(await status(false)).toEqual(['approved']);
    advance(61);
    expect(await status(false)).toEqual([]);
    expect(await refusedWith(apply(workspace, proposal))).toBe('QUORUM_MISSING');
  });

  it.each<[string, () => Promise<unknown>]>([
    ['a policy', () => guard({ quorum: 3, wait: 1 })],
    [
      'a policy of some thread',
      () =>
        setPolicy(workspace, {
          resource: 'acme/core@other',
          rules: { depth: 1 },
          reason: null,
          dryRun: false,
        }),
    ],
    [
      'the owners, by one more',
      () => addGrant(workspace, { principal: DEV, role: 'owner', resource: 'acme/core@x', until: null }),
    ],
  ])('is void when %s changed', async (_what, change) => {
    const proposal = await propose();
    await agree(second, proposal);
    await agree(third, proposal);
    await change();
    expect(await status()).toEqual(['void']);
    expect(await refusedWith(agree(dev, proposal))).toBe('REQUEST_CLOSED');
    expect(await refusedWith(apply(workspace, proposal))).toBe('QUORUM_MISSING');
    const again = await propose();
    expect(again.request).not.toBe(proposal.request);
  });

  it('is void when an owner went, and stays it when they are back', async () => {
    const proposal = await propose();
    await agree(second, proposal);
    await agree(third, proposal);
    const { view } = await loadAuthority(workspace);
    const grant = view.grants.find(({ principal }) => principal === 'third@example.com');
    await removeGrant(workspace, grant?.id ?? '');
    await addGrant(workspace, {
      principal: 'third@example.com',
      role: 'owner',
      resource: 'acme/core',
      until: null,
    });
    expect(await status()).toEqual(['void']);
    expect(await refusedWith(apply(workspace, proposal))).toBe('QUORUM_MISSING');
  });

  it('is another one when the content stands elsewhere, too', async () => {
    const proposal = await propose();
    await agree(second, proposal);
    await agree(third, proposal);
    await startThread(workspace, { thread: 'side', task: null, from: 'task', directory: null });
    await save(repository, workspace, { c: '1' });
    expect(await refusedWith(apply(workspace, proposal))).toBe('QUORUM_MISSING');
  });

  it('is of one tombstone, and not of another one at the same places', async () => {
    const proposal = await propose();
    await agree(second, proposal);
    await agree(third, proposal);
    await save(repository, workspace, { 'src/a.ts': 'another' });
    const other = await redactPath(workspace, 'src/a.ts');
    expect(await refusedWith(purgeTombstone(workspace, other.tombstone))).toBe('QUORUM_MISSING');
  });
});

describe('a purge whose author is excluded', () => {
  beforeEach(() => guard({ quorum: 2, excluded: 'author' }));

  it('is agreed to by people who neither asked nor redacted, whoever applies it', async () => {
    // The owner redacted it, the second asks: neither counts, and one other owner is not enough.
    const asked: unknown = await purgeTombstone(second, tombstone).catch((error: unknown) => error);
    expect(asked).toMatchObject({
      recorded: { denial: { fixes: [{ argv: ['heddle', 'purge', 'propose', tombstone], who: [OWNER] }] } },
    });
    const few = await propose(second);
    expect(few).toMatchObject({ quorum: 2, people: [], next: null });
    expect(few.why).toContain('heddle grant add PRINCIPAL owner acme/core');
    expect(few.excluded).toEqual(['second@example.com', 'owner@example.com']);
    const fourth = await join(repository, 'fourth@example.com', 'owner');
    const proposal = await propose(second);
    expect(proposal.next?.who).toEqual(['third@example.com', 'fourth@example.com']);
    expect(await refusedWith(agree(workspace, proposal))).toBe('REQUEST_UNFIXABLE');
    await agree(third, proposal);
    for (const who of [workspace, second, third]) {
      expect(await refusedWith(apply(who, proposal))).toBe('QUORUM_MISSING');
    }
    const { result } = await agree(fourth, proposal);
    expect(result.proposal).toMatchObject({ status: 'approved' });
    await apply(second, proposal);
    expect((await status()).toSorted()).toEqual(['used', 'void']);
    expect(await findings()).toBe('');
  });

  it('counts who applies it, where they are no author', async () => {
    const proposal = await propose();
    await agree(second, proposal);
    expect(await refusedWith(apply(workspace, proposal))).toBe('QUORUM_MISSING');
    await apply(third, proposal);
    expect(await findings()).toBe('');
  });

  it('that a program of one’s own orders all the same orders nothing, and verify names it', async () => {
    await join(repository, 'fourth@example.com', 'owner');
    const proposal = await propose(second);
    await agree(third, proposal);
    const [consent] = await loadProposalIds();
    await forgeRecords(workspace, (draft) => draft.purge(tombstone, 'x', { consent: consent ?? null }));
    expect(await findings()).toContain('its purge: it was not allowed: QUORUM_MISSING');
  });
});

describe('a purge that time guards', () => {
  it('waits from when somebody else saw it, whatever its signer says', async () => {
    await guard({ quorum: 2, wait: 3600 });
    const proposal = await propose();
    advance(3000);
    const { result } = await agree(second, proposal);
    expect(result.proposal.earliest).not.toBeNull();
    advance(1000);
    expect(await refusedWith(apply(workspace, proposal))).toBe('TIMELOCK');
    advance(2700);
    await apply(workspace, proposal);
    expect(await findings()).toBe('');
  });

  it('alone waits from when this clone recorded it', async () => {
    await guard({ wait: 3600 });
    expect(await refusedWith(purgeTombstone(workspace, tombstone))).toBe('TIMELOCK');
    // Its proposer's clock is more than an hour late; the log says what was written before.
    advance(5000);
    await startThread(workspace, { thread: 'since', task: null, from: null, directory: null });
    const proposal = await propose(skewed(workspace, -4000));
    expect(proposal.at < repository.now).toBe(true);
    expect(await refusedWith(apply(workspace, proposal))).toBe('TIMELOCK');
    advance(3601);
    await apply(workspace, proposal);
    expect(await findings()).toBe('');
  });

  it('is told by verify when whoever did it set their clock forward', async () => {
    await guard({ quorum: 2, wait: 3600 });
    const proposal = await propose();
    await agree(second, proposal);
    await apply(skewed(workspace, 3700), proposal);
    advance(1);
    await startThread(workspace, { thread: 'later', task: null, from: null, directory: null });
    expect(await findings()).toContain(`it says that the wait for ${proposal.request} was over`);
  });
});

describe('a record of a purge', () => {
  beforeEach(() => guard({ quorum: 2 }));

  it('that names no consent orders nothing, and verify names its receipt, too', async () => {
    await forgeRecords(workspace, (draft) => draft.purge(tombstone, 'x'));
    await forgeRecords(workspace, (draft) => draft.receipt(tombstone, { outcome: 'complete', places: [] }));
    const found = await findings();
    expect(found).toContain('its purge: it was not allowed: QUORUM_MISSING');
    expect(found).toContain(
      'its receipt answers a purge of which is true: it was not allowed: QUORUM_MISSING',
    );
  });

  it('that names consent to another tombstone orders nothing', async () => {
    const proposal = await propose();
    await agree(second, proposal);
    await save(repository, workspace, { 'src/a.ts': 'another' });
    const other = await redactPath(workspace, 'src/a.ts');
    const [consent] = [...(await loadProposalIds())];
    await forgeRecords(workspace, (draft) => draft.purge(other.tombstone, 'x', { consent: consent ?? null }));
    expect(await findings()).toContain('its purge: it was not allowed: QUORUM_MISSING');
  });

  it('that came with the tombstones uses the consent up here', async () => {
    const proposal = await propose();
    await agree(second, proposal);
    const [consent] = await loadProposalIds();
    await forgeRecords(workspace, (draft) => draft.purge(tombstone, 'x', { consent: consent ?? null }));
    expect(await status()).toEqual(['used']);
    advance(1);
    await forgeRecords(workspace, (draft) => draft.purge(tombstone, 'y', { consent: consent ?? null }));
    expect(await findings()).toContain(`it uses up the consent to ${proposal.request}`);
  });
});

describe('a record of a purge that another clone made', () => {
  /** Why it destroys nothing here. */
  const problem = async (): Promise<string | undefined> => {
    const record = (await loadSet(workspace)).records.get(tombstone);
    if (record === undefined) throw new Error('it is in the set');
    return removalProblem(workspace, record, 'purge');
  };
  const consented = async (change: Parameters<typeof forgeRecords>[2] = {}): Promise<void> => {
    const [consent] = await loadProposalIds();
    await forgeRecords(
      workspace,
      (draft) => draft.purge(tombstone, 'x', { consent: consent ?? null }),
      change,
    );
  };
  const remove = async (principal: string): Promise<void> => {
    const { view } = await loadAuthority(workspace);
    await removeGrant(workspace, view.grants.find((grant) => grant.principal === principal)?.id ?? '');
  };

  it('destroys nothing where it names an authority record from before the policy', async () => {
    const { head } = (await loadAuthority(workspace)).view;
    await guard({ quorum: 2 });
    await forgeRecords(workspace, (draft) => draft.purge(tombstone, 'x'), { policy: head });
    expect(await problem()).toBe('policies by now ask more people, or time, than it was done with');
  });

  it('is carried out by the consent under which it was done, and no more once others ask more', async () => {
    await guard({ quorum: 2 });
    await agree(second, await propose());
    await consented();
    expect(await problem()).toBeUndefined();
    await setPolicy(workspace, {
      resource: 'acme/core@other',
      rules: { depth: 1 },
      reason: null,
      dryRun: false,
    });
    await addGrant(workspace, { principal: DEV, role: 'owner', resource: 'acme/core', until: null });
    expect(await problem()).toBeUndefined();
    await guard({ quorum: 2, wait: 60 });
    expect(await problem()).toBe('policies by now ask more people, or time, than it was done with');
  });

  it('destroys nothing by the word of whoever is an owner no more', async () => {
    await guard({ quorum: 2 });
    const { head } = (await loadAuthority(workspace)).view;
    await agree(second, await propose());
    await remove('second@example.com');
    await consented({ policy: head });
    expect(await problem()).toBe('not enough of those who agreed to it still could');
  });

  it('destroys nothing by agreement to something that is not told any more', async () => {
    await guard({ quorum: 2 });
    const { request } = await propose();
    await agree(second, await propose());
    await consented();
    expect(await problem()).toBeUndefined();
    advance(1);
    const why = {
      reason: 'it named the key',
      reasonCode: 'credential',
      rotatedAt: null,
      dryRun: false,
    } as const;
    await redactTexts(workspace, { text: request, task: false, ...why });
    expect(await problem()).toBe('what others agreed to for it is not told any more, or does not hold');
  });

  it('destroys nothing before the time that it says to have waited for', async () => {
    await guard({ quorum: 2, wait: 3600 });
    await agree(second, await propose());
    await consented({ now: later(3700) });
    expect(await problem()).toBe('it says that the wait was over at a time that has not come');
    advance(3700);
    expect(await problem()).toBeUndefined();
  });

  it('is finished where this clone itself began it, whatever was set since', async () => {
    await purgeTombstone(workspace, tombstone);
    await guard({ quorum: 3, wait: 60 });
    expect(await problem()).toBeUndefined();
  });
});

const loadProposalIds = async () =>
  (await listProposals(workspace, { all: true })).proposals.map(({ request }) => request);
