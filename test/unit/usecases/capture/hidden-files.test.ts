import { beforeEach, describe, expect, it } from 'vitest';
import type { ManifestEntry } from '#domain/manifest/entry.ts';
import { threadRef } from '#domain/refs.ts';
import type { Workspace } from '#ports/workspace.ts';
import { log, show } from '#usecases/history/read-history.ts';
import { undo } from '#usecases/undo/undo.ts';
import { readDirectory } from '#usecases/manifest/read-directory.ts';
import { carrierTrees } from '#usecases/states/carrier-trees.ts';
import { verify } from '#usecases/verify/verify.ts';
import { purgeTombstone, redactPath } from '../../../support/memory/removal/removal-scenes.ts';
import { save, started } from '../../../support/memory/scenes.ts';
import type { MemoryRepository } from '../../../support/memory/workspace.ts';

const SECRET = 'the secret\n';

let repository: MemoryRepository;
let workspace: Workspace;
let hidden: ManifestEntry;
beforeEach(async () => {
  repository = await started();
  ({ workspace } = repository);
  await save(repository, workspace, { 'key.ts': SECRET, a: '1' });
  await redactPath(workspace, 'key.ts');
  hidden = await entryOf('key.ts');
});

/** What the newest manifest says of a name. */
async function entryOf(name: string): Promise<ManifestEntry> {
  const head = (await workspace.refs.read(threadRef('task'))) ?? '';
  const { manifest } = await carrierTrees(workspace, head);
  const { entries } = await readDirectory(workspace, manifest);
  const found = entries.find((entry) => entry.name === name);
  if (found === undefined) throw new Error(`${name} is not there`);
  return found;
}

async function newestNotices(): Promise<readonly string[]> {
  const { states } = await log(workspace, { thread: null, limit: 1 });
  return (states[0]?.redacted ?? []).map(({ path }) => path ?? '');
}

async function expectSound(): Promise<void> {
  expect((await verify(workspace, { all: true })).findings).toEqual([]);
}

/** The stub that stands in the work tree. */
function stub(): string {
  const content = repository.files.get('key.ts')?.content ?? '';
  expect(content).toContain('// redacted hr-');
  return content;
}

describe('a capture over a redacted file', () => {
  it('keeps what hides it where something else changes', async () => {
    await save(repository, workspace, { a: '2' });
    expect(await entryOf('key.ts')).toEqual(hidden);
    expect(hidden.secret.kind).toBe('name-key');
    expect(await newestNotices()).toEqual(['key.ts']);
    await expectSound();
  });

  it('keeps what hides it where its mode alone changes', async () => {
    repository.files.set('key.ts', { mode: '100755', content: stub() });
    const { state, changed } = await save(repository, workspace, {});
    expect(changed).toEqual([{ path: 'key.ts', change: 'modified' }]);
    expect(await entryOf('key.ts')).toEqual({ ...hidden, mode: '100755' });
    expect((await show(workspace, { name: state })).state.redacted).toHaveLength(1);
    await expectSound();
  });

  it('says no more of it once it is deleted', async () => {
    repository.files.delete('key.ts');
    await save(repository, workspace, {});
    expect(await newestNotices()).toEqual([]);
    await expectSound();
  });

  it('makes an ordinary file of it once it is edited', async () => {
    await save(repository, workspace, { 'key.ts': `${stub()}export {};\n` });
    expect((await entryOf('key.ts')).secret.kind).toBe('salt');
    expect(await newestNotices()).toEqual([]);
    await expectSound();
  });

  it('makes an ordinary link of it once it is one', async () => {
    repository.files.set('key.ts', { mode: '120000', content: stub() });
    await save(repository, workspace, {});
    expect(await entryOf('key.ts')).toMatchObject({ kind: 'symlink', secret: { kind: 'salt' } });
    expect(await newestNotices()).toEqual([]);
    await expectSound();
  });

  it('makes an ordinary file of its replacement elsewhere, which stays when the redaction is taken back', async () => {
    const text = stub();
    repository.files.delete('key.ts');
    await save(repository, workspace, { 'moved.ts': text });
    expect((await entryOf('moved.ts')).secret.kind).toBe('salt');
    expect(await newestNotices()).toEqual([]);
    await expectSound();
    const moved = await entryOf('moved.ts');
    const { operations } = await workspace.log.check();
    await undo(workspace, operations.findLast(({ line }) => line.op === 'redact')?.id ?? '');
    expect(await entryOf('moved.ts')).toEqual(moved);
    expect(repository.files.get('moved.ts')?.content).toBe(text);
    await expectSound();
  });

  it('is refused where it would bring the content back', async () => {
    await expect(save(repository, workspace, { b: SECRET })).rejects.toMatchObject({
      code: 'CONTENT_SHUNNED',
    });
  });

  it('keeps what hides it through a purge and after it', async () => {
    const { states } = await log(workspace, { thread: null, limit: 1 });
    await purgeTombstone(workspace, states[0]?.redacted[0]?.tombstone ?? '');
    await save(repository, workspace, { a: '3' });
    expect(await entryOf('key.ts')).toEqual(hidden);
    repository.files.set('key.ts', { mode: '100755', content: stub() });
    await save(repository, workspace, {});
    expect(await entryOf('key.ts')).toEqual({ ...hidden, mode: '100755' });
    await expectSound();
  });
});
