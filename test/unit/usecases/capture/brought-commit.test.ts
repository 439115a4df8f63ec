import { beforeEach, describe, expect, it } from 'vitest';
import { threadRef } from '#domain/refs.ts';
import type { Workspace } from '#ports/workspace.ts';
import { beginCapture } from '#usecases/capture/beginning.ts';
import { capture, proposeCapture } from '#usecases/capture/capture.ts';
import { LARGEST_FILE, scanWorktree } from '#usecases/capture/scan-worktree.ts';
import { redactName } from '#usecases/removal/names/redact-name.ts';
import { leftOut } from '#usecases/states/brought/left-out.ts';
import { carrierTrees } from '#usecases/states/carrier-trees.ts';
import { readState } from '#usecases/states/read-state.ts';
import { setAside } from '#usecases/capture/set-aside.ts';
import { mutate } from '#usecases/transaction/mutate.ts';
import { verify } from '#usecases/verify/verify.ts';
import { plainFiles, writeCommit } from '../../../support/memory/files.ts';
import { createMemoryLanding } from '../../../support/memory/landing.ts';
import { redactPath } from '../../../support/memory/removal/removal-scenes.ts';
import { delegate, initialised, save, start } from '../../../support/memory/scenes.ts';
import type { MemoryRepository } from '../../../support/memory/workspace.ts';

const BEFORE = { kept: 'one', theirs: 'two', other: 'three' };
const AFTER = { ...BEFORE, theirs: 'changed', added: 'new' };

let repository: MemoryRepository;
/** What the thread began from, and what came to its worktree since. */
let base: string;
let brought: string;

beforeEach(async () => {
  const made = await initialised();
  const landing: Workspace['landing'] = async () => createMemoryLanding(made.workspace);
  const aside: Workspace['aside'] = async () => ({ ...(await made.workspace.aside()), landing });
  const workspace = { ...made.workspace, landing, aside };
  repository = { ...made, workspace };
  const { writer } = repository.workspace;
  base = await writeCommit(writer, plainFiles(BEFORE));
  brought = await writeCommit(writer, plainFiles(AFTER), [base]);
  repository.worktree.head = base;
  write(BEFORE);
  await start(repository.workspace, 'task');
});

function write(files: Readonly<Record<string, string>>): void {
  for (const [path, file] of plainFiles(files)) repository.files.set(path, file);
}

/** HEAD names the commit. */
function arrive({ madeHere = false }: { readonly madeHere?: boolean } = {}): void {
  repository.worktree.head = brought;
  repository.worktree.reached = [{ commit: brought, parents: [base], madeHere }];
}

async function headState() {
  const { workspace } = repository;
  return readState(workspace, (await workspace.refs.read(threadRef('task'))) ?? '');
}

async function expectSound(): Promise<void> {
  expect((await verify(repository.workspace, { all: true })).findings).toEqual([]);
}

function captureOnly(path: string) {
  const paths = [path];
  return capture(repository.workspace, { intent: null, maxFileBytes: LARGEST_FILE, paths });
}

/** Captures as a client does that takes a commit's word for what it leaves out. */
async function bringInUnasked(workspace: Workspace): Promise<void> {
  await setAside(workspace, (aside) =>
    mutate(workspace, {
      op: 'capture',
      args: {},
      asksPassphrase: false,
      propose: async (ground) => {
        const scan = { ...(await scanWorktree(aside, { maxFileBytes: LARGEST_FILE })), base: brought };
        const beginning = await beginCapture(aside, ground, { scan, intent: null, amend: false });
        return proposeCapture(aside, ground, beginning);
      },
    }),
  );
}

describe('a capture after a commit came to the worktree', () => {
  it('names the commit beside its parent, once', async () => {
    await save(repository, repository.workspace, { kept: 'mine' });
    const first = await headState();
    arrive();
    await save(repository, repository.workspace, { ...AFTER, kept: 'mine' });
    const second = await headState();
    expect(second.texts.base).toBe(brought);
    expect(second.gitParents).toEqual([first.carrier, brought]);
    await save(repository, repository.workspace, { kept: 'mine again' });
    await save(repository, repository.workspace, { kept: 'and again' });
    expect((await headState()).texts.base).toBeNull();
    await expectSound();
  });

  it('that is the first begins from that commit', async () => {
    arrive();
    const { changed } = await save(repository, repository.workspace, { ...AFTER, kept: 'mine' });
    expect(changed).toEqual([{ path: 'kept', change: 'modified' }]);
    expect((await headState()).gitParents).toEqual([brought]);
    await expectSound();
  });

  it('names none where the commit was made here', async () => {
    await save(repository, repository.workspace, { kept: 'mine' });
    arrive({ madeHere: true });
    await save(repository, repository.workspace, AFTER);
    expect((await headState()).texts.base).toBeNull();
  });

  it('names none where HEAD moved without the files: landed, it would take back what the commit brought', async () => {
    await save(repository, repository.workspace, { kept: 'mine' });
    arrive();
    await save(repository, repository.workspace, { kept: 'mine again', theirs: 'changed' });
    expect((await headState()).texts.base).toBeNull();
    await save(repository, repository.workspace, { kept: 'and again', added: 'new' });
    expect((await headState()).texts.base).toBe(brought);
  });

  it('of named paths takes along what came with the commit, where it changed one of them', async () => {
    await save(repository, repository.workspace, { kept: 'mine' });
    arrive();
    write({ ...AFTER, kept: 'mine', other: 'mine, too' });
    const { result: own } = await captureOnly('other');
    expect(own.changed.map(({ path }) => path)).toEqual(['other']);
    expect((await headState()).texts.base).toBeNull();
    const { result: both } = await captureOnly('theirs');
    expect(both.changed.map(({ path }) => path)).toEqual(['added', 'theirs']);
    expect((await headState()).texts.base).toBe(brought);
    await expectSound();
  });

  it('does not amend: what came with the commit is not the caller’s', async () => {
    await save(repository, repository.workspace, { kept: 'mine' });
    arrive();
    write(AFTER);
    const amended = capture(repository.workspace, { intent: null, maxFileBytes: LARGEST_FILE, amend: true });
    await expect(amended).rejects.toMatchObject({ code: 'AMEND_REFUSED' });
    await expect(amended).rejects.toThrow(/brought files in since/);
  });

  describe('lends nobody a right', () => {
    const bot = () => delegate(repository.workspace, 'bot', { resources: ['acme/core@task:kept'] });
    const deniedAt = (...paths: readonly string[]) => ({
      recorded: {
        denial: { code: 'SCOPE_RESOURCE', denied: paths.map((path) => `acme/core@task:${path}`) },
      },
    });

    it('at what a first state begins from', async () => {
      const agent = await bot();
      arrive();
      await expect(save(repository, agent, { ...AFTER, kept: 'mine' })).rejects.toMatchObject(
        deniedAt('added', 'theirs'),
      );
    });

    it('at what a merge leaves out: landed, it takes back what others did', async () => {
      const agent = await bot();
      await save(repository, agent, { kept: 'mine' });
      // HEAD has the files of the thread, and the commit beside them.
      const merged = await writeCommit(repository.workspace.writer, plainFiles(BEFORE), [base, brought]);
      repository.worktree.head = merged;
      repository.worktree.reached = [
        { commit: merged, parents: [base, brought], madeHere: true },
        { commit: brought, parents: [base], madeHere: false },
      ];
      await expect(save(repository, agent, { kept: 'mine again' })).rejects.toMatchObject(
        deniedAt('added', 'theirs'),
      );
      await save(repository, repository.workspace, { kept: 'the owner’s' });
      expect((await headState()).texts.base).toBe(brought);
      await expectSound();
    });

    it('at what another client does not ask about', async () => {
      const agent = await bot();
      await save(repository, agent, { kept: 'mine' });
      write({ kept: 'mine again' });
      await bringInUnasked(agent);
      const { id, texts } = await headState();
      expect(texts.base).toBe(brought);
      const { findings } = await verify(repository.workspace, { all: true });
      expect(findings).toMatchObject([{ kind: 'state', subject: id }]);
      expect(findings[0]?.message).toMatch(/SCOPE_RESOURCE on acme.core@task:added/);
    });

    it('and asks for none at what both made alike, whatever of it was taken away since', async () => {
      const agent = await bot();
      await save(repository, repository.workspace, AFTER);
      arrive();
      await save(repository, agent, { ...AFTER, kept: 'mine' });
      expect((await headState()).texts.base).toBe(brought);
      await redactPath(repository.workspace, 'theirs');
      await redactName(repository.workspace, {
        path: 'added',
        reason: 'a name',
        reasonCode: 'other',
        rotatedAt: null,
        dryRun: false,
      });
      const { files } = await carrierTrees(repository.workspace, (await headState()).carrier);
      const before = (await headState()).gitParents[0] ?? '';
      const { files: from } = await carrierTrees(repository.workspace, before);
      const { changes } = await leftOut(repository.workspace, { before, from, base: brought, tree: files });
      expect(changes).toHaveLength(2);
      await expectSound();
    });

    it('and takes none from whoever is allowed', async () => {
      await save(repository, repository.workspace, { kept: 'mine' });
      write({ kept: 'mine again' });
      await bringInUnasked(repository.workspace);
      await expectSound();
    });
  });
});
