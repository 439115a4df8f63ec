import { beforeEach, describe, expect, it } from 'vitest';
import { utf8 } from '#domain/encoding/bytes.ts';
import { formatDigest, type TombstoneId } from '#domain/id.ts';
import { sortMarks, travellingFilter } from '#domain/removal/travelling-mark.ts';
import type { Workspace } from '#ports/workspace.ts';
import { loadAuthority } from '#usecases/authority/load-authority.ts';
import { findShunCheck } from '#usecases/content/shunned.ts';
import { markContents } from '#usecases/content/travelling/mark-contents.ts';
import { refuseGround } from '#usecases/content/travelling/find-travelling.ts';
import { addGrant, removeGrant } from '#usecases/keys/grants.ts';
import { undo } from '#usecases/undo/undo.ts';
import { setPolicy } from '#usecases/policy/set-policy.ts';
import { adopt } from '#usecases/receive/adopt.ts';
import { refusedContents } from '#usecases/receive/refused-contents.ts';
import { redact } from '#usecases/removal/redact.ts';
import { verify } from '#usecases/verify/verify.ts';
import { DEV } from '../../../support/decisions.ts';
import {
  forgeRecords,
  loadSet,
  plantDeclaration,
  purgeTombstone,
  redactPath,
} from '../../../support/memory/removal/removal-scenes.ts';
import { fetched, join, save, started } from '../../../support/memory/scenes.ts';
import type { MemoryRepository } from '../../../support/memory/workspace.ts';

let origin: MemoryRepository;
beforeEach(async () => {
  origin = await started();
  await save(origin, origin.workspace, {
    'src/a.ts': 'secret',
    'src/b.ts': 'one\ntwo\n',
    'src/c.ts': 'three\nfour\n',
  });
});

const setList = (shunList: 'local' | 'travelling' | null): ReturnType<typeof setPolicy> =>
  setPolicy(origin.workspace, { resource: null, rules: { shunList }, reason: null, dryRun: false });

const blob = (content: string): string => origin.workspace.writer.batch().add('blob', utf8(content));

/** A clone that is made now, by a home that never held anything. */
async function cloneNow(): Promise<Workspace> {
  const clone = await fetched(origin);
  const { keys, credentials } = origin.workspace;
  const theirs = { ...clone.workspace, keys, credentials };
  await adopt(theirs, null);
  return theirs;
}

async function refusedBy(workspace: Workspace, content: string): Promise<TombstoneId | undefined> {
  return (await refusedContents(workspace, [{ id: blob(content), path: null }]))[0]?.tombstone;
}

describe('what was removed while the list travels', () => {
  let tombstone: TombstoneId;
  beforeEach(async () => {
    await setList('travelling');
    ({ tombstone } = await redactPath(origin.workspace, 'src/a.ts'));
  });

  it('is refused by a clone that never held it, redacted or purged, with the tombstone named', async () => {
    for (const remove of [async () => {}, () => purgeTombstone(origin.workspace, tombstone)]) {
      await remove();
      const theirs = await cloneNow();
      expect(await theirs.shun.read()).toEqual([]);
      expect(await refusedBy(theirs, 'secret')).toBe(tombstone);
      expect(await refusedBy(theirs, 'other')).toBeUndefined();
      expect((await verify(theirs, { all: true })).findings).toEqual([]);
    }
  });

  it('costs no digest but where the filter lets something pass, and one for each of that', async () => {
    const theirs = await cloneNow();
    const { genesis } = (await loadAuthority(theirs)).view;
    const listed = travellingFilter(theirs.hasher, genesis, blob('secret'));
    const alike = Array.from({ length: 100_000 }, (_, index) => blob(`file ${index}`)).filter(
      (id) => travellingFilter(theirs.hasher, genesis, id) === listed,
    );
    expect(alike.length).toBeGreaterThan(5);
    let made = 0;
    const counting: Workspace = {
      ...theirs,
      costlyDigest: (input) => {
        made += 1;
        return theirs.costlyDigest(input);
      },
    };
    const check = await findShunCheck(counting);
    for (const id of alike) expect(await check?.(id)).toBeUndefined();
    for (let index = 0; index < 2000; index += 1) await check?.(blob(`new ${index}`));
    expect(made).toBeLessThan(alike.length + 10);
    expect(made).toBeGreaterThanOrEqual(alike.length);
    await check?.(alike[0] ?? '');
    await (
      await findShunCheck(counting)
    )?.(alike[0] ?? '');
    expect(made).toBeLessThan(alike.length + 10);
  });

  it('is refused though somebody lifted it who may not', async () => {
    const dev = await join(origin, DEV, 'developer');
    await forgeRecords(dev, (draft) => draft.lift(tombstone, 'x'));
    expect(await refusedBy(await cloneNow(), 'secret')).toBe(tombstone);
  });

  it('is welcome again once it was lifted', async () => {
    await undo(origin.workspace, null);
    expect(await refusedBy(await cloneNow(), 'secret')).toBeUndefined();
    expect(await refusedBy(origin.workspace, 'secret')).toBeUndefined();
  });

  it('is refused no more where the policy ends, but where it was held', async () => {
    await setList('local');
    expect(await refusedBy(await cloneNow(), 'secret')).toBeUndefined();
    expect(await refusedBy(origin.workspace, 'secret')).toBe(tombstone);
  });

  it('keeps nobody from working by a tombstone that was not allowed', async () => {
    const dev = await join(origin, DEV, 'developer');
    const { view } = await loadAuthority(dev);
    const [file] = (await loadSet(dev)).records.get(tombstone)?.declaration.covers.files ?? [];
    if (file === undefined) throw new Error('a content is covered');
    const covers = { files: [file], names: [], texts: [] };
    const shun = await markContents(dev, view, [blob('readme')]);
    const planted = await plantDeclaration(dev, { covers, shun });
    expect((await loadSet(dev)).records.has(planted)).toBe(true);
    expect(await refusedBy(dev, 'readme')).toBeUndefined();
    expect(await refusedBy(dev, 'secret')).toBe(tombstone);
  });

  it('is not told by who may redact one path alone: that goes, and a mark that says so is of no weight', async () => {
    const dev = await join(origin, DEV, null);
    const resource = 'acme/core@task:src/c.ts';
    await addGrant(origin.workspace, { principal: DEV, role: 'maintainer', resource, until: null });
    const { tombstone: theirs } = await redactPath(dev, 'src/c.ts');
    const { records } = await loadSet(dev);
    expect(records.get(theirs)?.declaration.shun).toEqual([]);
    const { view } = await loadAuthority(dev);
    const shun = await markContents(dev, view, [blob('readme')]);
    const covers = records.get(theirs)?.declaration.covers;
    if (covers === undefined) throw new Error('it is there');
    expect((await verify(origin.workspace, { all: true })).findings).toEqual([]);
    await plantDeclaration(dev, { covers, shun });
    expect(await refusedBy(origin.workspace, 'readme')).toBeUndefined();
  });

  it('makes a push that was ground to pass its filters cost nothing', async () => {
    const { genesis } = (await loadAuthority(origin.workspace)).view;
    const listed = travellingFilter(origin.workspace.hasher, genesis, blob('secret'));
    const ids = Array.from({ length: 400_000 }, (_, index) => index.toString(16).padStart(40, '0'));
    const alike = ids.filter((id) => travellingFilter(origin.workspace.hasher, genesis, id) === listed);
    await refuseGround(origin.workspace, new Set(ids));
    await refuseGround(origin.workspace, new Set(alike.slice(0, 60)));
    await expect(refuseGround(origin.workspace, new Set(alike))).rejects.toMatchObject({
      code: 'CONTENT_SHUNNED',
    });
  });

  it('lets marks that were not allowed cost few digests, though every content passes their filters', async () => {
    const dev = await join(origin, DEV, 'developer');
    const files = Array.from({ length: 4096 }, (_, index) =>
      formatDigest(dev.hasher.hash('file', utf8(`${index}`))),
    );
    const shun = sortMarks(files.map((digest, filter) => ({ digest, filter })));
    await plantDeclaration(dev, { covers: { files: files.toSorted(), names: [], texts: [] }, shun });
    let made = 0;
    const costlyDigest: Workspace['costlyDigest'] = (input) => {
      made += 1;
      return dev.costlyDigest(input);
    };
    const check = await findShunCheck({ ...dev, costlyDigest });
    for (let index = 0; index < 300; index += 1) expect(await check?.(blob(`new ${index}`))).toBeUndefined();
    expect(made).toBeGreaterThan(0);
    expect(made).toBeLessThan(40);
  });
});

describe('a tombstone', () => {
  const marks = async (): Promise<readonly number[]> =>
    [...(await loadSet(origin.workspace)).records.values()].map(({ declaration }) => declaration.shun.length);
  const part = { kind: 'lines', ranges: [{ first: 1, last: 1 }] } as const;

  it('tells nothing that travels where no policy asks for it, and a clone that never held it takes it in', async () => {
    await redactPath(origin.workspace, 'src/a.ts');
    expect(await marks()).toEqual([0]);
    expect(await refusedBy(await cloneNow(), 'secret')).toBeUndefined();
  });

  it('that tells digests no policy asked for hides nothing, and verify names it', async () => {
    const { view } = await loadAuthority(origin.workspace);
    const { tombstone } = await redactPath(origin.workspace, 'src/a.ts');
    const { declaration } = (await loadSet(origin.workspace)).records.get(tombstone) ?? {};
    if (declaration === undefined) throw new Error('it is there');
    const shun = await markContents(origin.workspace, view, [blob('readme')]);
    const planted = await plantDeclaration(origin.workspace, { covers: declaration.covers, shun });
    await setList('travelling');
    expect(await refusedBy(origin.workspace, 'readme')).toBeUndefined();
    const { findings } = await verify(origin.workspace, { all: true });
    expect(findings.map(({ subject, message }) => [subject, message])).toContainEqual([
      planted,
      'it tells digests that no policy asked for',
    ]);
  });

  it('of parts tells a digest of the whole only of a credential, and says what it does', async () => {
    await setList('travelling');
    const options = { path: 'src/b.ts', state: null, all: false, part, reason: 'x', rotatedAt: null };
    const preview = await redact(origin.workspace, { ...options, reasonCode: 'pii', dryRun: true });
    expect(preview.notes.join('\n')).toContain('do not refuse it');
    await redactPath(origin.workspace, 'src/b.ts', { part, all: false, reasonCode: 'pii' });
    expect(await marks()).toEqual([0]);
    const { notes } = await redact(origin.workspace, {
      ...options,
      path: 'src/c.ts',
      reasonCode: 'credential',
      dryRun: false,
    });
    expect(notes.join('\n')).toContain('can test guesses');
    expect(new Set(await marks())).toEqual(new Set([0, 1]));
  });
});

describe('a purge', () => {
  const marksOf = async (tombstone: TombstoneId): Promise<readonly number[]> =>
    ((await loadSet(origin.workspace)).records.get(tombstone)?.purges ?? []).map(
      ({ act }) => act.shun.length,
    );

  it('tells what its tombstone does not, which is from before the list travelled', async () => {
    const { tombstone } = await redactPath(origin.workspace, 'src/a.ts');
    await setList('travelling');
    expect(await refusedBy(await cloneNow(), 'secret')).toBeUndefined();
    await purgeTombstone(origin.workspace, tombstone);
    expect(await marksOf(tombstone)).toEqual([1]);
    const theirs = await cloneNow();
    expect(await refusedBy(theirs, 'secret')).toBe(tombstone);
    expect((await verify(theirs, { all: true })).findings).toEqual([]);
  });

  it('tells nothing where its tombstone does, or no policy asks for it', async () => {
    const first = await redactPath(origin.workspace, 'src/a.ts');
    await purgeTombstone(origin.workspace, first.tombstone);
    await setList('travelling');
    const second = await redactPath(origin.workspace, 'src/c.ts');
    await purgeTombstone(origin.workspace, second.tombstone);
    expect([await marksOf(first.tombstone), await marksOf(second.tombstone)]).toEqual([[0], [0]]);
  });

  it('that tells a digest and was not allowed makes nobody refuse anything', async () => {
    const { tombstone } = await redactPath(origin.workspace, 'src/a.ts');
    await setList('travelling');
    const { view } = await loadAuthority(origin.workspace);
    const shun = await markContents(origin.workspace, view, [blob('readme')]);
    // Somebody was an owner once, and is none now.
    const dev = await join(origin, DEV, 'owner');
    await forgeRecords(dev, (draft) => draft.purge(tombstone, 'x', { shun }));
    expect(await refusedBy(origin.workspace, 'readme')).toBe(tombstone);
    const { grants } = (await loadAuthority(origin.workspace)).view;
    await removeGrant(origin.workspace, grants.find(({ principal }) => principal === DEV)?.id ?? '');
    expect(await marksOf(tombstone)).toEqual([1]);
    expect(await refusedBy(origin.workspace, 'readme')).toBeUndefined();
  });
});

describe('a policy about the list', () => {
  it('is previewed with what it gives away', async () => {
    const rules = { shunList: 'travelling' } as const;
    const { notes } = await setPolicy(origin.workspace, {
      resource: null,
      rules,
      reason: null,
      dryRun: true,
    });
    expect(notes.join('\n')).toContain('can test guesses of it');
    expect(notes.join('\n')).not.toContain('asked their own');
    await setList('travelling');
    expect((await setList('local')).notes.join('\n')).toContain('stay where they travelled');
  });

  it('is said for the whole repository', async () => {
    const change = {
      resource: 'acme/core@task',
      rules: { shunList: 'local' },
      reason: null,
      dryRun: false,
    } as const;
    await expect(setPolicy(origin.workspace, change)).rejects.toMatchObject({ code: 'POLICY_INVALID' });
  });
});
