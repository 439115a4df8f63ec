import { beforeEach, describe, expect, it } from 'vitest';
import { decodeUtf8, utf8 } from '#domain/encoding/bytes.ts';
import { threadRef } from '#domain/refs.ts';
import type { ObjectReader } from '#ports/objects.ts';
import type { Workspace } from '#ports/workspace.ts';
import { blobAt } from '#usecases/content/blob-at.ts';
import { carrierTrees } from '#usecases/states/carrier-trees.ts';
import { readState, type CarriedState } from '#usecases/states/read-state.ts';
import { LateWork } from '#usecases/verify/late-work.ts';
import { StateChecks } from '#usecases/verify/range/state-checks.ts';
import { VerifyReport } from '#usecases/verify/report.ts';
import { verifyAuthority } from '#usecases/verify/verify-authority.ts';
import { verifyTombstoneSet } from '#usecases/verify/verify-tombstone-set.ts';
import { plainFiles, writeFiles } from '../../../../support/memory/files.ts';
import { withEntries } from '../../../../support/memory/forged-carriers.ts';
import { delegate, save, started } from '../../../../support/memory/scenes.ts';
import type { MemoryRepository } from '../../../../support/memory/workspace.ts';

const FIRST = { 'docs/a.md': 'd', 'lib/deep/b.ts': 'b', 'src/a.ts': '1', 'src/z.ts': 'z' };
const SECOND = { ...FIRST, 'src/a.ts': '2' };

let repository: MemoryRepository;
let workspace: Workspace;
beforeEach(async () => {
  repository = await started();
  ({ workspace } = repository);
  await save(repository, workspace, FIRST);
  await save(repository, workspace, SECOND);
});

async function head(): Promise<CarriedState> {
  return readState(workspace, (await workspace.refs.read(threadRef('task'))) ?? '');
}

/** The newest state, with other files beside its manifest. */
async function holding(files: Readonly<Record<string, string>>): Promise<CarriedState> {
  const tree = await writeFiles(workspace.writer, plainFiles(files));
  const carrier = await withEntries(workspace, (await head()).carrier, async (entries) => {
    entries.set('files', { mode: '40000', name: utf8('files'), id: tree });
  });
  return readState(workspace, carrier);
}

async function problems(
  state: CarriedState,
  paths: readonly string[],
  seen: Workspace = workspace,
): Promise<string | undefined> {
  const report = new VerifyReport();
  const authority = await verifyAuthority(seen, report);
  if (authority === undefined) throw new Error('the chain holds');
  const tombstones = await verifyTombstoneSet(seen, report, authority);
  const late = new LateWork(authority);
  const checks = new StateChecks(seen, { report, authority, tombstones, late, received: false });
  for (const path of paths) await checks.see(state, [utf8(path)]);
  if (paths.length === 0) await checks.see(state, []);
  const found = await checks.problems();
  expect(checks.count).toBe(1);
  return found.get(state.id)?.why;
}

/** Tells which blobs are read whole. */
function listening(read: Set<string>): Workspace {
  const { objects } = workspace;
  const streamBlobs: ObjectReader['streamBlobs'] = (ids, sink) => {
    for (const id of ids) read.add(id);
    return objects.streamBlobs(ids, sink);
  };
  return { ...workspace, objects: { ...bound(objects), streamBlobs } };
}

function bound(objects: ObjectReader): ObjectReader {
  return {
    read: (name, most) => objects.read(name, most),
    readMany: (names, most) => objects.readMany(names, most),
    streamBlobs: (ids, sink) => objects.streamBlobs(ids, sink),
    listFiles: (tree) => objects.listFiles(tree),
    readTree: (name) => objects.readTree(name),
    readTrees: (trees) => objects.readTrees(trees),
  };
}

describe('what a range leads to', () => {
  it('holds where its author signed it', async () => {
    expect(
      await problems(await head(), ['docs/a.md', 'src/a.ts', 'gone', 'docs/a.md/below']),
    ).toBeUndefined();
  });

  it('is read where the state changed something and where it is asked about, and nowhere else', async () => {
    const read = new Set<string>();
    expect(await problems(await head(), ['lib/deep/b.ts'], listening(read))).toBeUndefined();
    const { files } = await carrierTrees(workspace, (await head()).carrier);
    const blobs = ['lib/deep/b.ts', 'src/a.ts'].map((path) => blobAt(workspace, files, utf8(path)));
    expect(read).toEqual(new Set(await Promise.all(blobs)));
  });

  it.each<[string, Readonly<Record<string, string>>, string]>([
    ['that it changed', { ...SECOND, 'src/a.ts': '3' }, 'src/a.ts: its content is not'],
    ['that counts as a change', { ...SECOND, 'docs/a.md': 'D' }, 'docs/a.md: its content'],
    ['that came beside it', { ...SECOND, 'docs/b.md': 'b' }, 'docs/b.md: it is not in the manifest'],
  ])('does not hold with another content %s', async (_what, files, why) => {
    expect(await problems(await holding(files), [])).toContain(why);
  });

  it('is asked about where the state changed nothing, too, since the one before is no witness', async () => {
    const forged = async (carrier: string, files: Readonly<Record<string, string>>): Promise<string> => {
      const tree = await writeFiles(workspace.writer, plainFiles(files));
      return withEntries(workspace, carrier, async (entries) => {
        entries.set('files', { mode: '40000', name: utf8('files'), id: tree });
      });
    };
    const { carrier, gitParents } = await head();
    const first = await forged(gitParents[0] ?? '', { ...FIRST, 'docs/a.md': 'D' });
    const before = await forged(carrier, { ...SECOND, 'docs/a.md': 'D' });
    const text = decodeUtf8((await workspace.objects.read(before, 10_000))?.content ?? utf8('')) ?? '';
    const batch = workspace.writer.batch();
    const id = batch.add('commit', utf8(text.replace(/^parent [0-9a-f]+/m, `parent ${first}`)));
    await batch.write();
    const state = await readState(workspace, id);
    expect(await problems(state, [])).toBeUndefined();
    expect(await problems(state, ['docs/a.md'])).toContain('docs/a.md: its content is not');
  });

  it('does not hold where its manifest is not the one that was signed, at whatever path', async () => {
    const first = (await head()).gitParents[0] ?? '';
    const { manifest, files } = await carrierTrees(workspace, first);
    const carrier = await withEntries(workspace, (await head()).carrier, async (entries) => {
      entries.set('manifest', { mode: '40000', name: utf8('manifest'), id: manifest });
      entries.set('files', { mode: '40000', name: utf8('files'), id: files });
    });
    const why = await problems(await readState(workspace, carrier), ['docs/a.md']);
    expect(why).toContain('its manifest is not the one that the state names');
  });

  it('is nobody’s without a signature, and refused where its author might not', async () => {
    const agent = await delegate(workspace, 'bot', { resources: ['acme/core@task:src'] });
    await save(repository, agent, { 'src/a.ts': 'agent' });
    const unsigned = await withEntries(workspace, (await head()).carrier, async (entries) => {
      entries.delete('attestation.json');
    });
    expect(await problems(await readState(workspace, unsigned), ['src/a.ts'])).toContain('no attestation');
    const wider = await holding({ ...SECOND, 'src/a.ts': 'agent', 'docs/a.md': 'taken' });
    expect(await problems(wider, [])).toContain('SCOPE_RESOURCE on acme/core@task:docs/a.md');
  });
});
