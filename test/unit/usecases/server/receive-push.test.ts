import { beforeEach, describe, expect, it } from 'vitest';
import { decodeUtf8, utf8 } from '#domain/encoding/bytes.ts';
import type { StateId } from '#domain/id.ts';
import type { OperationKind, OperationTexts, RefChange } from '#domain/operation/operation.ts';
import type { PolicyRules } from '#domain/policy/policy.ts';
import { AUTHORITY_REF, OPLOG_REFS, oplogRef, threadRef, TOMBSTONES_REF } from '#domain/refs.ts';
import { freeze } from '#usecases/revocation/freeze.ts';
import { identifyCaller, nobody } from '#usecases/caller/identify.ts';
import { carrierTrees } from '#usecases/states/carrier-trees.ts';
import { readState } from '#usecases/states/read-state.ts';
import { writeState } from '#usecases/states/write-state.ts';
import { publish, publisherNow } from '#usecases/transaction/publish.ts';
import { loadAuthority } from '#usecases/authority/load-authority.ts';
import { undo } from '#usecases/undo/undo.ts';
import { removeGrant } from '#usecases/keys/grants.ts';
import { setPolicy } from '#usecases/policy/set-policy.ts';
import { adopt } from '#usecases/receive/adopt.ts';
import type { Workspace } from '#ports/workspace.ts';
import { DEV, OWNER } from '../../../support/decisions.ts';
import { denialsOf, movesTo, pushed, serverOf } from '../../../support/memory/pushes.ts';
import { redactPath } from '../../../support/memory/removal/removal-scenes.ts';
import { moveRef } from '../../../support/memory/removal/set-files.ts';
import { delegate, fetched, join, save, start, started } from '../../../support/memory/scenes.ts';
import { createMemoryRepository, type MemoryRepository } from '../../../support/memory/workspace.ts';
import { withEntries } from '../../../support/memory/forged-carriers.ts';
import { forge, publishedHead } from '../../../support/published-log.ts';

const TASK = threadRef('task');

let clone: MemoryRepository;
let server: MemoryRepository;
beforeEach(async () => {
  clone = await started();
  await save(clone, clone.workspace, { 'a.txt': 'one\n' });
  server = await serverOf(clone);
});

async function push(): Promise<readonly string[]> {
  return pushed(server, await movesTo(server, clone));
}

/** The codes alone, each once. */
function codes(refused: readonly string[]): readonly string[] {
  return [...new Set(refused.map((why) => why.split(' ')[0] ?? ''))];
}

async function refOf(workspace: Workspace, name: string): Promise<string | null> {
  return (await workspace.refs.read(name)) ?? null;
}

async function expectRefused(moves: readonly RefChange[], code: string, said = ''): Promise<void> {
  const before = await server.workspace.refs.list('refs/');
  const refused = await pushed(server, moves);
  expect(codes(refused), refused.join('\n')).toEqual([code]);
  expect(refused.join('\n')).toContain(said);
  expect(await server.workspace.refs.list('refs/')).toEqual(before);
}

describe('a push to a server', () => {
  it('is accepted where all of it holds and a line answers for each move', async () => {
    expect(await push()).toEqual([]);
    await save(clone, clone.workspace, { 'a.txt': 'two\n' });
    expect(await push()).toEqual([]);
    await undo(clone.workspace, null);
    expect(await push()).toEqual([]);
    expect(await refOf(server.workspace, TASK)).toBe(await refOf(clone.workspace, TASK));
  });

  it('is accepted of a freeze by somebody who may push nothing else then', async () => {
    const rules = { breakGlass: 'maintainer' } as const;
    await setPolicy(clone.workspace, { resource: null, rules, reason: null, dryRun: false });
    const { workspace, moves } = await colleague('maintainer');
    await freeze(workspace, 'a key is out', { breakGlass: true });
    const all = await movesTo(server, { workspace });
    const [authority] = all.filter(({ name }) => name === AUTHORITY_REF);
    const logs = (await moves()).filter(({ name }) => name.startsWith(OPLOG_REFS));
    expect(authority).toBeDefined();
    expect(logs).toHaveLength(1);
    expect(await pushed(server, [...(authority === undefined ? [] : [authority]), ...logs])).toEqual([]);
    expect((await loadAuthority(server.workspace)).view.frozen?.by).toBe(DEV);
  });

  it('is accepted from a clone of what the server has, with a log that begins there', async () => {
    await push();
    const other = await fetched(server);
    await adopt(other.workspace, null);
    const home = { keys: clone.workspace.keys, credentials: clone.workspace.credentials };
    const there = { ...other.workspace, ...home };
    await start(there, 'second');
    await save(other, there, { 'b.txt': 'two\n' });
    expect(await pushed(server, await movesTo(server, { workspace: there }))).toEqual([]);
    expect(await refOf(server.workspace, threadRef('second'))).not.toBeNull();
  });

  it('verifies signatures of authority once, and those of a refused push again', async () => {
    for (let count = 0; count < 10; count += 1)
      await setPolicy(clone.workspace, {
        resource: `acme/core@heads/${count}`,
        rules: { branches: 'open' },
        reason: null,
        dryRun: false,
      });
    let verified = 0;
    const { verifySignature } = server.workspace;
    Object.assign(server.workspace, {
      verifySignature: (...question: Parameters<typeof verifySignature>) => {
        if (question[0] === 'authority') verified += 1;
        return verifySignature(...question);
      },
    });
    const moves = await movesTo(server, clone);
    const strange = { name: 'refs/heddle/snapshots/x', old: null, new: await refOf(clone.workspace, TASK) };
    const counted = async (updates: readonly RefChange[]): Promise<number> => {
      verified = 0;
      await pushed(server, updates);
      return verified;
    };
    const all = await counted([...moves, strange]);
    expect(all).toBeGreaterThan(10);
    expect(await counted(moves)).toBe(all);
    await save(clone, clone.workspace, { 'a.txt': 'two\n' });
    expect(await counted(await movesTo(server, clone))).toBe(0);
  });

  it('tells of refs that never travel, and of a move that no line answers for', async () => {
    await push();
    const strange = { name: 'refs/heddle/snapshots/x', old: null, new: await refOf(clone.workspace, TASK) };
    await expectRefused([strange], 'REF_REFUSED');
    await save(clone, clone.workspace, { 'a.txt': 'two\n' });
    const moves = await movesTo(server, clone);
    await expectRefused(
      moves.filter(({ name }) => name === TASK),
      'LINE_MISSING',
    );
  });
});

describe('what a server begins with', () => {
  it('is a genesis that was pinned, and no other one', async () => {
    const stranger = await started(createMemoryRepository(clone.store));
    await expectRefused(await movesTo(server, stranger), 'AUTHORITY_REFUSED', 'another genesis');
    const branch = { name: 'refs/heads/main', old: null, new: await refOf(clone.workspace, TASK) };
    await expectRefused([branch], 'NOT_ENROLLED');
  });

  it('is the first push only where somebody said so, and then that one alone', async () => {
    server = await serverOf(clone, false);
    const moves = await movesTo(server, clone);
    await expectRefused(moves, 'NOT_ENROLLED');
    expect(await pushed(server, moves, { trustFirst: true })).toEqual([]);
    expect((await server.workspace.records.readClone())?.genesis).toBe(
      (await clone.workspace.records.readClone())?.genesis,
    );
    const stranger = await started(createMemoryRepository(clone.store));
    const theirs = await movesTo(server, stranger);
    expect(codes(await pushed(server, theirs, { trustFirst: true }))).toContain('AUTHORITY_REFUSED');
  });
});

describe('a push is refused', () => {
  beforeEach(async () => {
    await push();
  });

  it('that takes authority back', async () => {
    const old = await refOf(clone.workspace, AUTHORITY_REF);
    await join(clone, DEV, 'developer');
    await push();
    const now = await refOf(clone.workspace, AUTHORITY_REF);
    await expectRefused([{ name: AUTHORITY_REF, old: now, new: old }], 'ROLLBACK');
    await expectRefused([{ name: AUTHORITY_REF, old: now, new: null }], 'ROLLBACK');
  });

  it('that takes a thread back, by the line that once led there too', async () => {
    const first = await refOf(clone.workspace, TASK);
    await save(clone, clone.workspace, { 'a.txt': 'two\n' });
    await push();
    const second = await refOf(clone.workspace, TASK);
    await expectRefused([{ name: TASK, old: second, new: first }], 'LINE_MISSING');
    await expectRefused([{ name: TASK, old: second, new: null }], 'LINE_MISSING');
    // Taken back with a line, it is not brought again by the one before.
    await undo(clone.workspace, null);
    await push();
    await expectRefused([{ name: TASK, old: first, new: second }], 'LINE_MISSING');
  });

  it('that takes a tombstone back', async () => {
    await redactPath(clone.workspace, 'a.txt');
    expect(await push()).toEqual([]);
    const now = await refOf(clone.workspace, TOMBSTONES_REF);
    await expectRefused([{ name: TOMBSTONES_REF, old: now, new: null }], 'ROLLBACK');
  });

  it('that brings a log which was edited, cut off or is another one', async () => {
    const { replica } = await clone.workspace.replica();
    const name = oplogRef(replica);
    const old = await publishedHead(clone.workspace, replica);
    await save(clone, clone.workspace, { 'a.txt': 'two\n' });
    const moves = await movesTo(server, clone);
    const forged = await forge(clone.workspace, await publishedHead(clone.workspace, replica), {
      'lines.jsonl': utf8('{}\n'),
    });
    const others = moves.filter((move) => move.name !== name);
    await expectRefused([...others, { name, old, new: forged }], 'LOG_REFUSED', 'the log of');
    await expectRefused([{ name, old, new: null }], 'LOG_REFUSED', 'taken away');
    await pushed(server, moves);
    await expectRefused(
      [{ name, old: await publishedHead(clone.workspace, replica), new: old }],
      'LOG_REFUSED',
      'cut off',
    );
  });

  it('that brings a state without a signature, or with another file than its own', async () => {
    await save(clone, clone.workspace, { 'a.txt': 'two\n' });
    const moves = await movesTo(server, clone);
    const carrier = await refOf(clone.workspace, TASK);
    const forgedBy = async (entry: string): Promise<readonly RefChange[]> => {
      const next = await withEntries(clone.workspace, carrier ?? '', async (entries) => {
        entries.delete(entry);
      });
      return moves.map((move) => (move.name === TASK ? { ...move, new: next } : move));
    };
    await expectRefused(await forgedBy('attestation.json'), 'STATE_REFUSED', 'attestation');
    await expectRefused(await forgedBy('chain'), 'STATE_REFUSED');
    await expectRefused(await forgedBy('manifest'), 'STATE_REFUSED');
  });

  it('that brings a state which the parent’s key signed in the name of its agent', async () => {
    const agent = await delegate(clone.workspace, 'bot');
    await save(clone, agent, { 'a.txt': 'by the bot\n' });
    const moves = await movesTo(server, clone);
    const carried = await readState(clone.workspace, (await refOf(clone.workspace, TASK)) ?? '');
    const parent = await clone.workspace.credentials.readSession(OWNER);
    if (parent === undefined) throw new Error('invariant: the owner is logged in');
    const trees = await carrierTrees(clone.workspace, carried.carrier);
    const texts = await clone.workspace.objects.read(`${carried.carrier}:texts.json`, 10_000);
    const batch = clone.workspace.writer.batch();
    const { carrier } = writeState(clone.workspace, batch, {
      state: { ...carried.state, holder: parent.holder.publicKey },
      texts: texts?.content ?? utf8(''),
      signer: clone.workspace.signerOf(parent.holder),
      chain: carried.chain ?? utf8(''),
      manifestTree: trees.manifest,
      filesTree: trees.files,
      gitParents: carried.gitParents,
    });
    await batch.write();
    const forged = moves.map((move) => (move.name === TASK ? { ...move, new: carrier } : move));
    await expectRefused(forged, 'STATE_REFUSED');
  });

  it('that brings states of another repository', async () => {
    const other = await started(createMemoryRepository(clone.store));
    await save(other, other.workspace, { 'a.txt': 'theirs\n' });
    const theirs = await refOf(other.workspace, TASK);
    const old = await refOf(clone.workspace, TASK);
    await expectRefused([{ name: TASK, old, new: theirs }], 'STATE_REFUSED');
  });

  it('that brings the work of somebody who lost the role, dated back', async () => {
    const there = await colleague();
    const grant = (await loadAuthority(clone.workspace)).view.grants.find(
      ({ principal }) => principal === DEV,
    );
    await removeGrant(clone.workspace, grant?.id ?? '');
    expect(await push()).toEqual([]);
    await save(there.repository, there.workspace, { 'b.txt': 'late\n' });
    await expectRefused(await there.moves(), 'STATE_REFUSED', 'it is late');
    const [denial] = await denialsOf(server, await there.moves());
    expect(denial).toMatchObject({
      code: 'ROLE_NONE',
      principal: DEV,
      resource: 'acme/core@theirs:b.txt',
      required: { role: 'developer' },
      held: null,
      fixes: [{ argv: expect.arrayContaining(['heddle', 'grant', 'add', DEV]), who: [OWNER] }],
    });
  });

  it('that says of a ref that it stood where it does no more: git would hold that against this ref alone', async () => {
    const there = await colleague();
    const before = await refOf(server.workspace, AUTHORITY_REF);
    const grant = (await loadAuthority(clone.workspace)).view.grants.find(
      ({ principal }) => principal === DEV,
    );
    await removeGrant(clone.workspace, grant?.id ?? '');
    expect(await push()).toEqual([]);
    await save(there.repository, there.workspace, { 'b.txt': 'late\n' });
    // Judged as if nobody had taken the grant away.
    const stale = { name: AUTHORITY_REF, old: before, new: before };
    await expectRefused([...(await there.moves()), stale], 'REF_MOVED', AUTHORITY_REF);
  });

  it('that brings what the policies of the server do not allow any more', async () => {
    const there = await colleague();
    await setPolicy(clone.workspace, { resource: null, rules: { life: 60 }, reason: null, dryRun: false });
    expect(await push()).toEqual([]);
    await save(there.repository, there.workspace, { 'b.txt': 'late\n' });
    await expectRefused(await there.moves(), 'STATE_REFUSED', 'policies of this server');
    const [denial] = await denialsOf(server, await there.moves());
    expect(denial).toMatchObject({ code: 'POLICY_LIFE', principal: DEV, operation: 'state:capture' });
  });

  it('that brings content which was removed here, wherever it lies in the pack', async () => {
    await redactPath(clone.workspace, 'a.txt');
    await push();
    const { keyed } = await server.workspace.replica();
    const [entry] = await clone.workspace.shun.read();
    if (entry === undefined) throw new Error('invariant: it is shunned there');
    const blob = 'a'.repeat(40);
    await server.workspace.shun.add([{ digest: keyed('shun', utf8(blob)), tombstone: entry.tombstone }]);
    await save(clone, clone.workspace, { 'c.txt': 'more\n' });
    const moves = await movesTo(server, clone);
    const objects = [{ id: blob, kind: 'blob', size: 4 }];
    expect(codes(await pushed(server, moves, { objects }))).toEqual(['CONTENT_SHUNNED']);
  });

  it('that brings content which this server never held, where the list travels', async () => {
    const files = await clone.workspace.objects.listFiles(`${await refOf(clone.workspace, TASK)}:files`);
    const id = files.find(({ path }) => decodeUtf8(path) === 'a.txt')?.id ?? '';
    const rules = { shunList: 'travelling' } as const;
    await setPolicy(clone.workspace, { resource: null, rules, reason: null, dryRun: false });
    await redactPath(clone.workspace, 'a.txt');
    expect(await push()).toEqual([]);
    expect(await server.workspace.shun.read()).toEqual([]);
    await save(clone, clone.workspace, { 'c.txt': 'more\n' });
    const moves = await movesTo(server, clone);
    const objects = [{ id, kind: 'blob', size: 4 }];
    expect(codes(await pushed(server, moves, { objects }))).toEqual(['CONTENT_SHUNNED']);
    expect(await pushed(server, moves)).toEqual([]);
  });

  it('that leads to content which was removed here and lies in the store still', async () => {
    await redactPath(clone.workspace, 'a.txt');
    await push();
    await save(clone, clone.workspace, { 'c.txt': 'more\n' });
    const { keyed } = await server.workspace.replica();
    const [entry] = await clone.workspace.shun.read();
    const files = await clone.workspace.objects.listFiles(`${await refOf(clone.workspace, TASK)}:files`);
    const blob = files.find(({ path }) => decodeUtf8(path) === 'c.txt')?.id ?? '';
    if (entry === undefined) throw new Error('invariant: it is shunned there');
    await server.workspace.shun.add([{ digest: keyed('shun', utf8(blob)), tombstone: entry.tombstone }]);
    await expectRefused(await movesTo(server, clone), 'CONTENT_SHUNNED', blob);
  });

  it('that brings work while the repository is frozen', async () => {
    const there = await colleague();
    await freeze(clone.workspace, null);
    expect(await push()).toEqual([]);
    await save(there.repository, there.workspace, { 'b.txt': 'late\n' });
    expect(codes(await pushed(server, await there.moves()))).toEqual(['STATE_REFUSED', 'LINE_REFUSED']);
  });
});

/** Somebody with a clone of their own, who began a thread that the server has. */
async function colleague(role: 'developer' | 'maintainer' = 'developer') {
  const { keys, credentials, said } = await join(clone, DEV, role);
  expect(await push()).toEqual([]);
  const repository = await fetched(server);
  await adopt(repository.workspace, null);
  const workspace = { ...repository.workspace, keys, credentials, said };
  await start(workspace, 'theirs');
  await save(repository, workspace, { 'b.txt': 'early\n' });
  const own = oplogRef((await workspace.replica()).replica);
  const moves = async (): Promise<readonly RefChange[]> =>
    (await movesTo(server, { workspace })).filter(({ name }) => name === threadRef('theirs') || name === own);
  expect(await pushed(server, await movesTo(server, { workspace }))).toEqual([]);
  const head = await refOf(server.workspace, AUTHORITY_REF);
  await moveRef(clone.workspace, AUTHORITY_REF, head);
  return { repository, workspace, moves };
}

describe('a branch', () => {
  const MAIN = 'refs/heads/main';
  const ask = async (rules: Partial<PolicyRules>, resource: string | null): Promise<void> => {
    await setPolicy(clone.workspace, { resource, rules, reason: null, dryRun: false });
    expect(await push()).toEqual([]);
  };
  const move = async (name: string): Promise<RefChange> => ({
    name,
    old: null,
    new: await refOf(clone.workspace, TASK),
  });

  beforeEach(async () => {
    await push();
  });

  it('moves by landings alone where nothing is said', async () => {
    await expectRefused([await move(MAIN)], 'BRANCH_NOT_LANDED');
  });

  it('is not moved by a landing that its author made up', async () => {
    const { workspace } = clone;
    const dev = await join(clone, DEV, 'developer');
    await push();
    const { view } = await loadAuthority(workspace);
    const head = await refOf(workspace, TASK);
    const { id } = await readState(workspace, head ?? '');
    const caller = await identifyCaller(dev, view);
    await publish(dev, await publisherNow(dev, view.genesis, caller), {
      op: 'land',
      verdict: { verdict: 'allow', stage: null, code: null },
      policy: view.head,
      states: [id],
      texts: {
        resource: 'acme/core@heads/main',
        paths: [],
        args: { operationId: null, verb: {} },
        refs: [{ name: MAIN, old: null, new: head }],
        effects: [],
        inverse: null,
        result: { thread: 'task', states: [id] },
      },
      verify: [],
      batch: null,
    });
    const refused = await pushed(server, [...(await movesTo(server, clone)), await move(MAIN)].filter(once));
    expect(codes(refused), refused.join('\n')).toEqual(['LINE_REFUSED']);
  });

  it('that hosts without refs of heddle keep them on is none here, whatever is open', async () => {
    await ask({ branches: 'open' }, null);
    await expectRefused([await move('refs/heads/heddle/refs')], 'REF_REFUSED', 'by their own names');
  });

  it('moves by whoever may push where an owner said so, there and nowhere else', async () => {
    await ask({ branches: 'open' }, 'acme/core@heads/wip');
    await expectRefused([await move(MAIN)], 'BRANCH_NOT_LANDED');
    expect(await pushed(server, [await move('refs/heads/wip/x')])).toEqual([]);
  });

  it('stays closed inside what is open where that is said', async () => {
    await ask({ branches: 'open' }, null);
    await ask({ branches: 'landed' }, 'acme/core@heads/main');
    await expectRefused([await move(MAIN)], 'BRANCH_NOT_LANDED');
    expect(await pushed(server, [await move('refs/heads/feature')])).toEqual([]);
  });
});

describe('a thread is not taken back', () => {
  const GONE = '1'.repeat(40);
  let dev: Workspace;
  let first: string | null;
  let theirs: string | null;
  let newest: string | null;
  beforeEach(async () => {
    first = await refOf(clone.workspace, TASK);
    dev = await join(clone, DEV, 'developer');
    await save(clone, dev, { 'a.txt': 'two\n' });
    theirs = await refOf(clone.workspace, TASK);
    await save(clone, clone.workspace, { 'a.txt': 'three\n' });
    newest = await refOf(clone.workspace, TASK);
    expect(await push()).toEqual([]);
  });

  const say = async (op: OperationKind, said: Partial<OperationTexts>, states: readonly StateId[] = []) => {
    const { view } = await loadAuthority(dev);
    const caller = op === 'receive' ? nobody(dev, null) : await identifyCaller(dev, view);
    return publish(dev, await publisherNow(dev, view.genesis, caller), {
      op,
      verdict: { verdict: 'allow', stage: null, code: null },
      policy: view.head,
      states,
      texts: {
        resource: 'acme/core@task',
        paths: [],
        args: { operationId: null, verb: {} },
        refs: [],
        effects: [],
        inverse: null,
        result: {},
        ...said,
      },
      verify: [],
      batch: null,
    });
  };
  const idOf = async (carrier: string | null): Promise<StateId> =>
    (await readState(clone.workspace, carrier ?? '')).id;
  const task = (old: string | null, next: string | null): readonly RefChange[] => [
    { name: TASK, old, new: next },
  ];

  it('by a capture of somebody’s own that others have built on', async () => {
    await say('capture', { refs: task(newest, theirs) }, [await idOf(theirs)]);
    await expectRefused(await movesTo(server, clone), 'LINE_REFUSED', 'takes away what others made');
  });

  it('by lines that lead through what is gone', async () => {
    await say('receive', { refs: task(newest, GONE) });
    await say('receive', { refs: task(GONE, first) });
    await expectRefused(await movesTo(server, clone), 'LINE_REFUSED', 'through what is not here');
  });

  it('by taking back what was never one’s own', async () => {
    const bogus = await say(
      'capture',
      { refs: task(newest, newest), inverse: { refs: task(newest, theirs), effects: [] } },
      [await idOf(newest)],
    );
    await say('undo', { refs: task(newest, theirs), result: { undone: bogus.id } }, [await idOf(theirs)]);
    await expectRefused(await movesTo(server, clone), 'LINE_REFUSED', 'what it takes back does not hold');
  });

  it('but for one’s own', async () => {
    await save(clone, dev, { 'a.txt': 'four\n' });
    expect(await push()).toEqual([]);
    await undo(dev, null);
    expect(await push()).toEqual([]);
    expect(await refOf(server.workspace, TASK)).toBe(newest);
  });
});

/** Each ref once. */
function once({ name }: RefChange, at: number, all: readonly RefChange[]): boolean {
  return all.findIndex((other) => other.name === name) === at;
}
