import { beforeEach, describe, expect, it } from 'vitest';
import { decodeEntry, loadAuthority } from '#usecases/authority/load-authority.ts';
import { oplog } from '#usecases/history/oplog.ts';
import { undo } from '#usecases/undo/undo.ts';
import { setPolicy } from '#usecases/policy/set-policy.ts';
import { freeze, unfreeze } from '#usecases/revocation/freeze.ts';
import { status } from '#usecases/threads/status.ts';
import { readGround } from '#usecases/transaction/mutate.ts';
import { NO_CHANGE, publish } from '#usecases/transaction/publish.ts';
import { verify } from '#usecases/verify/verify.ts';
import type { OperationKind } from '#domain/operation/operation.ts';
import type { Workspace } from '#ports/workspace.ts';
import { DEV } from '../../../support/decisions.ts';
import { join, save, started } from '../../../support/memory/scenes.ts';
import type { MemoryRepository } from '../../../support/memory/workspace.ts';

let repository: MemoryRepository;
let workspace: Workspace;
beforeEach(async () => {
  repository = await started();
  ({ workspace } = repository);
});

async function messages(): Promise<readonly string[]> {
  return (await verify(workspace, { all: true })).findings.map(({ message }) => message);
}

/** A line as the owner's program would sign it, whatever it says. */
async function forge(op: OperationKind, result: { readonly id: string } | null): Promise<void> {
  const { authority, caller, replica, now } = await readGround(workspace);
  const { view } = authority;
  await publish(
    workspace,
    { repo: view.genesis, caller, replica, now },
    {
      op,
      verdict: { verdict: 'allow', stage: null, code: null },
      policy: view.head,
      states: [],
      texts: { ...NO_CHANGE, resource: null, args: { operationId: null, verb: {} }, result },
      verify: [],
      batch: null,
    },
  );
}

describe('a freeze', () => {
  it('says what its author had seen: heads of threads, and the last lines of logs', async () => {
    const { state } = await save(repository, workspace, { a: '1' });
    await freeze(workspace, 'leak');
    const files = (await loadAuthority(workspace)).files.at(-1);
    if (files === undefined) throw new Error('no record');
    const { body } = decodeEntry(files).record;
    expect(body).toMatchObject({ kind: 'freeze' });
    const seen = body.kind === 'freeze' ? body.seen : [];
    expect(seen).toContain(state);
    expect(seen.filter((id) => id.startsWith('ho-'))).toHaveLength(1);
  });

  it('as break-glass is a maintainer’s by policy, with its reason, and ended by an owner alone', async () => {
    const dev = await join(repository, DEV, 'maintainer');
    await expect(freeze(dev, 'leak', { breakGlass: true })).rejects.toMatchObject({
      recorded: { denial: { code: 'ROLE_INSUFFICIENT' } },
    });
    const rules = { breakGlass: 'maintainer' } as const;
    await setPolicy(workspace, { resource: null, rules, reason: null, dryRun: false });
    const denied: unknown = await freeze(dev, 'leak').catch((error: unknown) => error);
    expect(denied).toMatchObject({ recorded: { denial: { code: 'ROLE_INSUFFICIENT' } } });
    const glass = ['heddle', 'freeze', '--break-glass', '--reason', 'no owner could be asked'];
    expect(denied).toMatchObject({ recorded: { denial: { fixes: [{ argv: glass, who: [DEV] }, {}] } } });
    const { result } = await freeze(dev, 'leak', { breakGlass: true });
    expect(result).toMatchObject({ by: DEV, breakGlass: true, reason: 'leak' });
    expect((await status(dev)).attention[0]?.message).toContain(
      `${DEV} froze the repository as break-glass at`,
    );
    const [newest] = (await oplog(dev, 1)).operations;
    expect(newest).toMatchObject({ op: 'freeze', verdict: 'allow', breakGlass: true });
    for (const ends of [unfreeze(dev), undo(dev, null)]) {
      await expect(ends).rejects.toMatchObject({ recorded: { denial: { code: 'FROZEN' } } });
    }
    expect((await unfreeze(workspace)).result.frozen).toMatchObject({ by: DEV, breakGlass: true });
    expect(await messages()).toEqual([]);
  });

  it('is undone only while it holds', async () => {
    await freeze(workspace, null);
    await unfreeze(workspace);
    const { value } = await (async () => {
      for await (const { id, line } of workspace.log.newest()) if (line.op === 'freeze') return { value: id };
      throw new Error('no line');
    })();
    await expect(undo(workspace, value)).rejects.toMatchObject({ code: 'UNDO_REFUSED' });
    await expect(unfreeze(workspace)).rejects.toMatchObject({ code: 'NOT_FROZEN' });
    expect(await messages()).toEqual([]);
  });

  it('of a repository keeps new people out, whoever would let them in', async () => {
    await freeze(workspace, null);
    await expect(join(repository, DEV, null)).rejects.toMatchObject({
      recorded: { denial: { code: 'FROZEN' } },
    });
  });

  it('that froze nothing is found, and so is one that names another record', async () => {
    await forge('freeze', null);
    expect((await messages()).join()).toContain('its line brings no record of the kind freeze');
    await freeze(workspace, null);
    await forge('unfreeze', { id: (await loadAuthority(workspace)).view.head });
    expect((await messages()).join()).toContain('its line brings no record of the kind unfreeze');
  });
});
