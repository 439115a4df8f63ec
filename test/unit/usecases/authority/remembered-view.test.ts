import { beforeEach, describe, expect, it } from 'vitest';
import { FOLD_VERSION } from '#domain/authority/authority-fold.ts';
import { decodeUtf8, utf8 } from '#domain/encoding/bytes.ts';
import type { AuthorityBody } from '#domain/authority/authority.ts';
import { AUTHORITY_REF } from '#domain/refs.ts';
import type { Workspace } from '#ports/workspace.ts';
import { AuthorityDraft } from '#usecases/authority/draft.ts';
import { knowAuthority, loadAuthority } from '#usecases/authority/load-authority.ts';
import { recallView } from '#usecases/authority/remembered-view.ts';
import { readGround } from '#usecases/transaction/mutate.ts';
import { DEV, OWNER } from '../../../support/decisions.ts';
import { initialised } from '../../../support/memory/scenes.ts';
import { createReplica, type MemoryRepository } from '../../../support/memory/workspace.ts';

/** A chain of which several new records are waited for. */
const LONG = 70;

let repository: MemoryRepository;
let workspace: Workspace;
/** Objects that were asked for. */
let asked: string[];

beforeEach(async () => {
  repository = await initialised();
  asked = [];
  workspace = { ...repository.workspace, objects: listening(repository.workspace) };
  await grow(LONG);
});

function listening({ objects }: Workspace): Workspace['objects'] {
  return {
    ...objects,
    readMany: (names, most) => {
      asked.push(...names);
      return objects.readMany(names, most);
    },
  };
}

function grant(number: number): AuthorityBody {
  const resource = `acme/core@area/${number}`;
  return { kind: 'grant', action: 'add', principal: OWNER, role: 'developer', resource, until: null };
}

async function head(): Promise<string> {
  return (await workspace.refs.read(AUTHORITY_REF)) ?? '';
}

async function moveTo(commit: string): Promise<void> {
  const change = { name: AUTHORITY_REF, old: await head(), new: commit };
  await (await workspace.refs.prepare([change], [])).commit();
}

/** Appends records as the owner, in one step. */
async function grow(count: number, first = 0): Promise<void> {
  const ground = await readGround(repository.workspace);
  const batch = workspace.writer.batch();
  const draft = new AuthorityDraft(workspace, ground, batch);
  for (let number = first; number < first + count; number += 1) draft.append(grant(number), null);
  await batch.write();
  await moveTo(draft.refChange()?.new ?? '');
}

async function text(): Promise<{ readonly replica: string; readonly lines: readonly string[] }> {
  const { replica } = await workspace.replica();
  const written = decodeUtf8(repository.authorityCache.texts.get(replica) ?? new Uint8Array()) ?? '';
  return { replica, lines: written.split('\n') };
}

/** What is known is what a look at every record finds, whatever was remembered. */
async function expectHonest(): Promise<void> {
  const { view, headCommit } = await loadAuthority(workspace);
  expect(await knowAuthority(workspace)).toMatchObject({ view, headCommit });
  expect((await knowAuthority(workspace)).view).toEqual(view);
}

describe('what an authority chain came to', () => {
  it('is remembered of a long chain, and then no record is read', async () => {
    await expectHonest();
    asked = [];
    const known = await knowAuthority(workspace);
    expect(asked).toEqual([]);
    expect(known.view.grants).toHaveLength(LONG + 1);
  });

  it('is remembered of a short one, and of each record that comes to it', async () => {
    repository = await initialised();
    workspace = { ...repository.workspace, objects: listening(repository.workspace) };
    for (const number of [0, 1, 2]) {
      expect((await knowAuthority(workspace)).view.grants).toHaveLength(1 + number);
      asked = [];
      await knowAuthority(workspace);
      expect(asked).toEqual([]);
      await grow(1, number);
    }
    await expectHonest();
  });

  it('is continued with the records that came since, and written anew when they are many', async () => {
    await knowAuthority(workspace);
    const before = await text();
    await grow(3, LONG);
    asked = [];
    expect((await knowAuthority(workspace)).view.grants).toHaveLength(LONG + 4);
    expect(asked.filter((name) => name.endsWith(':record.json')).length).toBeLessThan(16);
    expect(await text()).toEqual(before);
    await grow(40, LONG + 3);
    await expectHonest();
    expect(await text()).not.toEqual(before);
    await expectHonest();
  });

  it('is not believed where anybody wrote it without the secret of the home', async () => {
    await knowAuthority(workspace);
    const { replica, lines } = await text();
    const [digest = '', line = ''] = lines;
    const forged = line.replaceAll('"principal":"owner@example.com"', `"principal":"${DEV}"`);
    expect(forged).not.toBe(line);
    const stranger = createReplica();
    const texts = [
      '',
      '\n',
      digest,
      `${digest}\n`,
      `${digest}\n${forged}`,
      `${stranger.keyed('index', utf8(forged))}\n${forged}`,
      `${stranger.keyed('index', utf8(line))}\n${line}`,
      `${digest}\n${line} `,
      `${digest}\n${line.slice(0, -1)}`,
      `\n${forged}`,
    ];
    for (const tampered of texts) {
      repository.authorityCache.texts.set(replica, utf8(tampered));
      expect(await recallView(workspace), tampered.slice(0, 80)).toBeUndefined();
      await expectHonest();
    }
  });

  it('is not believed of other rules, and not by a home without a secret for the clone', async () => {
    await knowAuthority(workspace);
    const { replica, lines } = await text();
    const identity = await workspace.replica();
    for (const [part, other] of [
      [`"fold":${FOLD_VERSION}`, '"fold":0'],
      ['"v":1', '"v":2'],
    ] as const) {
      const line = (lines[1] ?? '').replace(part, other);
      expect(line).not.toBe(lines[1]);
      const sealed = `${identity.keyed('index', utf8(line))}\n${line}`;
      repository.authorityCache.texts.set(replica, utf8(sealed));
      expect(await recallView(workspace)).toBeUndefined();
    }
    repository.authorityCache.texts.set(replica, utf8(lines.join('\n')));
    expect(await recallView(workspace)).toBeDefined();
    expect(await recallView({ ...workspace, knownReplica: async () => undefined })).toBeUndefined();
  });

  it('says nothing of a chain that went back, or on another way', async () => {
    const middle = await head();
    await grow(20, LONG);
    const longest = await head();
    await expectHonest();
    await moveTo(middle);
    await expectHonest();
    expect((await knowAuthority(workspace)).view.grants).toHaveLength(LONG + 1);
    await grow(25, 500);
    await expectHonest();
    await moveTo(longest);
    await expectHonest();
    expect((await knowAuthority(workspace)).view.grants).toHaveLength(LONG + 21);
  });

  it('does not let a record pass that the whole chain would not', async () => {
    await knowAuthority(workspace);
    const [, line = ''] = (await text()).lines;
    const valid = await head();
    await grow(1, LONG);
    const [commit] = await workspace.objects.readMany([await head()], 10_000);
    // The last record once more, on top of itself: out of sequence.
    const content = decodeUtf8(commit?.content ?? new Uint8Array())?.replace(valid, await head()) ?? '';
    const batch = workspace.writer.batch();
    const twice = batch.add('commit', utf8(content));
    await batch.write();
    await moveTo(twice);
    await expect(loadAuthority(workspace)).rejects.toMatchObject({ code: 'AUTHORITY_INVALID' });
    await expect(knowAuthority(workspace)).rejects.toMatchObject({ code: 'AUTHORITY_INVALID' });
    expect((await text()).lines[1]).toBe(line);
  });
});
