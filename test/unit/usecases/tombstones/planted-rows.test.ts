import { beforeEach, describe, expect, it } from 'vitest';
import { utf8 } from '#domain/encoding/bytes.ts';
import { formatDigest, formatId, type TombstoneId } from '#domain/id.ts';
import { TOMBSTONES_REF } from '#domain/refs.ts';
import type { ObjectId, TreeEntry } from '#ports/objects.ts';
import type { TombstoneDeclaration } from '#domain/removal/tombstone.ts';
import type { Workspace } from '#ports/workspace.ts';
import { undo } from '#usecases/undo/undo.ts';
import { listTombstones } from '#usecases/tombstones/list-tombstones.ts';
import { showTombstone } from '#usecases/tombstones/show-tombstone.ts';
import { encodeSetCommit } from '#usecases/signed-sets/set-commit.ts';
import {
  loadSet,
  plantDeclaration,
  purgeTombstone,
  redactPath,
} from '../../../support/memory/removal/removal-scenes.ts';
import { moveRef, plantSet, readSetFiles } from '../../../support/memory/removal/set-files.ts';
import { save, started } from '../../../support/memory/scenes.ts';
import type { MemoryRepository } from '../../../support/memory/workspace.ts';

const FILE = formatDigest(new Uint8Array(32).fill(5));
const GARBAGE: string = formatId('hr', new Uint8Array(32).fill(9));

let repository: MemoryRepository;
let workspace: Workspace;
let first: TombstoneId;
beforeEach(async () => {
  repository = await started();
  ({ workspace } = repository);
  await save(repository, workspace, { 'src/a.ts': 'secret', 'src/b.ts': 'another' });
  first = (await redactPath(workspace, 'src/a.ts')).tombstone;
});

async function rows(): Promise<readonly TreeEntry[]> {
  const head = await workspace.refs.read(TOMBSTONES_REF);
  return (await workspace.objects.readTree(head ?? '')) ?? [];
}

interface Planted {
  readonly blob: ObjectId;
  readonly tree: ObjectId;
}

/** Adds a row to the set's tree, whatever it leads to. */
async function plantRow(row: (ids: Planted) => Omit<TreeEntry, 'name'>, name = GARBAGE): Promise<void> {
  const batch = workspace.writer.batch();
  const blob = batch.add('blob', utf8('garbage'));
  const tree = batch.addTree([{ mode: '100644', name: utf8('x'), id: blob }]);
  const root = batch.addTree([...(await rows()), { ...row({ blob, tree }), name: utf8(name) }]);
  const commit = batch.add('commit', encodeSetCommit('tombstones', root, workspace.clock.now()));
  await batch.write();
  await moveRef(workspace, TOMBSTONES_REF, commit);
}

/** Redacting, lifting, purging and listing work beside it; the row is still there, and still told. */
async function expectWorkBeside(name: string, told = name): Promise<void> {
  const [before] = (await rows()).filter((row) => Buffer.from(row.name).equals(utf8(name)));
  const second = (await redactPath(workspace, 'src/b.ts')).tombstone;
  await undo(workspace, null);
  await purgeTombstone(workspace, first);
  const { tombstones, findings } = await listTombstones(workspace);
  const status = new Map(tombstones.map((one) => [one.tombstone, one.status]));
  expect([status.get(first), status.get(second)]).toEqual(['purged', 'lifted']);
  expect(findings.map(({ subject }) => subject).join()).toContain(told);
  const [after] = (await rows()).filter((row) => Buffer.from(row.name).equals(utf8(name)));
  expect(after).toEqual(before);
}

describe('a row of the tombstone set that is no sound record', () => {
  it.each<[string, (ids: Planted) => Omit<TreeEntry, 'name'>]>([
    ['a directory of something else', ({ tree }) => ({ mode: '40000', id: tree })],
    ['a file', ({ blob }) => ({ mode: '100644', id: blob })],
    ['a link', ({ blob }) => ({ mode: '120000', id: blob })],
    ['a submodule', ({ blob }) => ({ mode: '160000', id: blob })],
    ['a directory that is a file', ({ blob }) => ({ mode: '40000', id: blob })],
    ['a directory that is missing', () => ({ mode: '40000', id: '1'.repeat(40) })],
  ])('is told, kept and believed in nothing: %s', async (_what, row) => {
    await plantRow(row);
    await expectWorkBeside(GARBAGE);
  });

  it('of another name is kept, too', async () => {
    await plantRow(({ blob }) => ({ mode: '100644', id: blob }), 'a\u001b[31m');
    await expectWorkBeside('a\u001b[31m', 'refs/heddle/tombstones/a%1B[31m');
  });

  it('is kept where a newer release made it', async () => {
    const newer = await plantDeclaration(workspace, {
      covers: { files: [FILE], names: [], texts: [] },
      ...(JSON.parse('{"template":2}') as Partial<TombstoneDeclaration>),
    });
    await expectWorkBeside(newer);
    await expect(showTombstone(workspace, newer)).rejects.toMatchObject({ code: 'TOMBSTONE_INVALID' });
  });

  it('leaves a sound record sound that it stands beside, or lies in', async () => {
    await plantRow(({ blob }) => ({ mode: '100644', id: blob }), first);
    const files = await readSetFiles(workspace);
    expect((await loadSet(workspace)).records.get(first)?.status).toBe('redacted');
    files.set(`${first}/note`, utf8('x'));
    files.set(`${first}/lift-${FILE}/lift.json`, utf8('{}'));
    files.set(`${first}/zz/zz`, utf8('x'));
    await plantSet(workspace, files, workspace.clock.now());
    const { records, problems } = await loadSet(workspace);
    expect(records.get(first)?.status).toBe('redacted');
    expect(problems.length).toBeGreaterThan(2);
    await undo(workspace, null);
    expect((await loadSet(workspace)).records.get(first)?.status).toBe('lifted');
  });
});

describe('a ref that leads to no tombstone set', () => {
  it.each<[string, () => Promise<ObjectId>]>([
    [
      'a file',
      async () => {
        const batch = workspace.writer.batch();
        const blob = batch.add('blob', utf8('x'));
        await batch.write();
        return blob;
      },
    ],
    [
      'more rows than anybody makes',
      async () => {
        const batch = workspace.writer.batch();
        const id = batch.add('blob', utf8('x'));
        const names = Array.from({ length: 10_001 }, (_, at) => utf8(`r${at}`));
        const tree = batch.addTree(names.map((name) => ({ mode: '100644', name, id })));
        const commit = batch.add('commit', encodeSetCommit('tombstones', tree, workspace.clock.now()));
        await batch.write();
        return commit;
      },
    ],
  ])('refuses what would overwrite it, and names the set that the log knows: %s', async (_what, make) => {
    const sound = await workspace.refs.read(TOMBSTONES_REF);
    await moveRef(workspace, TOMBSTONES_REF, await make());
    const refusal = { code: 'TOMBSTONE_INVALID', facts: { ref: TOMBSTONES_REF } };
    await expect(redactPath(workspace, 'src/b.ts')).rejects.toMatchObject(refusal);
    await expect(redactPath(workspace, 'src/b.ts')).rejects.toThrow(
      `git update-ref ${TOMBSTONES_REF} ${sound ?? ''}`,
    );
    expect(await listTombstones(workspace)).toMatchObject({ tombstones: [], findings: [{}] });
    await moveRef(workspace, TOMBSTONES_REF, sound ?? null);
    await redactPath(workspace, 'src/b.ts');
  });
});
