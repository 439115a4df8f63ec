import { beforeEach, describe, expect, it } from 'vitest';
import { utf8 } from '#domain/encoding/bytes.ts';
import { parseDigest, type Digest, type TombstoneId } from '#domain/id.ts';
import type { LoggedOperation, OperationTexts } from '#domain/operation/operation.ts';
import { AUTHORITY_REF, THREAD_REFS, threadRef, TOMBSTONES_REF } from '#domain/refs.ts';
import { formatInstant, instantMilliseconds, parseInstant } from '#domain/time.ts';
import type { ObjectId } from '#ports/objects.ts';
import type { Workspace } from '#ports/workspace.ts';
import type { ReplicaIdentity } from '#ports/keys.ts';
import { AuthorityDraft } from '#usecases/authority/draft.ts';
import { loadAuthority } from '#usecases/authority/load-authority.ts';
import { undo } from '#usecases/undo/undo.ts';
import { addGrant } from '#usecases/keys/grants.ts';
import { rewriteCarriers } from '#usecases/content/rewrite-carriers.ts';
import { replacementBlobs } from '#usecases/removal/places/tombstone-places.ts';
import { carrierTrees } from '#usecases/states/carrier-trees.ts';
import { readDirectory } from '#usecases/manifest/read-directory.ts';
import { readState } from '#usecases/states/read-state.ts';
import { TombstoneDraft } from '#usecases/tombstones/tombstone-draft.ts';
import { readGround } from '#usecases/transaction/mutate.ts';
import { NO_CHANGE, publish } from '#usecases/transaction/publish.ts';
import { startThread } from '#usecases/threads/start.ts';
import { verifyTombstones } from '#usecases/tombstones/verify-tombstones.ts';
import { verify } from '#usecases/verify/verify.ts';
import { DEV } from '../../../support/decisions.ts';
import { plainFiles, writeCommit } from '../../../support/memory/files.ts';
import {
  forgeRecords,
  loadSet,
  purgeTombstone,
  redactPath,
} from '../../../support/memory/removal/removal-scenes.ts';
import { moveRef, plantSet, readSetFiles } from '../../../support/memory/removal/set-files.ts';
import { delegate, initialised, join, save, started } from '../../../support/memory/scenes.ts';
import { createMemoryRepository, type MemoryRepository } from '../../../support/memory/workspace.ts';

let repository: MemoryRepository;
let workspace: Workspace;
beforeEach(async () => {
  repository = await started();
  ({ workspace } = repository);
  await save(repository, workspace, { 'src/a.ts': 'secret', b: '2' });
  await save(repository, workspace, { 'src/a.ts': 'secret, again' });
});

/** A minute later, so that what comes has a time of its own. */
function pass(): void {
  repository.now = formatInstant(instantMilliseconds(repository.now) + 60_000);
}

async function messages(seen: Workspace = workspace): Promise<readonly string[]> {
  return (await verify(seen, { all: true })).findings.map(({ message }) => message);
}

async function expectFinding(message: string, seen: Workspace = workspace): Promise<void> {
  const found = await messages(seen);
  expect(
    found.filter((one) => one.includes(message)),
    found.join('\n'),
  ).not.toEqual([]);
}

/** The same from `tombstone verify`. */
async function expectFoundAlone(message: string, name: string | null = null): Promise<void> {
  const found = (await verifyTombstones(workspace, name)).findings.map((finding) => finding.message);
  expect(
    found.filter((one) => one.includes(message)),
    found.join('\n'),
  ).not.toEqual([]);
}

/** Redacts, lifts, redacts again and purges: a set with every kind of record. */
async function everyKind(): Promise<{ readonly lifted: TombstoneId; readonly purged: TombstoneId }> {
  const { tombstone: lifted } = await redactPath(workspace, 'src/a.ts');
  pass();
  await undo(workspace, null);
  pass();
  const { tombstone: purged } = await redactPath(workspace, 'src/a.ts');
  pass();
  await purgeTombstone(workspace, purged);
  return { lifted, purged };
}

/** Rebuilds the carriers with something else where a tombstone's replacement stands; logs nothing. */
async function plantReplacement(tombstone: TombstoneId, content: string): Promise<void> {
  const record = (await loadSet(workspace)).records.get(tombstone);
  if (record === undefined) throw new Error('it is in the set');
  const batch = workspace.writer.batch();
  const blob = batch.add('blob', utf8(content));
  const { refs } = await rewriteCarriers(workspace, batch, {
    blobs: await replacementBlobs(workspace, record),
    replace: ({ secret }) => ({ secret, blob }),
  });
  await batch.write();
  for (const { name, new: next } of refs) await moveRef(workspace, name, next);
}

describe('verification of removals', () => {
  it('finds nothing before, between and after: redact, capture, undo, lift, purge', async () => {
    const { tombstone } = await redactPath(workspace, 'src/a.ts');
    expect(await messages()).toEqual([]);
    await save(repository, workspace, { b: '3' });
    await undo(workspace, null);
    expect(await messages()).toEqual([]);
    await undo(workspace, tombstoneOperation(await operations(), 'redact'));
    expect(await messages()).toEqual([]);
    pass();
    const second = await redactPath(workspace, 'src/a.ts');
    await purgeTombstone(workspace, second.tombstone);
    const { checked, findings, ok } = await verify(workspace, { all: true });
    expect(findings).toEqual([]);
    expect(ok).toBe(true);
    expect(checked).toMatchObject({ states: 2, tombstones: 2 });
    const alone = await verifyTombstones(workspace, null);
    expect(alone).toMatchObject({
      ok: true,
      checked: { tombstones: 2, lifts: 1, purges: 1, receipts: 1, signatures: 5, replacements: 2 },
      findings: [],
    });
    const one = await verifyTombstones(workspace, tombstone);
    expect(one.checked).toMatchObject({ tombstones: 1, lifts: 1, purges: 0 });
  });

  it('needs no private key and no credential', async () => {
    await everyKind();
    const { keys, credentials } = createMemoryRepository().workspace;
    const bare = { ...workspace, keys, credentials, passphrase: async () => undefined };
    expect(await messages(bare)).toEqual([]);
    expect((await verifyTombstones(bare, null)).ok).toBe(true);
  });

  it('finds a bit that was flipped, in every file of the set', async () => {
    await everyKind();
    const files = await readSetFiles(workspace);
    expect(files.size).toBe(19);
    for (const [path, content] of files) {
      for (const at of [0, Math.floor(content.length / 2), content.length - 1]) {
        const flipped = content.map((byte, index) => (index === at ? byte ^ 1 : byte));
        await plantSet(workspace, new Map([...files, [path, flipped]]), repository.now);
        const { findings } = await verifyTombstones(workspace, null);
        expect(
          findings.map(({ kind }) => kind),
          `${path} at ${at}`,
        ).toContain('tombstone');
      }
    }
    await plantSet(workspace, files, repository.now);
    expect((await verifyTombstones(workspace, null)).ok).toBe(true);
  });

  it('tells of a damaged tombstone, and goes on with the others', async () => {
    const { lifted, purged } = await everyKind();
    const files = await readSetFiles(workspace);
    files.set(`${lifted}/chain`, utf8('no chain'));
    await plantSet(workspace, files, repository.now);
    const { findings, checked } = await verify(workspace, { all: true });
    expect(findings.filter(({ kind }) => kind === 'tombstone').map(({ subject }) => subject)).toEqual([
      lifted,
    ]);
    expect(checked.tombstones).toBe(1);
    await expectFoundAlone('its token chain is missing', lifted.slice(0, 14));
    expect((await verifyTombstones(workspace, purged)).ok).toBe(true);
  });
});

describe('of tombstones, verification finds', () => {
  it('one by somebody who was not allowed to redact', async () => {
    const dev = await join(repository, DEV, 'developer');
    const { tombstone } = await redactPath(workspace, 'src/a.ts');
    const { records } = await loadSet(workspace);
    const files = records.get(tombstone)?.declaration.covers.files ?? [];
    const removal = { files, paths: [], reason: '', reasonCode: 'other', rotatedAt: null } as const;
    await forgeRecords(dev, (draft) => void draft.redact(removal));
    await expectFinding('it was not allowed: ROLE_INSUFFICIENT on acme/core@task:src/a.ts');
    await expectFoundAlone('it was not allowed: ROLE_INSUFFICIENT on acme/core@task:src/a.ts');
  });

  it.each([
    ['lift', 'maintainer', (draft: Draft, id: TombstoneId) => draft.lift(id, 'x')],
    ['purge', 'admin', (draft: Draft, id: TombstoneId) => draft.purge(id, 'x')],
  ] as const)('a %s by who is only %s', async (kind, role, write) => {
    const dev = await join(repository, DEV, role);
    const { tombstone } = await redactPath(workspace, 'src/a.ts');
    await forgeRecords(dev, (draft) => write(draft, tombstone));
    await expectFinding(`its ${kind}: it was not allowed: ROLE_INSUFFICIENT`);
    await expectFoundAlone(`its ${kind}: it was not allowed: ROLE_INSUFFICIENT`, tombstone);
  });

  it('one by an agent whose token does not reach there', async () => {
    const agent = await delegate(workspace, 'bot', { resources: ['acme/core@task:b'] });
    const { tombstone } = await redactPath(workspace, 'src/a.ts');
    const files = (await loadSet(workspace)).records.get(tombstone)?.declaration.covers.files ?? [];
    const removal = { files, paths: [], reason: '', reasonCode: 'other', rotatedAt: null } as const;
    await forgeRecords(agent, (draft) => void draft.redact(removal));
    await expectFoundAlone('it was not allowed: SCOPE_RESOURCE');
  });

  it('one that was dated back to before what it covers', async () => {
    const dev = await join(repository, DEV, 'developer');
    const { tombstone } = await redactPath(workspace, 'src/a.ts');
    const files = (await loadSet(workspace)).records.get(tombstone)?.declaration.covers.files ?? [];
    const removal = { files, paths: [], reason: '', reasonCode: 'other', rotatedAt: null } as const;
    const now = parseInstant('2026-11-21T11:59:00.000Z');
    await forgeRecords(dev, (draft) => void draft.redact(removal), { now });
    await expectFoundAlone('it was not allowed: ROLE_INSUFFICIENT on acme/core@task:src/a.ts');
  });

  it('one decided under an authority record that nobody knows', async () => {
    const other = await initialised();
    const policy = (await loadAuthority(other.workspace)).view.head;
    const { tombstone } = await redactPath(workspace, 'src/a.ts');
    await forgeRecords(workspace, (draft) => draft.purge(tombstone, 'x'), { policy });
    await expectFinding('the authority record it was decided under is unknown');
  });

  it('one decided under an older authority record than what it is about', async () => {
    await join(repository, DEV, 'owner');
    const { tombstone } = await redactPath(workspace, 'src/a.ts');
    const policy = (await loadAuthority(workspace)).view.genesis;
    await forgeRecords(workspace, (draft) => draft.purge(tombstone, 'x'), { policy });
    await expectFinding('its purge: it was decided under an older authority record than its tombstone');
  });

  it('one that hides nothing: the content still stands there', async () => {
    const { tombstone } = await redactPath(workspace, 'src/a.ts');
    const files = await readSetFiles(workspace);
    await undo(workspace, null);
    await plantSet(workspace, files, repository.now);
    await expectFinding('it is redacted, and the salt of its content still stands there');
    await expectFoundAlone('it is redacted, and the salt of its content still stands there', tombstone);
  });

  it('that a record is gone, whatever others said at the same time', async () => {
    const dev = await join(repository, DEV, 'owner');
    const { tombstone } = await redactPath(workspace, 'src/a.ts');
    await purgeTombstone(workspace, tombstone);
    const before = await readSetFiles(workspace);
    const other = await (await started()).workspace.replica();
    await endorse(other);
    await forgeRecords(dev, (draft) => draft.purge(tombstone, 'me too'));
    await forgeRecords(dev, (draft) => void draft.receipt(tombstone, { outcome: 'complete', places: [] }), {
      replica: other,
    });
    expect((await loadSet(workspace)).records.get(tombstone)).toMatchObject({
      purges: [{}, {}],
      receipts: [{}, {}],
    });
    const rest = [...(await readSetFiles(workspace))].filter(
      ([path]) => !/\/(?:purge|receipt)-/.test(path) || !before.has(path),
    );
    await plantSet(workspace, new Map(rest), repository.now);
    await expectFinding(`the purge that it added to ${tombstone} is not in the set`);
    await expectFinding('the receipt that it added is not in the set');
  });

  it('a purge that was dated back to before others captured', async () => {
    const dev = await join(repository, DEV, null);
    const grant = { principal: DEV, role: 'owner', resource: 'acme/core@task', until: null } as const;
    await addGrant(workspace, grant);
    const { now } = repository;
    pass();
    await startThread(workspace, { thread: 'other', task: null, from: 'task', directory: null });
    await save(repository, workspace, { c: '1' });
    const { tombstone } = await redactPath(workspace, 'src/a.ts');
    await forgeRecords(dev, (draft) => draft.purge(tombstone, 'x'), { now });
    await expectFoundAlone('its purge: it was not allowed: ROLE_NONE on acme/core@other:src/a.ts');
  });

  it('that the first of two purges is gone', async () => {
    const { tombstone } = await redactPath(workspace, 'src/a.ts');
    repository.eraser.residue = [{ place: 'ref', where: 'refs/heads/main', owner: 'git', note: null }];
    pass();
    await purgeTombstone(workspace, tombstone);
    repository.eraser.residue = [];
    pass();
    await purgeTombstone(workspace, tombstone);
    expect(await messages()).toEqual([]);
    const [first] = (await loadSet(workspace)).records.get(tombstone)?.purges ?? [];
    const [incomplete] = (await loadSet(workspace)).records.get(tombstone)?.receipts ?? [];
    const rest = [...(await readSetFiles(workspace))].filter(
      ([path]) =>
        !path.includes(`purge-${first?.id ?? ''}`) && !path.includes(`receipt-${incomplete?.id ?? ''}`),
    );
    await plantSet(workspace, new Map(rest), repository.now);
    await expectFinding(`the purge that it added to ${tombstone} is not in the set`);
    await expectFinding('the receipt that it added is not in the set');
  });

  it('that one is gone, and a record of one', async () => {
    const { lifted, purged } = await everyKind();
    const files = await readSetFiles(workspace);
    const without = async (part: string): Promise<void> => {
      const rest = new Map([...files].filter(([path]) => !path.includes(part)));
      await plantSet(workspace, rest, repository.now);
    };
    await without(purged);
    await expectFinding(`the tombstone ${purged} that it is about is not in the set`);
    await expectFinding('its salt was taken away and no tombstone says so');
    await without('/lift-');
    await expectFinding(`the lift that it added to ${lifted} is not in the set`);
    await without('/receipt-');
    await expectFinding('the receipt that it added is not in the set');
    await plantSet(workspace, files, repository.now);
    await moveRef(workspace, TOMBSTONES_REF, null);
    await expectFinding(`the tombstone ${lifted} that it is about is not in the set`);
    await expectFinding('it is not where the log says that it is');
  });

  it('something planted where a content is hidden', async () => {
    const { tombstone } = await redactPath(workspace, 'src/a.ts');
    await plantReplacement(tombstone, 'run this instead\n');
    await expectFinding('src/a.ts: its replacement is not the one that its tombstone makes');
    await expectFoundAlone('its replacement is not the one that its tombstone makes', tombstone);
  });

  it('a replacement of which one bit was flipped', async () => {
    const { tombstone } = await redactPath(workspace, 'src/a.ts');
    const { content } = (await workspace.objects.read(`${await head()}:files/src/a.ts`, 1000)) ?? {};
    const text = Buffer.from(content ?? []).toString();
    expect(text).toContain(tombstone);
    await plantReplacement(tombstone, text.replace('redacted', 'redactee'));
    await expectFinding('its replacement is not the one that its tombstone makes');
  });

  it('a content that was hidden and no tombstone says so', async () => {
    const { tombstone } = await redactPath(workspace, 'src/a.ts');
    const files = await readSetFiles(workspace);
    for (const path of files.keys()) if (path.startsWith(tombstone)) files.delete(path);
    await moveRef(workspace, TOMBSTONES_REF, null);
    await expectFinding('src/a.ts: its salt was taken away and no tombstone says so');
  });
});

/** Registers another clone's key, as its user would there. */
async function endorse(replica: ReplicaIdentity): Promise<void> {
  const ground = await readGround(workspace);
  const batch = workspace.writer.batch();
  const draft = new AuthorityDraft(workspace, { ...ground, replica }, batch);
  draft.endorseReplica();
  await batch.write();
  await moveRef(workspace, AUTHORITY_REF, draft.refChange()?.new ?? null);
}

/** So many states back in the thread. */
async function carrierBack(steps: number): Promise<ObjectId> {
  return (await workspace.objects.read(`${await head()}~${steps}`, 10_000))?.id ?? '';
}

/** Content ids at a path of the newest state. */
async function findPlacesOf(path: string): Promise<readonly Digest[]> {
  const [directory = '', name = ''] = path.split('/');
  const { manifest } = await carrierTrees(workspace, await head());
  const { subtrees } = await readDirectory(workspace, manifest);
  const { entries } = await readDirectory(workspace, subtrees.get(directory) ?? '');
  return entries.flatMap((entry) =>
    'name' in entry && entry.name === name && entry.kind === 'file' ? [parseDigest(entry.id)] : [],
  );
}

type Draft = Parameters<Parameters<typeof forgeRecords>[1]>[0];

async function head(): Promise<ObjectId> {
  return (await workspace.refs.read(threadRef('task'))) ?? '';
}

async function operations(): Promise<readonly LoggedOperation[]> {
  return (await workspace.log.check()).operations;
}

function tombstoneOperation(logged: readonly LoggedOperation[], op: string): string {
  return logged.find(({ line }) => line.op === op)?.id ?? '';
}

describe('of decisions, verification knows what was touched', () => {
  it('where two hidden contents have the same replacement', async () => {
    const agent = await delegate(workspace, 'bot', { resources: ['acme/core@task:src'] });
    await save(repository, agent, { 'src/a.ts': 'secret, by the agent' });
    await redactPath(workspace, 'src/a.ts');
    // Git sees no difference between the last two states, and the agent may not capture at the whole thread.
    expect(await messages()).toEqual([]);
  });

  it('where a thread began from a commit that holds what is hidden now', async () => {
    const other = await initialised();
    const tree = plainFiles({ 'src/a.ts': 'secret', b: '1' });
    const commit = await writeCommit(other.workspace.writer, tree);
    other.worktree.head = commit;
    for (const [path, file] of tree) other.files.set(path, file);
    await startThread(other.workspace, { thread: 'task', task: null, from: null, directory: null });
    const agent = await delegate(other.workspace, 'bot', { resources: ['acme/core@task:b'] });
    await save(other, agent, { b: '2' });
    expect(await messages(other.workspace)).toEqual([]);
    await redactPath(other.workspace, 'src/a.ts');
    expect(await messages(other.workspace)).toEqual([]);
  });

  it('of states captured later: what was hidden before needs nobody’s leave', async () => {
    const dev = await join(repository, DEV, null);
    for (const [role, thread] of [
      ['maintainer', 'task'],
      ['developer', 'other'],
    ] as const) {
      await addGrant(workspace, { principal: DEV, role, resource: `acme/core@${thread}`, until: null });
    }
    await redactPath(dev, 'src/a.ts');
    expect(await messages()).toEqual([]);
    pass();
    const from = { name: 'task' };
    await startThread(workspace, { thread: 'other', task: null, from: from.name, directory: null });
    await save(repository, workspace, { c: '1' });
    expect(await messages()).toEqual([]);
  });
});

describe('of lines about removals, verification finds', () => {
  type Change = (operation: LoggedOperation) => LoggedOperation;
  function changing(op: string, change: Change): Workspace {
    const { log } = workspace;
    const check: typeof log.check = async () => {
      const found = await log.check();
      const at = found.operations.findLastIndex(({ line }) => line.op === op);
      expect(at).toBeGreaterThanOrEqual(0);
      const changed = found.operations.map((one, index) => (index === at ? change(one) : one));
      return { ...found, operations: changed };
    };
    return { ...workspace, log: { ...log, check } };
  }
  const texts =
    (change: (texts: OperationTexts) => Partial<OperationTexts>): Change =>
    (operation) =>
      operation.texts === 'redacted'
        ? operation
        : { ...operation, texts: { ...operation.texts, ...change(operation.texts) } };
  const thread = { name: threadRef('x'), old: 'a'.repeat(40), new: 'b'.repeat(40) };

  it.each<[string, string, Change, string]>([
    [
      'a redaction that makes a thread',
      'redact',
      texts(({ refs }) => ({ refs: [...refs, { ...thread, old: null }] })),
      'a redact moves more than it has to',
    ],
    [
      'a purge that moves a thread',
      'purge',
      texts(({ refs }) => ({ refs: [...refs, thread] })),
      'a purge moves more than it has to',
    ],
    [
      'a receipt that moves a thread',
      'receipt',
      texts(({ refs }) => ({ refs: [...refs, thread] })),
      'a receipt moves more than it has to',
    ],
    ['a lift that adds nothing', 'lift', texts(() => ({ refs: [] })), 'a lift adds to the tombstones'],
    [
      'a redaction that ends the set',
      'redact',
      texts(({ refs }) => ({
        refs: refs.map((ref) => (ref.name === TOMBSTONES_REF ? { ...ref, new: null } : ref)),
      })),
      'a redact adds to the tombstones',
    ],
    [
      'a redaction without its effect',
      'redact',
      texts(() => ({ effects: [] })),
      'a redact is about one tombstone',
    ],
    [
      'a purge with another effect',
      'purge',
      texts(({ effects }) => ({ effects: [...effects, ...effects] })),
      'a purge is about one tombstone',
    ],
    [
      'a receipt with an effect',
      'receipt',
      texts(() => ({ effects: [{ kind: 'thread', thread: 'x', record: null }] })),
      'a receipt changes nothing',
    ],
    [
      'a sidecar taken away',
      'redact',
      (operation) => ({ ...operation, texts: 'redacted' }),
      'its sidecar was taken away and no tombstone says so',
    ],
  ])('%s', async (_what, op, change, message) => {
    await everyKind();
    await expectFinding(message, changing(op, change));
  });

  it.each(['capture', 'thread-start', 'init'])('a %s that destroys a content', async (op) => {
    const { tombstone } = await redactPath(workspace, 'src/a.ts');
    const effect = { kind: 'purge', tombstone } as const;
    await expectFinding(
      `a ${op} hides or destroys a content`,
      changing(
        op,
        texts(({ effects }) => ({ effects: [...effects, effect] })),
      ),
    );
    await expectFinding(
      `a ${op} hides or destroys a content`,
      changing(
        op,
        texts(() => ({ inverse: { refs: [], effects: [effect] } })),
      ),
    );
  });

  it('a redaction that moves a thread to another state', async () => {
    const before = await head();
    const parent = (await workspace.objects.read(`${before}~1`, 10_000))?.id ?? '';
    await redactPath(workspace, 'src/a.ts');
    const moved = texts(({ refs }) => ({
      refs: refs.map((ref) => (ref.name.startsWith(THREAD_REFS) ? { ...ref, new: parent } : ref)),
    }));
    await expectFinding(`it moves ${threadRef('task')} to another state`, changing('redact', moved));
    // Where the carrier is gone that it moved from, the thread's own lines say where it stands.
    const rolledBack = (await workspace.objects.read(`${await head()}~1`, 10_000))?.id ?? '';
    await moveRef(workspace, threadRef('task'), rolledBack);
    repository.tamper(before, null);
    const hidden = texts(({ refs }) => ({
      refs: refs.map((ref) => (ref.name.startsWith(THREAD_REFS) ? { ...ref, new: rolledBack } : ref)),
    }));
    const seen = changing('redact', hidden);
    expect(await messages(seen)).toContain('it stands for another state than the log says');
  });

  it('a redaction that was dated back to before others captured', async () => {
    const dev = await join(repository, DEV, null);
    const grant = { principal: DEV, role: 'maintainer', resource: 'acme/core@task', until: null } as const;
    await addGrant(workspace, grant);
    const { now } = repository;
    pass();
    await startThread(workspace, { thread: 'other', task: null, from: 'task', directory: null });
    await save(repository, workspace, { c: '1' });
    const files = (await findPlacesOf('src/a.ts')).slice(0, 1);
    const ground = await readGround(dev);
    const { view } = ground.authority;
    const { caller, replica } = ground;
    const author = { repo: view.genesis, caller, replica, now, policy: view.head };
    const batch = workspace.writer.batch();
    const draft = new TombstoneDraft(dev, author, await loadSet(workspace), batch);
    const removal = { files, paths: [], reason: '', reasonCode: 'other', rotatedAt: null } as const;
    const { id: tombstone } = draft.redact(removal);
    await publish(dev, author, {
      op: 'redact',
      verdict: { verdict: 'allow', stage: null, code: null },
      policy: view.head,
      states: [],
      texts: {
        ...NO_CHANGE,
        resource: null,
        args: null,
        refs: [draft.refChange()],
        effects: [{ kind: 'veil', tombstone }],
        result: null,
      },
      verify: [],
      batch,
    });
    await expectFinding('it was not allowed: ROLE_NONE on acme/core@other:src/a.ts');
  });

  it('an undo that passes over a state', async () => {
    const first = await carrierBack(1);
    await save(repository, workspace, { b: '3' });
    const last = (await operations()).findLast(({ line }) => line.op === 'capture');
    await redactPath(workspace, 'src/a.ts');
    const grandparent = await carrierBack(2);
    const ground = await readGround(workspace);
    const publisher = { repo: ground.authority.view.genesis, ...ground };
    const states = [(await readState(workspace, first)).id];
    await publish(workspace, publisher, {
      op: 'undo',
      verdict: { verdict: 'allow', stage: null, code: null },
      policy: ground.authority.view.head,
      states,
      texts: {
        ...NO_CHANGE,
        resource: null,
        args: null,
        refs: [{ name: threadRef('task'), old: await head(), new: grandparent }],
        result: { undone: last?.id ?? '', op: 'capture', states },
      },
      verify: [],
      batch: null,
    });
    expect(await messages()).toEqual([expect.stringContaining('it moves what it does not take back')]);
  });

  it('an undo of a state that the other line did not make', async () => {
    const base = (await readState(workspace, await head())).id;
    await startThread(workspace, { thread: 'side', task: null, from: 'task', directory: null });
    await save(repository, workspace, { c: '1' });
    await workspace.records.writePosition(workspace.places.gitDir, { thread: 'task', state: base });
    await save(repository, workspace, { d: '1' });
    await redactPath(workspace, 'src/a.ts');
    await undo(workspace, tombstoneOperation((await operations()).toReversed(), 'capture'));
    expect(await messages()).toEqual([]);
    const sibling = (await workspace.refs.read(threadRef('side'))) ?? '';
    expect((await readState(workspace, sibling)).state.parents).toEqual([base]);
    const elsewhere = texts(({ refs }) => ({ refs: refs.map((ref) => ({ ...ref, old: sibling })) }));
    await expectFinding('it moves what it does not take back', changing('undo', elsewhere));
  });

  it('an undo that goes back to another state than the one before', async () => {
    const first = (await workspace.objects.read(`${await head()}~1`, 10_000))?.id ?? '';
    await save(repository, workspace, { b: '3' });
    await redactPath(workspace, 'src/a.ts');
    await undo(workspace, tombstoneOperation((await operations()).toReversed(), 'capture'));
    expect(await messages()).toEqual([]);
    await moveRef(workspace, threadRef('task'), first);
    const elsewhere = texts(({ refs }) => ({ refs: refs.map((ref) => ({ ...ref, new: first })) }));
    await expectFinding('it moves what it does not take back', changing('undo', elsewhere));
  });
});
