import { beforeEach, describe, expect, it } from 'vitest';
import type { AuthorityId, TombstoneId } from '#domain/id.ts';
import type { OperationTexts } from '#domain/operation/operation.ts';
import { AUTHORITY_REF, TOMBSTONES_REF } from '#domain/refs.ts';
import { adoptLineProblem } from '#usecases/receive/adopt-line.ts';
import { adopt } from '#usecases/receive/adopt.ts';
import { recover } from '#usecases/transaction/recover.ts';
import type { AllowedLine } from '#usecases/verify/line-decisions.ts';
import { verify } from '#usecases/verify/verify.ts';
import { redactPath } from '../../../support/memory/removal/removal-scenes.ts';
import { moveRef, plantSet, readSetFiles } from '../../../support/memory/removal/set-files.ts';
import { delegate, fetched, miscounting, save, started } from '../../../support/memory/scenes.ts';
import type { MemoryRepository } from '../../../support/memory/workspace.ts';

let origin: MemoryRepository;
let clone: MemoryRepository;
let tombstone: TombstoneId;
beforeEach(async () => {
  origin = await started();
  await save(origin, origin.workspace, { 'src/a.ts': 'secret' });
  ({ tombstone } = await redactPath(origin.workspace, 'src/a.ts'));
  clone = await fetched(origin);
});

async function firstLine(): Promise<AllowedLine> {
  for await (const { id, line, texts } of clone.workspace.log.newest()) {
    if (texts !== 'redacted') return { id, line, texts };
  }
  throw new Error('there is a line');
}

describe('a clone that begins with what was fetched', () => {
  it('says in its first line where each ref stood, and verifies', async () => {
    const { result, notes } = await adopt(clone.workspace, null);
    expect(notes).toEqual([]);
    expect(result).toMatchObject({ repository: 'acme/core', adopted: { threads: 1, tombstones: 1 } });
    const { line, texts } = await firstLine();
    expect([line.op, line.seq, line.chain]).toEqual(['adopt', 0, null]);
    expect(new Map(texts.refs.map(({ name, new: id }) => [name, id]))).toEqual(
      await origin.workspace.refs.list('refs/heddle/'),
    );
    // The set that the line names goes with git's garbage, once there is another.
    expect(texts.result).toMatchObject({ added: [tombstone] });
    expect((await verify(clone.workspace, { all: true })).findings).toEqual([]);
  });

  it('asks of budgets what a state tells itself: the lines that counted stayed where they were', async () => {
    // Where something was removed, nobody can count lines again.
    origin = await started();
    const { workspace } = origin;
    const budget = { states: 1, files: 1, lines: 2, minutes: 5 };
    await save(origin, await delegate(workspace, 'bot', { budget }), { b: '1\n2\n' });
    clone = await fetched(origin);
    await adopt(clone.workspace, null);
    expect((await verify(clone.workspace, { all: true })).findings).toEqual([]);
    const agent = await delegate(workspace, 'other', { budget });
    await save(origin, miscounting(agent), { c: '1\n2\n3\n' });
    await expect(adopt((await fetched(origin)).workspace, null)).rejects.toMatchObject({
      code: 'ADOPT_REFUSED',
      message: expect.stringContaining('SCOPE_BUDGET') as string,
    });
  });

  it('begins once, and after a kill before its line is finished by the next command', async () => {
    const genesis = (await origin.workspace.records.readClone())?.genesis ?? '';
    await clone.workspace.records.writeClone({ cloneId: 'x', genesis });
    expect((await recover(clone.workspace)).join()).toContain('adoption');
    expect(await recover(clone.workspace)).toEqual([]);
    expect((await verify(clone.workspace, { all: true })).findings).toEqual([]);
    await expect(adopt(clone.workspace, null)).rejects.toMatchObject({ code: 'ALREADY_INITIALISED' });
  });

  it('does not begin anew where the log was taken away of who worked there', async () => {
    const without = { ...origin.workspace, log: { ...clone.workspace.log } };
    expect(await recover(without)).toEqual([]);
    await expect(adopt(without, null)).rejects.toMatchObject({ code: 'ALREADY_INITIALISED' });
    expect((await verify(without, { all: true })).ok).toBe(false);
  });

  it('is not begun with another genesis than the one that was named, or with a chain that does not hold', async () => {
    const other = `hg-${'0'.repeat(52)}` as AuthorityId;
    await expect(adopt(clone.workspace, other)).rejects.toMatchObject({ code: 'ADOPT_REFUSED' });
    const tombstones = (await clone.workspace.refs.read(TOMBSTONES_REF)) ?? null;
    await moveRef(clone.workspace, AUTHORITY_REF, tombstones);
    await expect(adopt(clone.workspace, null)).rejects.toThrow();
    expect(await clone.workspace.records.readClone()).toBeUndefined();
  });

  it('is not begun where a tombstone is damaged that hides something', async () => {
    const files = await readSetFiles(clone.workspace);
    for (const [path, bytes] of files) {
      if (!path.endsWith('texts.json')) continue;
      files.set(
        path,
        Uint8Array.from(bytes, (byte, at) => (at === 30 ? byte + 1 : byte)),
      );
    }
    await plantSet(clone.workspace, files, clone.workspace.clock.now());
    await expect(adopt(clone.workspace, null)).rejects.toMatchObject({ code: 'ADOPT_REFUSED' });
  });

  it('passes over what somebody put beside the tombstones, and says so', async () => {
    const files = await readSetFiles(clone.workspace);
    files.set('garbage/x', new Uint8Array([1]));
    await plantSet(clone.workspace, files, clone.workspace.clock.now());
    const { result, notes } = await adopt(clone.workspace, null);
    expect(result.adopted).toMatchObject({ tombstones: 1 });
    expect(notes.join()).toContain('garbage counts for nothing');
  });
});

describe('what it says is next', () => {
  it('is a login for whoever has none, and nothing for whoever works elsewhere already', async () => {
    const { result } = await adopt(clone.workspace, null);
    expect(result.adopted?.attention).toMatchObject([{ message: 'you are not logged in' }]);
    const { credentials, keys, said } = origin.workspace;
    const known = await fetched(origin);
    const adopted = await adopt({ ...known.workspace, credentials, keys, said }, null);
    expect(adopted.result.adopted?.attention).toEqual([]);
  });

  it('is told, and undoes nothing, where a credential cannot be read', async () => {
    const credentialPath = '/nowhere/agent.hcred';
    const said = { ...clone.workspace.said, credentialPath };
    const { result } = await adopt({ ...clone.workspace, said }, null);
    expect(result.adopted?.attention).toMatchObject([{ command: null }]);
  });
});

describe('the line of a beginning', () => {
  it('is the first of its log, by the clone itself, and tells where refs were found', async () => {
    await adopt(clone.workspace, null);
    const sound = await firstLine();
    const signer = { kind: 'replica' } as const;
    expect(adoptLineProblem(sound, signer)).toBeUndefined();
    const { line } = sound;
    const texts: OperationTexts = sound.texts;
    const [ref] = texts.refs;
    const moved = ref === undefined ? [] : [{ ...ref, old: ref.new }];
    const bad: readonly AllowedLine[] = [
      { ...sound, line: { ...line, seq: 1 } },
      { ...sound, texts: { ...texts, refs: [...texts.refs.slice(1), ...moved] } },
      { ...sound, texts: { ...texts, refs: texts.refs.map((one) => ({ ...one, new: null })) } },
      { ...sound, texts: { ...texts, refs: texts.refs.filter(({ name }) => name !== AUTHORITY_REF) } },
      { ...sound, texts: { ...texts, refs: [...texts.refs, ...texts.refs] } },
      { ...sound, texts: { ...texts, refs: texts.refs.map((one) => ({ ...one, name: 'refs/heads/main' })) } },
      { ...sound, texts: { ...texts, effects: [{ kind: 'leave', directory: '/' }] } },
      { ...sound, texts: { ...texts, inverse: { refs: [], effects: [] } } },
    ];
    for (const operation of bad) expect(adoptLineProblem(operation, signer)).toBeDefined();
    expect(adoptLineProblem(sound, { kind: 'refused', why: '' })).toBeDefined();
  });
});
