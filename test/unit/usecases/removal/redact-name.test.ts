import { beforeEach, describe, expect, it } from 'vitest';
import { escapePath } from '#domain/encoding/percent-escape.ts';
import { threadRef } from '#domain/refs.ts';
import type { TombstoneId } from '#domain/id.ts';
import type { Workspace } from '#ports/workspace.ts';
import { log } from '#usecases/history/read-history.ts';
import { undo } from '#usecases/undo/undo.ts';
import { redactName, type RedactNameOptions } from '#usecases/removal/names/redact-name.ts';
import { purge } from '#usecases/removal/purge.ts';
import { carrierTrees } from '#usecases/states/carrier-trees.ts';
import { showTombstone } from '#usecases/tombstones/show-tombstone.ts';
import { listCarriers } from '#usecases/states/list-carriers.ts';
import { verify } from '#usecases/verify/verify.ts';
import { loadSet, purgeTombstone, redactPath } from '../../../support/memory/removal/removal-scenes.ts';
import { join, save, started } from '../../../support/memory/scenes.ts';
import type { MemoryRepository } from '../../../support/memory/workspace.ts';

const NAME = 'contoso-merger.md';
const PATH = `plans/${NAME}`;

let repository: MemoryRepository;
let workspace: Workspace;
beforeEach(async () => {
  repository = await started();
  ({ workspace } = repository);
  await save(repository, workspace, { a: '1', [PATH]: 'one\n', 'plans/b': 'b', 'plans/z.md': 'z' });
  await save(repository, workspace, { [PATH]: 'two\n', [`old/${NAME}`]: 'old\n' });
  await save(repository, workspace, { a: '2' });
});

function hide(change: Partial<RedactNameOptions> = {}, who: Workspace = workspace) {
  const options = { path: PATH, reason: 'names a customer', reasonCode: 'pii' } as const;
  return redactName(who, { ...options, rotatedAt: null, dryRun: false, ...change });
}

async function hidden(change: Partial<RedactNameOptions> = {}): Promise<TombstoneId> {
  const { result } = await hide(change);
  if (result.tombstone === null) throw new Error('a redaction makes a tombstone');
  return result.tombstone;
}

it('is counted where its tombstone is shown', async () => {
  const shown = await showTombstone(workspace, await hidden());
  const { names } = (await loadSet(workspace)).records.get(shown.tombstone)?.declaration.covers ?? {
    names: [],
  };
  expect(shown).toMatchObject({ names: names.length, parts: null });
  expect(names.length).toBeGreaterThan(0);
});

const findings = async (): Promise<readonly unknown[]> => (await verify(workspace, { all: true })).findings;

const ids = async (): Promise<readonly string[]> =>
  (await log(workspace, { thread: null, limit: null })).states.map(({ state }) => state);

/** Paths of the files of every state that a thread reaches. */
async function paths(): Promise<readonly string[]> {
  const { carriers } = await listCarriers(workspace);
  const all = await Promise.all(carriers.map(({ files }) => workspace.objects.listFiles(files)));
  return [...new Set(all.flat().map(({ path }) => escapePath(path)))].toSorted();
}

/** Everything that carriers, sets and log say: trees, lists, records. */
async function everything(): Promise<string> {
  const { operations } = await workspace.log.check();
  const { carriers } = await listCarriers(workspace);
  const told = [JSON.stringify(operations)];
  const seen = new Set<string>();
  const walk = async (tree: string): Promise<void> => {
    for (const { mode, name, id } of (await workspace.objects.readTree(tree)) ?? []) {
      told.push(Buffer.from(name).toString('latin1'));
      if (seen.has(id)) continue;
      seen.add(id);
      if (mode === '40000') await walk(id);
      else told.push(Buffer.from((await workspace.objects.read(id, 1e6))?.content ?? []).toString('latin1'));
    }
  };
  for (const { commit } of carriers) await walk(await workspace.revisions.commitTree(commit));
  return told.join('\n');
}

async function content(path: string): Promise<string> {
  const head = (await workspace.refs.read(threadRef('task'))) ?? '';
  const { files } = await carrierTrees(workspace, head);
  const file = (await workspace.objects.listFiles(files)).find((one) => escapePath(one.path) === path);
  return Buffer.from((await workspace.objects.read(file?.id ?? '', 1e6))?.content ?? []).toString();
}

describe('a redaction of a name', () => {
  it('puts a placeholder in its place wherever a state has it; ids stay, and the content can be read', async () => {
    const [before, text] = [await ids(), await everything()];
    expect(text).toContain(NAME);
    const tombstone = await hidden();
    const placeholder = `redacted-name-${tombstone}`;
    expect(await paths()).toEqual([
      'a',
      `old/${placeholder}`,
      'plans/b',
      `plans/${placeholder}`,
      'plans/z.md',
    ]);
    expect(await ids()).toEqual(before);
    expect(await content(`plans/${placeholder}`)).toBe('two\n');
    expect(await everything()).not.toContain(NAME);
    expect(await findings()).toEqual([]);
  });

  it('tells where it stood by placeholders, and the files on the disk that still have it', async () => {
    const { result } = await hide();
    const shown = `redacted-name-${result.tombstone}`;
    expect(result.places.map(({ path, states }) => [path, states])).toEqual([
      [`old/${shown}`, 2],
      [`plans/${shown}`, 3],
    ]);
    expect(result.edited.map(({ path }) => path)).toEqual([`old/${NAME}`, PATH]);
    expect((await hide({ dryRun: true }).catch((error: unknown) => error)) as object).toMatchObject({
      code: 'NOT_FOUND',
    });
  });

  it('changes nothing in a dry run', async () => {
    const before = await everything();
    const { result } = await hide({ dryRun: true });
    expect(result.places.map(({ path }) => path)).toEqual([`old/${NAME}`, PATH]);
    expect(await everything()).toBe(before);
  });

  it('is refused a file that is called so again, and takes the placeholder for the same', async () => {
    const placeholder = `redacted-name-${await hidden()}`;
    await expect(save(repository, workspace, {})).rejects.toMatchObject({ code: 'CONTENT_SHUNNED' });
    for (const directory of ['plans', 'old']) {
      const file = repository.files.get(`${directory}/${NAME}`);
      repository.files.delete(`${directory}/${NAME}`);
      if (file !== undefined) repository.files.set(`${directory}/${placeholder}`, file);
    }
    expect((await save(repository, workspace, {})).created).toBe(false);
    await save(repository, workspace, { 'plans/c': 'new' });
    await save(repository, workspace, { [`plans/${placeholder}`]: 'three\n' });
    expect(await content(`plans/${placeholder}`)).toBe('three\n');
    expect(await findings()).toEqual([]);
  });

  it('comes back with a lift as if nothing had been', async () => {
    const before = await everything();
    await hidden();
    await undo(workspace, null);
    expect(await paths()).toContain(PATH);
    expect((await everything()).split('\n')).toEqual(expect.arrayContaining(before.split('\n').slice(1)));
    expect(await findings()).toEqual([]);
    expect((await save(repository, workspace, { a: '3' })).created).toBe(true);
    await hidden();
    expect(await findings()).toEqual([]);
  });

  it('leaves the placeholder in what was captured meanwhile, where the name would be out of order', async () => {
    const placeholder = `redacted-name-${await hidden()}`;
    for (const directory of ['plans', 'old']) {
      repository.files.delete(`${directory}/${NAME}`);
      repository.files.set(`${directory}/${placeholder}`, {
        mode: '100644',
        content: directory === 'plans' ? 'two\n' : 'old\n',
      });
    }
    await save(repository, workspace, { 'plans/c': 'new' });
    const line = (await workspace.log.check()).operations.findLast(({ line: { op } }) => op === 'redact');
    await undo(workspace, line?.id ?? null);
    expect(await paths()).toEqual(expect.arrayContaining([PATH, `plans/${placeholder}`, `old/${NAME}`]));
    expect(await findings()).toEqual([]);
  });

  it('goes with a purge, and the content stays', async () => {
    const tombstone = await hidden();
    repository.files.delete(PATH);
    repository.files.delete(`old/${NAME}`);
    await purgeTombstone(workspace, tombstone);
    expect((await loadSet(workspace)).records.get(tombstone)?.status).toBe('purged');
    const sought = repository.eraser.ran[0]?.target.contents.map(({ bytes }) =>
      Buffer.from(bytes).toString(),
    );
    expect(sought).toEqual(expect.arrayContaining([NAME, `100644 ${NAME}\0`]));
    expect(await content(`plans/redacted-name-${tombstone}`)).toBe('two\n');
    expect(await findings()).toEqual([]);
  });

  it('is not finished by a purge while a file on the disk is called so', async () => {
    const tombstone = await hidden();
    await purgeTombstone(workspace, tombstone);
    expect((await loadSet(workspace)).records.get(tombstone)?.status).toBe('purging');
  });
});

describe('a purge of a name', () => {
  it.each([true, false])(
    'does not pretend to rewrite it in the history of Git, dry run: %s',
    async (dryRun) => {
      const name = await hidden();
      const order = { name, confirm: async () => true, dryRun, rewriteGit: true, consent: null };
      await expect(purge(workspace, order)).rejects.toMatchObject({ code: 'PURGE_REFUSED' });
      expect((await loadSet(workspace)).records.get(name)?.status).toBe('redacted');
    },
  );
});

describe('a redaction of a name is refused', () => {
  it.each<[string, Partial<RedactNameOptions>, string]>([
    ['of a path that no state has', { path: 'plans/none' }, 'NOT_FOUND'],
    ['of a directory', { path: 'plans' }, 'NOT_REDACTABLE'],
    ['with a reason that says it', { reason: `it was ${NAME}` }, 'NOT_REDACTABLE'],
  ])('%s', async (_what, change, code) => {
    const before = await everything();
    await expect(hide(change)).rejects.toMatchObject({ code });
    expect(await everything()).toBe(before);
  });

  it('to who maintains only a part of the repository, and its denial does not say the name', async () => {
    const theirs = await join(repository, 'dev@example.com', 'developer');
    await expect(hide({}, theirs)).rejects.toMatchObject({ code: 'DENIED' });
    const { operations } = await workspace.log.check();
    expect(JSON.stringify(operations.at(-1))).not.toContain(NAME);
  });
});

describe('a name and a content of one file', () => {
  const shown = async (): Promise<string> =>
    (await paths()).find((path) => path.startsWith('plans/redacted-name-')) ?? '';

  it('are hidden and come back in the other order, the name first', async () => {
    await hidden({ path: 'plans/z.md' });
    const name = await newest();
    await redactPath(workspace, await shown());
    expect(await content(await shown())).toMatch(/^redacted hr-/);
    expect(await findings()).toEqual([]);
    await expect(undo(workspace, name)).rejects.toMatchObject({ code: 'UNDO_REFUSED' });
    await undo(workspace, null);
    expect(await content(await shown())).toBe('z');
    await undo(workspace, name);
    expect(await content('plans/z.md')).toBe('z');
    expect(await findings()).toEqual([]);
  });

  it('are hidden and come back in the other order, the content first', async () => {
    await redactPath(workspace, 'plans/z.md');
    const line = await newest();
    expect(await content('plans/z.md')).toMatch(/^<!-- redacted/);
    await hidden({ path: 'plans/z.md' });
    expect(await content(await shown())).toMatch(/^redacted hr-/);
    expect(await findings()).toEqual([]);
    // Its line named the file.
    await expect(undo(workspace, line)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await undo(workspace, null);
    expect(await content('plans/z.md')).toMatch(/^<!-- redacted/);
    await undo(workspace, line);
    expect(await content('plans/z.md')).toBe('z');
    expect(await findings()).toEqual([]);
  });

  it('keep nothing of each other to guess the one that was purged with', async () => {
    const name = await hidden({ path: 'plans/z.md' });
    const line = await newest();
    const { tombstone } = await redactPath(workspace, await shown());
    const salts = ((await workspace.quarantine.open(name))?.names ?? []).map(({ salt }) => salt);
    repository.files.delete('plans/z.md');
    await purgeTombstone(workspace, tombstone);
    expect(repository.eraser.ran[0]?.target.salts).toEqual(expect.arrayContaining(salts));
    expect(JSON.stringify(await workspace.quarantine.open(name))).not.toContain(salts[0]);
    await undo(workspace, line);
    expect(await content('plans/z.md')).toMatch(/^<!-- redacted/);
    expect(await findings()).toEqual([]);
  });

  it('keep nothing of each other to guess the name with', async () => {
    const { tombstone } = await redactPath(workspace, 'plans/z.md');
    const kept = (await workspace.quarantine.open(tombstone))?.contents ?? [];
    const salts = kept.flatMap(({ entries }) => entries.map(({ salt }) => salt));
    const name = await hidden({ path: 'plans/z.md' });
    repository.files.delete('plans/z.md');
    await purgeTombstone(workspace, name);
    expect(JSON.stringify(await workspace.quarantine.open(tombstone))).not.toContain(salts[0]);
    expect(await findings()).toEqual([]);
  });

  const newest = async (): Promise<string | null> =>
    (await workspace.log.check()).operations.at(-1)?.id ?? null;
});
