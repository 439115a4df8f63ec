import { beforeEach, describe, expect, it } from 'vitest';
import { decodeUtf8, utf8 } from '#domain/encoding/bytes.ts';
import type { TombstoneId } from '#domain/id.ts';
import type { Workspace } from '#ports/workspace.ts';
import { findContent } from '#usecases/content/find-content.ts';
import { presentableTree } from '#usecases/content/materialise.ts';
import { rewriteCarriers } from '#usecases/content/rewrite-carriers.ts';
import { readHeldContent } from '#usecases/removal/held-content.ts';
import { findTargetBlobs } from '#usecases/removal/places/target.ts';
import { replacementBlobs } from '#usecases/removal/places/tombstone-places.ts';
import { addGrant } from '#usecases/keys/grants.ts';
import { undo } from '#usecases/undo/undo.ts';
import { verify } from '#usecases/verify/verify.ts';
import { verifyTombstones } from '#usecases/tombstones/verify-tombstones.ts';
import {
  forgeRecords,
  loadSet,
  plantDeclaration,
  purgeTombstone,
  redactPath,
} from '../../../support/memory/removal/removal-scenes.ts';
import { DEV } from '../../../support/decisions.ts';
import { moveRef } from '../../../support/memory/removal/set-files.ts';
import { join, save, started } from '../../../support/memory/scenes.ts';
import type { MemoryRepository } from '../../../support/memory/workspace.ts';

const FILE = 'first\nkey = "AKIA-123456"\nlast\n';
const LATER = 'first\nmiddle\nkey = "AKIA-123456"\nlast\n';
const KEY = { kind: 'match', secret: utf8('AKIA-123456') } as const;
const lines = (first: number, last = first) => ({ kind: 'lines', ranges: [{ first, last }] }) as const;

let repository: MemoryRepository;
let workspace: Workspace;
beforeEach(async () => {
  repository = await started();
  ({ workspace } = repository);
  await save(repository, workspace, { 'src/a.ts': FILE, 'src/b.ts': 'other\n' });
});

const onDisk = (path = 'src/a.ts'): string | undefined => repository.files.get(path)?.content;
const mask = (tombstone: TombstoneId): string => `[redacted ${tombstone}]`;

async function recordOf(tombstone: TombstoneId) {
  const record = (await loadSet(workspace)).records.get(tombstone);
  if (record === undefined) throw new Error('it is in the set');
  return record;
}

async function findContentIds(path: string): Promise<ReadonlySet<string>> {
  const target = { path, state: null, all: false, part: null };
  return findTargetBlobs(workspace, target);
}

/** What stands in the carriers where a tombstone hides something. */
async function standing(tombstone: TombstoneId): Promise<readonly (string | undefined)[]> {
  const blobs = await replacementBlobs(workspace, await recordOf(tombstone));
  // Notices of whole contents are made to be compared, and stand nowhere.
  const read = await workspace.objects.readMany([...blobs], 1e6);
  return read.flatMap((object) => (object === undefined ? [] : [decodeUtf8(object.content)]));
}

async function findings(): Promise<readonly string[]> {
  const [all, set] = [await verify(workspace, { all: true }), await verifyTombstones(workspace, null)];
  return [...all.findings, ...set.findings].map(({ message }) => message);
}

describe('what the log says of the part that went', () => {
  it('tells nobody which content the shun list knows, by the id of a guess in the place of a secret', async () => {
    const [blob] = [...(await findContentIds('src/b.ts'))];
    const guess = utf8(String(blob));
    await save(repository, workspace, { 'src/c.ts': `id = ${String(blob)}\n` });
    await redactPath(workspace, 'src/b.ts');
    const asking = { ...workspace, said: { ...workspace.said, operationId: 'one' } };
    await redactPath(asking, 'src/c.ts', { part: { kind: 'match', secret: guess } });
    const told = JSON.stringify((await workspace.log.check()).operations);
    const shunned = (await workspace.shun.read()).map(({ digest }) => digest);
    expect(shunned).toContain((await workspace.replica()).keyed('shun', guess));
    expect(shunned.filter((digest) => told.includes(digest))).toEqual([]);
  });
});

describe('lines that are redacted', () => {
  it('are one masked line, on the disk and in every state, and the rest stays', async () => {
    const { tombstone, parts, contents } = await redactPath(workspace, 'src/a.ts', {
      all: false,
      part: lines(2),
    });
    expect({ parts, contents }).toEqual({ parts: 1, contents: 1 });
    expect(onDisk()).toBe(`first\n${mask(tombstone)}\nlast\n`);
    expect(await standing(tombstone)).toEqual([onDisk()]);
    expect(await findings()).toEqual([]);
  });

  it('say nothing of how much they were', async () => {
    const { tombstone } = await redactPath(workspace, 'src/a.ts', { all: false, part: lines(1, 2) });
    const { declaration } = await recordOf(tombstone);
    expect(declaration.spans.map(({ marks }) => marks)).toEqual([[0]]);
    for await (const { line, texts } of workspace.log.newest()) {
      if (line.op !== 'redact' || texts === 'redacted') continue;
      expect(JSON.stringify(texts)).not.toMatch(/ranges|"first"|"last"/);
    }
  });

  it.each([
    ['that are not there', 9, 'it has no line 9, only 3'],
    ['of a content that is no text', 1, 'no text'],
  ])('are refused where they are lines %s', async (what, line, why) => {
    if (what.includes('text')) await save(repository, workspace, { 'src/a.ts': 'a\0b\n' });
    const redacting = redactPath(workspace, 'src/a.ts', { all: false, part: lines(line) });
    await expect(redacting).rejects.toMatchObject({ code: 'NOT_REDACTABLE' });
    await expect(redacting).rejects.toThrow(why);
    expect((await loadSet(workspace)).records.size).toBe(0);
  });
});

describe('bytes that are redacted', () => {
  it('go out of every content that a path had, under one tombstone', async () => {
    await save(repository, workspace, { 'src/a.ts': LATER });
    await save(repository, workspace, { 'src/a.ts': 'clean\n' });
    const { tombstone, contents } = await redactPath(workspace, 'src/a.ts', { part: KEY });
    expect(contents).toBe(2);
    expect(new Set(await standing(tombstone))).toEqual(
      new Set([FILE, LATER].map((text) => text.replace('AKIA-123456', mask(tombstone)))),
    );
    expect(onDisk()).toBe('clean\n');
    expect(await findings()).toEqual([]);
  });

  it('are told where another content of the path holds them still', async () => {
    await save(repository, workspace, { 'src/a.ts': 'clean\n' });
    await save(repository, workspace, { 'src/a.ts': LATER });
    const { redact } = await import('#usecases/removal/redact.ts');
    const { notes } = await redact(workspace, {
      path: 'src/a.ts',
      state: null,
      all: false,
      part: KEY,
      reason: 'a key',
      reasonCode: 'credential',
      rotatedAt: null,
      dryRun: true,
    });
    expect(notes.join('\n')).toContain('held 1 other content with the same in it in 1 state');
  });

  it('are refused where they stand nowhere in what is meant, without being quoted', async () => {
    const part = { kind: 'match', secret: utf8('never-there') } as const;
    const redacting = redactPath(workspace, 'src/a.ts', { part });
    await expect(redacting).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(redacting).rejects.not.toThrow('never-there');
  });

  it('may not be quoted by the reason, and the rest may', async () => {
    const quoting = redactPath(workspace, 'src/a.ts', { part: KEY, reason: 'AKIA-123456 leaked' });
    await expect(quoting).rejects.toMatchObject({ code: 'NOT_REDACTABLE' });
    await save(repository, workspace, { 'src/a.ts': `see-config-2026.md\n${FILE}` });
    await redactPath(workspace, 'src/a.ts', { part: KEY, reason: 'see-config-2026.md had it' });
  });
});

describe('a content of which parts are redacted', () => {
  it('comes back byte for byte with an undo', async () => {
    const { tombstone } = await redactPath(workspace, 'src/a.ts', { part: KEY });
    await undo(workspace, null);
    expect((await recordOf(tombstone)).status).toBe('lifted');
    expect(onDisk()).toBe(FILE);
    expect(await findings()).toEqual([]);
  });

  it('keeps the rest when it is purged, and the eraser is told what was cut out', async () => {
    const { tombstone } = await redactPath(workspace, 'src/a.ts', { part: KEY });
    const rest = onDisk();
    await purgeTombstone(workspace, tombstone);
    expect((await recordOf(tombstone)).status).toBe('purged');
    expect(onDisk()).toBe(rest);
    expect(await findings()).toEqual([]);
    const [first] = repository.eraser.ran;
    expect(first?.target.contents.map(({ cuts }) => cuts)).toEqual([[{ start: 13, end: 24 }]]);
  });

  it('is not cut again, and the refusal says how it can be', async () => {
    await redactPath(workspace, 'src/a.ts', { part: KEY });
    for (const part of [lines(1), null]) {
      const again = redactPath(workspace, 'src/a.ts', { all: false, part });
      await expect(again).rejects.toMatchObject({ code: 'NOT_REDACTABLE' });
      await expect(again).rejects.toThrow('undo that');
    }
  });

  describe('once these are purged', () => {
    const SECOND = { kind: 'match', secret: utf8('hunter2-pass') } as const;
    const TWO = `${FILE}pass = hunter2-pass\n`;
    let first: TombstoneId;
    beforeEach(async () => {
      await save(repository, workspace, { 'src/a.ts': TWO });
      ({ tombstone: first } = await redactPath(workspace, 'src/a.ts', { part: KEY }));
      await purgeTombstone(workspace, first);
    });
    const rest = (tombstone: TombstoneId): string =>
      `first\nkey = "${mask(tombstone)}"\nlast\npass = ${mask(tombstone)}\n`;

    it('loses further ones under a tombstone that takes the place of the first', async () => {
      const { tombstone, parts, contents } = await redactPath(workspace, 'src/a.ts', {
        all: false,
        part: SECOND,
      });
      expect({ parts, contents }).toEqual({ parts: 1, contents: 1 });
      expect(onDisk()).toBe(rest(tombstone));
      const older = FILE.replace('AKIA-123456', mask(first));
      expect(new Set(await standing(tombstone))).toEqual(new Set([older, onDisk()]));
      expect((await recordOf(first)).texts).toBe('redacted');
      expect(await findings()).toEqual([]);
    });

    it('stays under the first where somebody without the right signs another in its place', async () => {
      const before = await loadSet(workspace);
      const { files } = (await recordOf(first)).declaration.covers;
      const [spans] = (await recordOf(first)).declaration.spans;
      if (spans === undefined) throw new Error('parts of it were redacted');
      const dev = await join(repository, DEV, 'developer');
      const covers = { files, names: [], texts: [first] };
      const planted = await plantDeclaration(dev, { covers, spans: [{ ...spans, by: first }] });
      const { hidden, partly, problems, unbelieved } = await loadSet(workspace);
      expect([...unbelieved]).toEqual([planted]);
      expect([...hidden].map(([file, { id }]) => [file, id])).toEqual(
        [...before.hidden].map(([file, { id }]) => [file, id]),
      );
      expect(partly).toEqual(before.partly);
      expect(problems).toContainEqual({
        subject: planted,
        why: 'it was not allowed: ROLE_INSUFFICIENT on acme/core',
      });
      expect((await verify(workspace, { all: true })).ok).toBe(false);
    });

    it('gets them back by an undo, and what is purged stays away', async () => {
      const before = onDisk();
      await redactPath(workspace, 'src/a.ts', { all: false, part: SECOND });
      await undo(workspace, null);
      expect(onDisk()).toBe(before);
      expect((await recordOf(first)).texts).not.toBe('redacted');
      expect(await findings()).toEqual([]);
    });

    it('loses these for good by a purge, with what its first tombstone knew the rest under', async () => {
      const { texts } = await recordOf(first);
      const { tombstone } = await redactPath(workspace, 'src/a.ts', { all: false, part: SECOND });
      repository.eraser.ran.length = 0;
      await purgeTombstone(workspace, tombstone);
      const [target] = repository.eraser.ran.map((one) => one.target);
      expect(target?.salts).toContain(texts === 'redacted' ? '' : texts.salt);
      expect(target?.contents.map(({ cuts }) => cuts?.length)).toEqual([1, undefined]);
      expect(onDisk()).toBe(rest(tombstone));
      expect(await findings()).toEqual([]);
    });

    it('loses them as often as somebody finds one, lines and all that is left too', async () => {
      const { tombstone } = await redactPath(workspace, 'src/a.ts', { all: false, part: SECOND });
      await purgeTombstone(workspace, tombstone);
      const { tombstone: third } = await redactPath(workspace, 'src/a.ts', { all: false, part: lines(1, 2) });
      expect(onDisk()).toBe(`${mask(third)}\nlast\npass = ${mask(third)}\n`);
      expect(await findings()).toEqual([]);
      await purgeTombstone(workspace, third);
      const { tombstone: all } = await redactPath(workspace, 'src/a.ts', { all: false });
      expect(onDisk()).toContain(`redacted ${all} by`);
      expect(await findings()).toEqual([]);
    });

    it('are nothing that a maintainer of the path alone may take', async () => {
      const theirs = await join(repository, DEV, null);
      const resource = 'acme/core@task:src/a.ts';
      await addGrant(workspace, { principal: DEV, role: 'maintainer', resource, until: null });
      const redacting = redactPath(theirs, 'src/a.ts', { all: false, part: SECOND });
      await expect(redacting).rejects.toMatchObject({ code: 'DENIED' });
      await expect(redacting).rejects.toThrow('denied at role: redact:apply on acme/core');
      expect((await loadSet(workspace)).records.size).toBe(1);
    });
  });

  it('may be worked on: what is captured of it is another content', async () => {
    const { tombstone } = await redactPath(workspace, 'src/a.ts', { part: KEY });
    await save(repository, workspace, { 'src/a.ts': `${onDisk() ?? ''}more\n` });
    await redactPath(workspace, 'src/a.ts', { all: false, part: lines(4) });
    expect(onDisk()).toContain(mask(tombstone));
    expect(await findings()).toEqual([]);
  });

  it('is masked wherever this clone would put it on the disk', async () => {
    const { state } = await save(repository, workspace, { 'src/b.ts': 'again\n' });
    expect(state).not.toBeNull();
    const batch = workspace.writer.batch();
    const blob = batch.add('blob', utf8(FILE));
    const tree = batch.addTree([{ mode: '100644', name: utf8('copy.ts'), id: blob }]);
    await batch.write();
    const { tombstone } = await redactPath(workspace, 'src/a.ts', { part: KEY });
    const shown = await presentableTree(workspace, tree);
    const [file] = await workspace.objects.listFiles(shown);
    const read = await workspace.objects.read(file?.id ?? '', 1e6);
    expect(decodeUtf8(read?.content ?? utf8(''))).toBe(FILE.replace('AKIA-123456', mask(tombstone)));
  });
});

describe('what stands in place of parts', () => {
  async function plant(tombstone: TombstoneId, content: string): Promise<void> {
    const batch = workspace.writer.batch();
    const blob = batch.add('blob', utf8(content));
    const { refs } = await rewriteCarriers(workspace, batch, {
      blobs: await replacementBlobs(workspace, await recordOf(tombstone)),
      replace: ({ secret }) => ({ secret, blob }),
    });
    await batch.write();
    for (const { name, new: next } of refs) await moveRef(workspace, name, next);
  }

  it.each([
    ['another rest', (masked: string) => masked.replace('first', 'frist')],
    ['a rest with more in it', (masked: string) => `${masked}planted\n`],
    ['a mask elsewhere', (masked: string) => masked.replace(/^(.*)\n(.*)(\[.*\])/, '$1\n$3$2')],
    ["another tombstone's mask", (masked: string) => masked.replace('hr-', 'hr-0').replace(/.\]/, ']')],
    ['the notice of a whole content', () => 'redacted\n'],
    ['the content itself', () => FILE],
  ])('is found where it is %s', async (_, change) => {
    const { tombstone } = await redactPath(workspace, 'src/a.ts', { part: KEY });
    const masked = onDisk() ?? '';
    expect(change(masked)).not.toBe(masked);
    await plant(tombstone, change(masked));
    expect(await findings()).not.toEqual([]);
  });

  it('is all of it where another tombstone is over the same content', async () => {
    const { tombstone } = await redactPath(workspace, 'src/a.ts', { part: KEY });
    const [file] = (await recordOf(tombstone)).declaration.covers.files;
    if (file === undefined) throw new Error('it covers a file');
    await forgeRecords(workspace, (draft) => {
      const said = { files: [file], paths: ['src/a.ts'], reason: '', rotatedAt: null };
      draft.redact({ ...said, reasonCode: 'other' });
    });
    const { hidden, partly } = await loadSet(workspace);
    expect(hidden.has(file)).toBe(true);
    expect(partly.has(file)).toBe(false);
  });

  it('needs what stands beside its tombstone: that is not redacted before it is lifted', async () => {
    const { tombstone } = await redactPath(workspace, 'src/a.ts', { part: KEY });
    const { redactTexts } = await import('#usecases/removal/texts/redact-texts.ts');
    const options = {
      text: tombstone,
      task: false,
      reason: 'b',
      reasonCode: 'other',
      rotatedAt: null,
    } as const;
    const hiding = redactTexts(workspace, { ...options, dryRun: false });
    await expect(hiding).rejects.toMatchObject({ code: 'NOT_REDACTABLE' });
    await expect(hiding).rejects.toThrow('the rest of them is known by');
    expect(await findings()).toEqual([]);
    await undo(workspace, null);
    await redactTexts(workspace, { ...options, dryRun: false });
    expect(await findings()).toEqual([]);
  });

  it('can be told again by whoever has only what was there before', async () => {
    const { tombstone } = await redactPath(workspace, 'src/a.ts', { part: KEY });
    repository.quarantine.held.set(tombstone, 'lost');
    const { contents } = await readHeldContent(workspace, await recordOf(tombstone));
    expect(contents.map(({ cuts }) => cuts)).toEqual([[{ start: 13, end: 24 }]]);
    const found = await findContent(workspace, new Set(contents.map(({ blob }) => blob)));
    expect(found).toEqual([]);
  });
});
