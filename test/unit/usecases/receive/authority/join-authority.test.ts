import { beforeEach, describe, expect, it } from 'vitest';
import { heldAt } from '#domain/authority/authority-view.ts';
import { AUTHORITY_REF, TOMBSTONES_REF } from '#domain/refs.ts';
import type { ObjectId } from '#ports/objects.ts';
import type { Workspace } from '#ports/workspace.ts';
import { loadAuthority } from '#usecases/authority/load-authority.ts';
import { addGrant, removeGrant } from '#usecases/keys/grants.ts';
import { adopt } from '#usecases/receive/adopt.ts';
import { joinAuthority } from '#usecases/receive/authority/join-authority.ts';
import { judgeAuthority } from '#usecases/receive/authority/judge-authority.ts';
import { freeze } from '#usecases/revocation/freeze.ts';
import { verify } from '#usecases/verify/verify.ts';
import { DEV } from '../../../../support/decisions.ts';
import { moveRef } from '../../../../support/memory/removal/set-files.ts';
import { redactPath } from '../../../../support/memory/removal/removal-scenes.ts';
import { delegate, fetched, join, save, started } from '../../../../support/memory/scenes.ts';
import {
  createMemoryRepository,
  saying,
  type MemoryRepository,
} from '../../../../support/memory/workspace.ts';

let origin: MemoryRepository;
let here: Workspace;
/** Another clone of the same owner's. */
let there: Workspace;
let grant: string;

async function headOf(workspace: Workspace): Promise<ObjectId> {
  return (await workspace.refs.read(AUTHORITY_REF)) ?? '';
}

async function give(workspace: Workspace, resource: string) {
  const { result } = await addGrant(workspace, { principal: DEV, role: 'admin', resource, until: null });
  return result.grant.id;
}

async function joinHeads(workspace: Workspace, other: ObjectId) {
  const known = await headOf(workspace);
  const judged = await judgeAuthority(workspace, { known, offered: other });
  if (judged.kind !== 'apart') throw new Error(judged.kind);
  const batch = workspace.writer.batch();
  const joined = await joinAuthority(workspace, batch, judged.join);
  if (joined.kind === 'joined') {
    await batch.write();
    await moveRef(workspace, AUTHORITY_REF, joined.commit);
  }
  return { ...joined, beaten: judged.join.beaten };
}

beforeEach(async () => {
  origin = await started();
  here = origin.workspace;
  await join(origin, DEV, null);
  grant = await give(here, 'acme/core@task');
  const clone = await fetched(origin);
  there = { ...clone.workspace, keys: here.keys, credentials: here.credentials };
  await adopt(there, null);
});

describe('an authority chain that is offered', () => {
  it('is the same, continues the known one, or ends before it', async () => {
    const known = await headOf(there);
    await give(here, 'acme/core@more');
    const offered = await headOf(here);
    expect(await judgeAuthority(here, { known, offered: known })).toEqual({ kind: 'same' });
    expect(await judgeAuthority(here, { known, offered })).toMatchObject({ kind: 'ahead' });
    expect(await judgeAuthority(here, { known: null, offered })).toMatchObject({ kind: 'ahead' });
    expect(await judgeAuthority(here, { known: offered, offered: known })).toMatchObject({ kind: 'behind' });
  });

  it('is no chain of this repository, or none at all', async () => {
    const stranger = await headOf((await started(createMemoryRepository(origin.store))).workspace);
    const judged = await judgeAuthority(here, { known: await headOf(here), offered: stranger });
    expect(judged).toMatchObject({ kind: 'stranger' });
    await save(origin, here, { a: '1' });
    await redactPath(here, 'a');
    const known = await headOf(here);
    for (const name of [TOMBSTONES_REF, 'refs/heddle/threads/task']) {
      const offered = (await here.refs.read(name)) ?? '';
      expect(await judgeAuthority(here, { known, offered })).toMatchObject({ kind: 'invalid' });
    }
    const offered = 'e'.repeat(40);
    expect(await judgeAuthority(here, { known, offered })).toMatchObject({ kind: 'invalid' });
  });
});

describe('two chains that grew apart', () => {
  it('are joined by a record after which both clones can go on, and verify', async () => {
    await give(here, 'acme/core@here');
    await give(there, 'acme/core@there');
    expect(await joinHeads(here, await headOf(there))).toMatchObject({ kind: 'joined', beaten: [] });
    const { view, files } = await loadAuthority(here);
    expect(view.grants.map(({ resource }) => resource)).toEqual(
      expect.arrayContaining(['acme/core@here', 'acme/core@there']),
    );
    expect(files.at(-1)?.parents).toHaveLength(2);
    await give(here, 'acme/core@after');
    expect((await verify(here, { all: true })).findings.filter(({ kind }) => kind === 'authority')).toEqual(
      [],
    );
    expect(
      await judgeAuthority(there, { known: await headOf(there), offered: await headOf(here) }),
    ).toMatchObject({
      kind: 'ahead',
    });
  });

  it('keep what either took away, from whoever was given it on the other side', async () => {
    await removeGrant(here, grant);
    const again = await give(there, 'acme/core@task/login');
    await freeze(there, 'x');
    expect(await joinHeads(here, await headOf(there))).toMatchObject({ beaten: [again] });
    const { view } = await loadAuthority(here);
    expect(heldAt(view, DEV, 'acme/core@task/login', here.clock.now())).toBeNull();
    expect(view.frozen).not.toBeNull();
  });

  it('are joined again where two joined them at once, and come to the same', async () => {
    await give(here, 'acme/core@here');
    await give(there, 'acme/core@there');
    const [mine, theirs] = [await headOf(here), await headOf(there)];
    await joinHeads(here, theirs);
    // Later, so that the two records differ.
    await joinHeads({ ...there, clock: { now: () => '2026-11-21T12:00:01.000Z' as never } }, mine);
    await joinHeads(here, await headOf(there));
    expect(
      await judgeAuthority(there, { known: await headOf(there), offered: await headOf(here) }),
    ).toMatchObject({
      kind: 'ahead',
    });
  });

  it('can be joined by an agent, and by nobody without a credential', async () => {
    await give(here, 'acme/core@here');
    await give(there, 'acme/core@there');
    const other = await headOf(there);
    const silent = saying(here, { agentDetected: 'CLAUDECODE' });
    expect(await joinHeads(silent, other)).toMatchObject({ kind: 'refused' });
    expect(await joinHeads(await delegate(here, 'bot'), other)).toMatchObject({ kind: 'joined' });
    expect((await loadAuthority(here)).view.seq).toBeGreaterThan(0);
  });
});
