import { beforeEach, describe, expect, it } from 'vitest';
import { utf8 } from '#domain/encoding/bytes.ts';
import { formatId, type TombstoneId } from '#domain/id.ts';
import { AUTHORITY_REF, threadRef } from '#domain/refs.ts';
import { encodeRedactedTexts } from '#domain/removal/redacted-texts.ts';
import type { CoveredRecord } from '#domain/removal/covered-record.ts';
import type { Workspace } from '#ports/workspace.ts';
import { AuthorityDraft } from '#usecases/authority/draft.ts';
import { loadAuthority } from '#usecases/authority/load-authority.ts';
import { capture } from '#usecases/capture/capture.ts';
import { LARGEST_FILE } from '#usecases/capture/scan-worktree.ts';
import { log } from '#usecases/history/read-history.ts';
import { undo } from '#usecases/undo/undo.ts';
import { redactTexts } from '#usecases/removal/texts/redact-texts.ts';
import { readState } from '#usecases/states/read-state.ts';
import { readGround } from '#usecases/transaction/mutate.ts';
import { verify } from '#usecases/verify/verify.ts';
import { DEV } from '../../../support/decisions.ts';
import { forgeRecords, loadSet, plantDeclaration } from '../../../support/memory/removal/removal-scenes.ts';
import { moveRef } from '../../../support/memory/removal/set-files.ts';
import { join, started } from '../../../support/memory/scenes.ts';
import type { MemoryRepository } from '../../../support/memory/workspace.ts';

const TAKEN = 'its sidecar was taken away and no tombstone says so';

let repository: MemoryRepository;
let workspace: Workspace;
beforeEach(async () => {
  repository = await started();
  ({ workspace } = repository);
  repository.files.set('a', { mode: '100644', content: '1' });
  await capture(workspace, { intent: 'a secret intent', maxFileBytes: LARGEST_FILE });
});

/** A tombstone that covers a record's sidecar. */
function covering(record: CoveredRecord, by: Workspace = workspace): Promise<TombstoneId> {
  return plantDeclaration(by, { covers: { files: [], names: [], texts: [record] } });
}

/** Puts what stands for a redacted sidecar in the place of the one beside a commit's record, and moves the ref. */
async function takeTexts(ref: string, tombstone: TombstoneId): Promise<void> {
  const commit = (await workspace.refs.read(ref)) ?? '';
  const content = (await workspace.objects.read(commit, 10_000))?.content ?? utf8('');
  const rows = (await workspace.objects.readTree(commit)) ?? [];
  const batch = workspace.writer.batch();
  const stub = batch.add('blob', encodeRedactedTexts(tombstone));
  const tree = batch.addTree(
    rows.map((row) => (Buffer.from(row.name).toString() === 'texts.json' ? { ...row, id: stub } : row)),
  );
  const text = Buffer.from(content)
    .toString()
    .replace(/^tree [0-9a-f]+/, `tree ${tree}`);
  const changed = batch.add('commit', utf8(text));
  await batch.write();
  await moveRef(workspace, ref, changed);
}

async function subjects(seen: Workspace = workspace): Promise<readonly string[]> {
  const { findings } = await verify(seen, { all: true });
  return findings.filter(({ message }) => message.includes(TAKEN)).map(({ subject }) => subject);
}

describe('a state whose sidecar was taken away', () => {
  it('shows neither intent nor task, and verifies where a tombstone covers it', async () => {
    const { id } = await readState(workspace, (await workspace.refs.read(threadRef('task'))) ?? '');
    await takeTexts(threadRef('task'), await covering(id));
    const { states } = await log(workspace, { thread: 'task', limit: null });
    expect(states[0]).toMatchObject({ state: id, intent: null, task: null, attestation: 'verified' });
    const { findings } = await verify(workspace, { all: true });
    expect(findings.filter(({ kind }) => kind === 'state' || kind === 'tombstone')).toEqual([]);
  });

  it('is a finding where none does, or only one that is gone, lifted, or of something else', async () => {
    const { id } = await readState(workspace, (await workspace.refs.read(threadRef('task'))) ?? '');
    await takeTexts(threadRef('task'), formatId('hr', new Uint8Array(32)));
    expect(await subjects()).toEqual([id]);
    await takeTexts(threadRef('task'), await covering(formatId('hs', new Uint8Array(32))));
    expect(await subjects()).toEqual([id]);
    const tombstone = await covering(id);
    await takeTexts(threadRef('task'), tombstone);
    expect(await subjects()).toEqual([]);
    await forgeRecords(workspace, (draft) => draft.lift(tombstone, 'x'));
    expect(await subjects()).toEqual([id]);
  });

  it('needs a tombstone by who may redact in the whole repository', async () => {
    const { id } = await readState(workspace, (await workspace.refs.read(threadRef('task'))) ?? '');
    const dev = await join(repository, DEV, 'developer');
    await covering(id, dev);
    const { findings } = await verify(workspace, { all: true });
    expect(findings.map(({ message }) => message)).toContain(
      'it was not allowed: ROLE_INSUFFICIENT on acme/core',
    );
  });
});

describe('an authority record whose sidecar was taken away', () => {
  it('is a finding unless a tombstone covers it, and the chain goes on', async () => {
    const ground = await readGround(workspace);
    const batch = workspace.writer.batch();
    const draft = new AuthorityDraft(workspace, ground, batch);
    const body = {
      kind: 'grant',
      action: 'add',
      principal: DEV,
      role: 'reader',
      resource: 'acme/core',
    } as const;
    const id = draft.append({ ...body, until: null }, 'a secret reason');
    const moved = draft.refChange();
    await batch.write();
    await moveRef(workspace, AUTHORITY_REF, moved?.new ?? null);
    await takeTexts(AUTHORITY_REF, formatId('hr', new Uint8Array(32)));
    expect(await subjects()).toEqual([id]);
    expect((await loadAuthority(workspace)).view.head).toBe(id);
    await takeTexts(AUTHORITY_REF, await covering(id));
    expect(await subjects()).toEqual([]);
  });
});

describe('a line whose sidecar was taken away', () => {
  it('was taken back all the same, where its states tell it', async () => {
    repository.files.set('a', { mode: '100644', content: '2' });
    const { operation } = await capture(workspace, { intent: 'said too much', maxFileBytes: LARGEST_FILE });
    await undo(workspace, null);
    const said = { reason: 'leaked', reasonCode: 'other', rotatedAt: null, dryRun: false } as const;
    await redactTexts(workspace, { ...said, text: String(operation), task: false });
    expect((await verify(workspace, { all: true })).findings).toEqual([]);
  });

  it('is a finding unless a tombstone covers it', async () => {
    await undo(workspace, null);
    const inner = workspace.log;
    const check: typeof inner.check = async () => {
      const { operations, findings } = await inner.check();
      return {
        findings,
        operations: operations.map((one) => (one.line.op === 'undo' ? { ...one, texts: 'redacted' } : one)),
      };
    };
    const seen = { ...workspace, log: { ...inner, check } };
    const id = (await inner.check()).operations.at(-1)?.id;
    if (id === undefined) throw new Error('it was logged');
    expect(await subjects(seen)).toEqual([id]);
    await covering(id);
    expect((await loadSet(workspace)).records.size).toBe(1);
    expect(await subjects(seen)).toEqual([]);
  });
});
