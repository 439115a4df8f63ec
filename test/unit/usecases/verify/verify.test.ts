import { beforeEach, describe, expect, it } from 'vitest';
import { decodeUtf8, utf8 } from '#domain/encoding/bytes.ts';
import { parseId } from '#domain/id.ts';
import { AUTHORITY_REF, threadRef } from '#domain/refs.ts';
import type { Finding } from '#domain/result-parts.ts';
import type { LoggedOperation, OperationLine, OperationTexts } from '#domain/operation/operation.ts';
import type { State } from '#domain/state/state.ts';
import { parseInstant } from '#domain/time.ts';
import { undo } from '#usecases/undo/undo.ts';
import { carrierTrees } from '#usecases/states/carrier-trees.ts';
import { readState, type CarriedState } from '#usecases/states/read-state.ts';
import { writeState } from '#usecases/states/write-state.ts';
import { startThread } from '#usecases/threads/start.ts';
import { verify } from '#usecases/verify/verify.ts';
import type { ObjectId, TreeEntry } from '#ports/objects.ts';
import type { Workspace } from '#ports/workspace.ts';
import { DEV } from '../../../support/decisions.ts';
import { plainFiles, writeCommit, writeFiles } from '../../../support/memory/files.ts';
import { delegate, initialised, join, save, started } from '../../../support/memory/scenes.ts';
import { createMemoryRepository, type MemoryRepository } from '../../../support/memory/workspace.ts';

let repository: MemoryRepository;
let workspace: Workspace;
beforeEach(async () => {
  repository = await started();
  ({ workspace } = repository);
  await save(repository, workspace, { 'src/a.ts': '1', b: '2' });
  await save(repository, workspace, { 'src/a.ts': '1!' });
});

async function findings(seen: Workspace = workspace): Promise<readonly Finding[]> {
  return (await verify(seen, { all: true })).findings;
}

async function expectFinding(message: string, seen: Workspace = workspace): Promise<void> {
  const found = (await findings(seen)).map((finding) => finding.message);
  expect(
    found.filter((one) => one.includes(message)),
    found.join('\n'),
  ).not.toEqual([]);
}

async function moveRef(name: string, next: string | null): Promise<void> {
  const old = (await workspace.refs.read(name)) ?? null;
  await (await workspace.refs.prepare([{ name, old, new: next }], [])).commit();
}

async function head(): Promise<CarriedState> {
  return readState(workspace, (await workspace.refs.read(threadRef('task'))) ?? '');
}

describe('verification', () => {
  it('finds nothing in what heddle made, and counts what it looked at', async () => {
    const dev = await join(repository, DEV, 'developer');
    const agent = await delegate(dev, 'bot', { resources: ['acme/core@task'] });
    await save(repository, agent, { 'src/a.ts': '3' });
    await undo(agent, null);
    const inner = await delegate(agent, 'inner', { operations: ['undo'] });
    await expect(save(repository, inner, {})).rejects.toMatchObject({ code: 'DENIED' });
    const { ok, checked, findings: found } = await verify(workspace, { all: true });
    expect(found).toEqual([]);
    expect(ok).toBe(true);
    const { operations } = await workspace.log.check();
    expect(checked).toMatchObject({ states: 2, chains: 2, records: 4, operations: operations.length });
    expect(checked.objects).toBeGreaterThan(0);
  });

  it('looks at this worktree’s thread unless it is asked for all', async () => {
    await startThread(workspace, { thread: 'other', task: null, from: null, directory: null });
    const only = await verify(workspace, { all: false });
    expect(only.checked.states).toBe(0);
    expect((await verify(workspace, { all: true })).checked.states).toBe(2);
  });

  it('is refused where heddle was not initialised', async () => {
    const fresh = createMemoryRepository();
    await expect(verify(fresh.workspace, { all: true })).rejects.toMatchObject({ code: 'NOT_INITIALISED' });
  });
});

describe('of the authority chain, verification finds', () => {
  it('that it is gone', async () => {
    await moveRef(AUTHORITY_REF, null);
    await expectFinding('the authority chain is missing');
  });

  it('that it is no chain at all', async () => {
    await moveRef(AUTHORITY_REF, await writeCommit(workspace.writer, plainFiles({ a: '1' })));
    await expectFinding('lacks its record');
  });

  it('that it begins with another genesis than the pinned one', async () => {
    const other = await initialised();
    const clone = await other.workspace.records.readClone();
    await workspace.records.writeClone({ cloneId: 'x', genesis: clone?.genesis ?? '' });
    await expectFinding('begins with another genesis');
  });

  it.each(['record.json', 'attestation.json', 'chain'])('a change of a record’s %s', async (name) => {
    const commit = (await workspace.refs.read(AUTHORITY_REF)) ?? '';
    await moveRef(AUTHORITY_REF, await rewritten(commit, name, (text) => flipped(text)));
    expect((await findings()).some(({ kind }) => kind === 'authority')).toBe(true);
  });
});

describe('of a state, verification finds', () => {
  it.each<[string, string, (text: string) => string]>([
    ['its intent', 'texts.json', (text) => text.replace('"intent":null', '"intent":"x"')],
    ['its signature', 'attestation.json', (text) => text.replace(/"sig":"../, '"sig":"AA')],
    ['its chain', 'chain', flipped],
    ['its actor', 'state.json', (text) => text.replace('owner@example.com', 'other@example.com')],
    ['its time', 'state.json', (text) => text.replace('T12:00', 'T11:59')],
  ])('a change of %s', async (_what, name, change) => {
    const { carrier, gitParents } = await head();
    await moveRef(threadRef('task'), await rewritten(carrier, name, change, gitParents));
    expect((await findings()).some(({ kind }) => kind === 'state')).toBe(true);
  });

  it('that it is not signed at all', async () => {
    const { carrier, gitParents } = await head();
    await moveRef(threadRef('task'), await rewritten(carrier, 'attestation.json', null, gitParents));
    await expectFinding('it has no attestation');
  });

  it.each<[string, (entries: Map<string, TreeEntry>) => Promise<void>, string]>([
    [
      'files that the manifest does not list',
      async (entries) => {
        const tree = await writeFiles(workspace.writer, plainFiles({ 'src/a.ts': '1!', b: '2', c: '3' }));
        entries.set('files', entry('files', '40000', tree));
      },
      'it is not in the manifest',
    ],
    [
      'files that are gone',
      async (entries) => {
        const tree = await writeFiles(workspace.writer, plainFiles({ b: '2' }));
        entries.set('files', entry('files', '40000', tree));
      },
      'files and manifest do not agree on it',
    ],
    [
      'other contents',
      async (entries) => {
        const tree = await writeFiles(workspace.writer, plainFiles({ 'src/a.ts': '1?', b: '2' }));
        entries.set('files', entry('files', '40000', tree));
      },
      'its content is not what the manifest says',
    ],
    [
      'another mode',
      async (entries) => {
        const files = new Map([
          ...plainFiles({ 'src/a.ts': '1!' }),
          ['b', { mode: '100755', content: '2' }],
        ] as const);
        entries.set('files', entry('files', '40000', await writeFiles(workspace.writer, files)));
      },
      'files and manifest do not agree on it',
    ],
    [
      'a manifest of another state',
      async (entries) => {
        const parent = (await head()).gitParents[0] ?? '';
        entries.set('manifest', entry('manifest', '40000', (await carrierTrees(workspace, parent)).manifest));
      },
      'its manifest is not the one that the state names',
    ],
    [
      'something beside it',
      async (entries) => {
        const tree = await writeFiles(workspace.writer, plainFiles({ smuggled: '1' }));
        entries.set('more', entry('more', '40000', tree));
      },
      'its carrier holds more than the state',
    ],
  ])('%s', async (_what, change, message) => {
    const { carrier, gitParents } = await head();
    await moveRef(threadRef('task'), await withEntries(carrier, gitParents, change));
    await expectFinding(message);
  });

  it('another parent in Git than in the state', async () => {
    const { carrier } = await head();
    const other = await startedElsewhere();
    await moveRef(threadRef('task'), await rewritten(carrier, 'state.json', (text) => text, [other]));
    await expectFinding('its carrier has another parent than the state');
  });

  it('that it stands for another thread', async () => {
    await moveRef(threadRef('elsewhere'), (await head()).carrier);
    await expectFinding('it is of task, and stands for elsewhere');
  });

  it('that its bytes are damaged, and goes on with the rest', async () => {
    const { gitParents } = await head();
    const parent = await readState(workspace, gitParents[0] ?? '');
    const blob = await workspace.objects.read(`${parent.carrier}:texts.json`, 10_000);
    repository.tamper(blob?.id ?? '', utf8('{}'));
    const { checked, ok } = await verify(workspace, { all: true });
    expect(ok).toBe(false);
    expect(checked.operations).toBeGreaterThan(0);
  });

  it('that it is an object that is missing', async () => {
    repository.tamper((await head()).carrier, null);
    expect((await findings()).some(({ kind }) => kind === 'state')).toBe(true);
  });

  it('an authority record that nobody knows', async () => {
    const clone = await (await initialised()).workspace.records.readClone();
    await forge(await head(), { policy: parseId('hg', clone?.genesis ?? '') });
    await expectFinding('the authority record it was decided under is unknown');
  });

  it('a capture outside what its agent may touch, though the agent signed it', async () => {
    const agent = await delegate(workspace, 'bot', { resources: ['acme/core@task:src'] });
    const carried = await save(repository, agent, { 'src/a.ts': 'agent' }).then(head);
    const files = await writeFiles(workspace.writer, plainFiles({ 'src/a.ts': '1!', b: 'taken' }));
    await forge(carried, {}, { files, signer: agent });
    await expectFinding('it was not allowed: SCOPE_RESOURCE on acme/core@task:b');
  });

  it('a credential that had ended when it was made', async () => {
    const carried = await head();
    await forge(carried, { capturedAt: parseInstant('2026-12-24T12:00:00.000Z') });
    await expectFinding('it was not allowed: CREDENTIAL_EXPIRED');
  });

  it('a claim about what the token names', async () => {
    const carried = await head();
    await forge(carried, { sources: { ...carried.state.sources, principal: 'flag' } });
    await expectFinding('it claims that its token names what it does not');
  });
});

describe('of the log, verification finds', () => {
  type Change = (operation: LoggedOperation) => LoggedOperation;
  function changing(op: string, change: Change): Workspace {
    const { log } = workspace;
    const check: typeof log.check = async () => {
      const { operations, findings: found } = await log.check();
      const at = operations.findLastIndex(({ line }) => line.op === op);
      return {
        findings: found,
        operations: operations.map((one, index) => (index === at ? change(one) : one)),
      };
    };
    return { ...workspace, log: { ...log, check } };
  }
  const line =
    (change: Partial<OperationLine>): Change =>
    (operation) => ({ ...operation, line: { ...operation.line, ...change } });
  const texts =
    (change: Partial<OperationTexts>): Change =>
    (operation) =>
      operation.texts === 'redacted' ? operation : { ...operation, texts: { ...operation.texts, ...change } };

  it.each<[string, string, Change, string]>([
    [
      'another time',
      'capture',
      line({ at: parseInstant('2026-11-21T12:00:01.000Z') }),
      'its signature does not verify',
    ],
    ['another signature', 'capture', line({ sig: 'A'.repeat(86) }), 'its signature does not verify'],
    ['no chain where there was one', 'capture', line({ chain: null }), 'its signature does not verify'],
    [
      'a sidecar taken away',
      'capture',
      (operation) => ({ ...operation, texts: 'redacted' }),
      'its sidecar was taken away',
    ],
    [
      'a move of another ref',
      'capture',
      texts({ refs: [{ name: threadRef('x'), old: null, new: 'a'.repeat(40) }] }),
      'it is not where the log says that it is',
    ],
    [
      'a start that moves a ref',
      'thread-start',
      texts({ refs: [{ name: threadRef('x'), old: null, new: null }] }),
      'moves more than the authority chain',
    ],
    [
      'an init that moves a thread',
      'init',
      texts({ refs: [{ name: threadRef('x'), old: null, new: null }] }),
      'moves more than the authority chain',
    ],
  ])('%s', async (_what, op, change, message) => {
    await expectFinding(message, changing(op, change));
  });

  it('a line that is gone, because a ref is where no line left it', async () => {
    const { log } = workspace;
    const check: typeof log.check = async () => {
      const { operations, findings: found } = await log.check();
      return { findings: found, operations: operations.slice(0, -1) };
    };
    await expectFinding('it is not where the log says that it is', { ...workspace, log: { ...log, check } });
  });

  it('a ref that nobody logged, and one that is gone', async () => {
    await moveRef(threadRef('planted'), (await head()).carrier);
    await expectFinding('it is not where the log says that it is');
    await moveRef(threadRef('planted'), null);
    expect(await findings()).toEqual([]);
    await moveRef(threadRef('task'), null);
    await expectFinding('it is not where the log says that it is');
  });

  it('what the log itself reports, and no more about refs then', async () => {
    const { log } = workspace;
    const replica = (await workspace.replica()).replica;
    const check: typeof log.check = async () => ({
      operations: (await log.check()).operations.slice(0, 1),
      findings: [{ replica, seq: 1, what: 'a line is torn' }],
    });
    const found = await findings({ ...workspace, log: { ...log, check } });
    expect(found).toEqual([{ kind: 'operation', subject: `${replica} 1`, message: 'a line is torn' }]);
  });

  it('a chain of tokens that is missing', async () => {
    const { log } = workspace;
    const without = { ...workspace, log: { ...log, readChain: async () => undefined } };
    await expectFinding('its token chain is missing', without);
  });
});

function entry(name: string, mode: string, id: ObjectId): TreeEntry {
  return { name: utf8(name), mode, id };
}

/** Another bit in the middle. */
function flipped(text: string): string {
  const at = Math.floor(text.length / 2);
  return text.slice(0, at) + String.fromCharCode(text.charCodeAt(at) ^ 1) + text.slice(at + 1);
}

/** A commit like another, with one of its files changed or left out. */
async function rewritten(
  commit: ObjectId,
  name: string,
  change: ((text: string) => string) | null,
  parents?: readonly ObjectId[],
): Promise<ObjectId> {
  return withEntries(commit, parents, async (entries) => {
    const old = await workspace.objects.read(`${commit}:${name}`, 1_000_000);
    if (old === undefined) throw new Error(`${name} is not there`);
    entries.delete(name);
    if (change === null) return;
    const batch = workspace.writer.batch();
    const latin1 = Buffer.from(old.content).toString('latin1');
    const content = new Uint8Array(Buffer.from(change(latin1), 'latin1'));
    entries.set(name, entry(name, '100644', batch.add('blob', content)));
    await batch.write();
  });
}

async function withEntries(
  commit: ObjectId,
  parents: readonly ObjectId[] | undefined,
  change: (entries: Map<string, TreeEntry>) => Promise<void>,
): Promise<ObjectId> {
  const before = decodeUtf8((await workspace.objects.read(commit, 1_000_000))?.content ?? utf8('')) ?? '';
  const rows = (await workspace.objects.readTree(commit)) ?? [];
  const entries = new Map(rows.map((row) => [decodeUtf8(row.name) ?? '', row]));
  await change(entries);
  const batch = workspace.writer.batch();
  const tree = batch.addTree([...entries.values()]);
  const headers = before.replace(/^tree [0-9a-f]+/, `tree ${tree}`);
  const lines = parents?.map((parent) => `parent ${parent}\n`).join('');
  const content =
    lines === undefined ? headers : headers.replace(/(?:parent [0-9a-f]+\n)*author/, `${lines}author`);
  const id = batch.add('commit', utf8(content));
  await batch.write();
  return id;
}

/** A state of another thread that heddle itself made here. */
async function startedElsewhere(): Promise<ObjectId> {
  await startThread(workspace, { thread: 'side', task: null, from: null, directory: null });
  await save(repository, workspace, { side: '1' });
  return (await workspace.refs.read(threadRef('side'))) ?? '';
}

/** Signs a state anew with other fields, as its own holder could, and moves the thread there. */
async function forge(
  carried: CarriedState,
  change: Partial<State>,
  options: { readonly files?: ObjectId; readonly signer?: Workspace } = {},
): Promise<void> {
  const { said, credentials } = options.signer ?? workspace;
  const path = said.credentialPath;
  const credential =
    path === null ? await credentials.readSession('owner@example.com') : await credentials.read(path);
  if (credential === undefined) throw new Error('the owner is logged in');
  const trees = await carrierTrees(workspace, carried.carrier);
  const texts = await workspace.objects.read(`${carried.carrier}:texts.json`, 10_000);
  const batch = workspace.writer.batch();
  const { carrier } = writeState(workspace, batch, {
    state: { ...carried.state, ...change },
    texts: texts?.content ?? utf8(''),
    signer: workspace.signerOf(credential.holder),
    chain: carried.chain ?? utf8(''),
    manifestTree: trees.manifest,
    filesTree: options.files ?? trees.files,
    gitParents: carried.gitParents,
  });
  await batch.write();
  await moveRef(threadRef('task'), carrier);
}
