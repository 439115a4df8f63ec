import { beforeEach, describe, expect, it } from 'vitest';
import type { TombstoneId } from '#domain/id.ts';
import type { PolicyRules } from '#domain/policy/policy.ts';
import { formatInstant, instantMilliseconds } from '#domain/time.ts';
import type { Workspace } from '#ports/workspace.ts';
import { showIncident, takeStep, type IncidentDone } from '#usecases/incident/take-step.ts';
import { setPolicy } from '#usecases/policy/set-policy.ts';
import { approveProposal } from '#usecases/removal/ceremony/answer-proposal.ts';
import { verify } from '#usecases/verify/verify.ts';
import { redactPath } from '../../../support/memory/removal/removal-scenes.ts';
import { join, save, started } from '../../../support/memory/scenes.ts';
import type { MemoryRepository } from '../../../support/memory/workspace.ts';

let repository: MemoryRepository;
let workspace: Workspace;
let second: Workspace;
let tombstone: TombstoneId;
beforeEach(async () => {
  repository = await started();
  ({ workspace } = repository);
  second = await join(repository, 'second@example.com', 'owner');
  await save(repository, workspace, { 'src/a.ts': 'secret' });
  await takeStep(workspace, { act: 'open', reason: 'mail key in a log' });
  ({ tombstone } = await redactPath(workspace, 'src/a.ts'));
});

const guard = (rules: Partial<PolicyRules>) =>
  setPolicy(workspace, {
    resource: null,
    rules: { guarded: ['purge:apply'], ...rules },
    reason: null,
    dryRun: false,
  });

const purge = (who = workspace): Promise<IncidentDone> =>
  takeStep(who, { act: 'purge', confirm: async () => true, rewriteGit: false, onlyOwn: false });

const agree = (who: Workspace, name: string) =>
  approveProposal(who, { name, reason: null, dryRun: false, confirm: async () => true });

const purgeOf = ({ result: { steps } }: IncidentDone) => steps.find(({ step }) => step === 'purge');

describe('the purge of an incident that a policy guards', () => {
  it('is proposed, tells who has to agree, and is done once they do, while the repository is frozen too', async () => {
    await guard({ quorum: 2 });
    await takeStep(workspace, { act: 'freeze', breakGlass: false });
    const asked = await purge();
    expect(asked.failed).toBe(true);
    const [proposal] = asked.result.proposals;
    expect(proposal).toMatchObject({ tombstone, status: 'open', reason: 'mail key in a log' });
    expect(proposal?.next).toMatchObject({ who: ['second@example.com'] });
    expect(purgeOf(asked)).toMatchObject({ status: 'todo', note: expect.stringContaining('1 waits') });
    expect(purgeOf(asked)?.commands).toContainEqual(proposal?.next?.argv);

    // Neither asked twice nor done, whoever goes on.
    const again = await purge(second);
    expect(again.result.proposals.map(({ request }) => request)).toEqual([proposal?.request]);
    await agree(second, proposal?.request ?? '');
    expect((await showIncident(workspace, null)).proposals).toMatchObject([{ status: 'approved' }]);

    const done = await purge();
    expect([done.failed, purgeOf(done)?.status, done.result.proposals]).toEqual([false, 'done', []]);
    expect((await verify(workspace, { all: true })).findings).toEqual([]);
  });

  it('waits as long as the policy says', async () => {
    await guard({ wait: 3600 });
    expect((await purge()).result.proposals).toMatchObject([{ status: 'open' }]);
    expect((await purge()).failed).toBe(true);
    repository.now = formatInstant(instantMilliseconds(repository.now) + 3_601_000);
    expect(await purge()).toMatchObject({ failed: false, result: { proposals: [] } });
  });

  it('is proposed by nobody who may not do it', async () => {
    const dev = await join(repository, 'dev@example.com', 'maintainer');
    await guard({ quorum: 2 });
    await expect(purge(dev)).rejects.toMatchObject({ code: 'DENIED' });
    expect((await showIncident(workspace, null)).proposals).toEqual([]);
  });
});
