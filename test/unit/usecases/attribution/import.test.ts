import { beforeEach, describe, expect, it } from 'vitest';
import { utf8 } from '#domain/encoding/bytes.ts';
import { IMPORTS_REF } from '#domain/refs.ts';
import type { LineClaim } from '#domain/results/attribution-results.ts';
import type { Finding } from '#domain/result-parts.ts';
import type { ObjectId } from '#ports/objects.ts';
import type { Workspace } from '#ports/workspace.ts';
import { importAttribution } from '#usecases/attribution/import-attribution.ts';
import { LineClaims } from '#usecases/attribution/line-claims.ts';
import { loadAuthority } from '#usecases/authority/load-authority.ts';
import { undo } from '#usecases/undo/undo.ts';
import { listGrants } from '#usecases/keys/list-grants.ts';
import { removeGrant } from '#usecases/keys/grants.ts';
import { redo } from '#usecases/undo/redo/redo.ts';
import { verify } from '#usecases/verify/verify.ts';
import { TRACE_RECORD } from '../../../support/samples/attribution-samples.ts';
import { DEV, OWNER } from '../../../support/decisions.ts';
import { plainFiles, writeCommit } from '../../../support/memory/files.ts';
import { delegate, initialised, join } from '../../../support/memory/scenes.ts';
import type { MemoryRepository } from '../../../support/memory/workspace.ts';

let repository: MemoryRepository;
let workspace: Workspace;
let commit: ObjectId;
beforeEach(async () => {
  repository = await initialised();
  ({ workspace } = repository);
  commit = await writeCommit(workspace.writer, plainFiles({ 'src/a.ts': '1\n2\n3\n' }));
});

/** A record of Agent Trace on lines of the file, by a model. */
function record(model: string, first: number, last: number, of: ObjectId = commit): string {
  const ranges = [{ start_line: first, end_line: last }];
  const conversations = [{ contributor: { type: 'ai', model_id: model }, ranges }];
  const vcs = { type: 'git', revision: of };
  return JSON.stringify({ ...TRACE_RECORD, vcs, files: [{ path: 'src/a.ts', conversations }] });
}

async function take(by: Workspace, ...records: readonly string[]) {
  const bytes = utf8(records.join('\n'));
  return importAttribution(by, { format: 'agent-trace', range: null, bytes, ref: 'refs/notes/ai' });
}

/** What is claimed of each of the file's lines. */
async function claims(): Promise<readonly (LineClaim | null)[]> {
  const { view } = await loadAuthority(workspace);
  const known = await LineClaims.load(workspace, view);
  const path = utf8('src/a.ts');
  return [1, 2, 3].map((line) => known.of({ line, origin: line, commit, carrier: null, path, exact: false }));
}

async function models(): Promise<readonly (string | null)[]> {
  return (await claims()).map((claim) => claim?.model ?? null);
}

async function findings(): Promise<readonly Finding[]> {
  return (await verify(workspace, { all: true })).findings;
}

describe('an import', () => {
  it('says who took it over, and of two claims on a line the later one counts', async () => {
    await take(workspace, record('old', 1, 2));
    repository.now = '2026-11-21T13:00:00.000Z' as MemoryRepository['now'];
    const dev = await join(repository, DEV, 'developer');
    await take(dev, record('first', 2, 3), record('second', 3, 3));
    expect(await models()).toEqual(['old', 'first', 'second']);
    expect((await claims()).map((claim) => claim?.importedBy)).toEqual([OWNER, DEV, DEV]);
    expect(await findings()).toEqual([]);
  });

  it('says nothing of a line that a state has, of another commit or another file', async () => {
    await take(workspace, record('m', 1, 3));
    const { view } = await loadAuthority(workspace);
    const known = await LineClaims.load(workspace, view);
    const line = { line: 1, origin: 1, commit, carrier: null, path: utf8('src/a.ts'), exact: false };
    expect(known.of(line)).toMatchObject({ model: 'm' });
    expect(known.of({ ...line, carrier: commit })).toBeNull();
    expect(known.of({ ...line, commit: null })).toBeNull();
    expect(known.of({ ...line, commit: '0'.repeat(40) })).toBeNull();
    expect(known.of({ ...line, path: utf8('src/b.ts') })).toBeNull();
    expect(known.of({ ...line, path: new Uint8Array([0xff]) })).toBeNull();
    expect(known.of({ ...line, origin: 4 })).toBeNull();
  });

  it('counts for readers as long as whoever made it may; verification asks about then', async () => {
    const dev = await join(repository, DEV, 'developer');
    await take(dev, record('m', 1, 1));
    const { grants } = await listGrants(workspace, { at: null, principal: DEV, effective: false });
    await removeGrant(workspace, grants[0]?.id ?? '');
    expect(await models()).toEqual([null, null, null]);
    expect(await findings()).toEqual([]);
  });

  it('needs the whole repository, which an agent of one thread has not', async () => {
    const agent = await delegate(workspace, 'bot', { resources: ['acme/core@task'] });
    await expect(take(agent, record('m', 1, 1))).rejects.toMatchObject({ code: 'DENIED' });
    const whole = await delegate(workspace, 'other', { operations: ['state:capture'] });
    expect((await take(whole, record('m', 1, 1))).result.imported).toBe(true);
    const lesser = await delegate(workspace, 'reader', { operations: ['state:read'] });
    await expect(take(lesser, record('n', 1, 1))).rejects.toMatchObject({ code: 'DENIED' });
    expect(await findings()).toEqual([]);
  });

  it('counts where an agent with a budget made it: it uses nothing up', async () => {
    const agent = await delegate(workspace, 'bot', { budget: { states: 1, files: 0 } });
    expect((await take(agent, record('m', 1, 1))).result.imported).toBe(true);
    expect(await models()).toEqual(['m', null, null]);
    expect(await findings()).toEqual([]);
  });

  it('is taken back by whoever made it, and another one stays', async () => {
    const dev = await join(repository, DEV, 'developer');
    await take(dev, record('theirs', 1, 1));
    await take(workspace, record('mine', 2, 2));
    await undo(dev, null);
    expect(await models()).toEqual([null, 'mine', null]);
    await expect(redo(dev, null)).rejects.toMatchObject({ code: 'UNDO_REFUSED' });
    await undo(workspace, null);
    expect(await workspace.refs.read(IMPORTS_REF)).toBeUndefined();
    expect(await findings()).toEqual([]);
  });

  it('is of nothing where nothing is new, nothing is here, or nothing is said', async () => {
    await take(workspace, record('m', 1, 1));
    const before = await workspace.refs.read(IMPORTS_REF);
    const { result, operation } = await take(
      workspace,
      record('m', 1, 1),
      record('m', 1, 1, '1'.repeat(40)),
      JSON.stringify({ ...(JSON.parse(record('m', 1, 1)) as object), files: [] }),
      record('m', 1, 1).replace('src/a.ts', 'src/gone.ts'),
    );
    expect(operation).toBeNull();
    expect(result.skipped.map(({ why }) => why)).toEqual([
      'it was imported already',
      'this repository does not have the commit',
      'it says nothing of any line',
      'the commit does not have 1 of its files',
    ]);
    expect(await workspace.refs.read(IMPORTS_REF)).toBe(before);
  });

  it('is refused with the reason where no record can be read', async () => {
    await expect(take(workspace, '{', '[]')).rejects.toMatchObject({ code: 'FORMAT_INVALID' });
    await expect(take(workspace, ...Array.from({ length: 1001 }, () => '{}'))).rejects.toThrow(
      /more than 1000/,
    );
    expect(await workspace.refs.read(IMPORTS_REF)).toBeUndefined();
  });

  it('carries what is damaged along, tells it, and hides nothing by it', async () => {
    await take(workspace, record('m', 1, 1));
    const head = (await workspace.refs.read(IMPORTS_REF)) ?? '';
    const rows = (await workspace.objects.readTree(head)) ?? [];
    const batch = workspace.writer.batch();
    const blob = batch.add('blob', utf8('x'));
    const tree = batch.addTree([...rows, { mode: '100644', name: utf8('odd'), id: blob }]);
    const planted = batch.add(
      'commit',
      utf8(`tree ${tree}\nauthor a <a> 0 +0000\ncommitter a <a> 0 +0000\n\nx\n`),
    );
    await batch.write();
    const move = [{ name: IMPORTS_REF, old: head, new: planted }];
    await (await workspace.refs.prepare(move, [])).commit();
    expect(await models()).toEqual(['m', null, null]);
    await take(workspace, record('n', 2, 2));
    expect(await models()).toEqual(['m', 'n', null]);
    expect((await findings()).map(({ kind, message }) => `${kind}: ${message}`)).toEqual(
      expect.arrayContaining(['import: it is no import', expect.stringContaining('from where it was not')]),
    );
  });
});
