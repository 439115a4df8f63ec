import { beforeEach, describe, expect, it } from 'vitest';
import { formatId } from '#domain/id.ts';
import type { Finding } from '#domain/result-parts.ts';
import type { DoctorResult } from '#domain/results/work-results.ts';
import type { Workspace } from '#ports/workspace.ts';
import { doctor } from '#usecases/doctor/doctor.ts';
import { createMemoryLocalRecords } from '../../../support/memory/local-records.ts';
import { save, started } from '../../../support/memory/scenes.ts';
import { killedAt } from '../../../support/memory/steps.ts';
import { createMemoryRepository, type MemoryRepository } from '../../../support/memory/workspace.ts';

let repository: MemoryRepository;
let workspace: Workspace;
let around: Finding[];

beforeEach(async () => {
  repository = await started();
  ({ workspace } = repository);
  await save(repository, workspace, { a: '1' });
  around = [];
});

const examine = (rebuildIndex: boolean): Promise<DoctorResult> =>
  doctor(workspace, { examine: async () => around }, { rebuildIndex });
const statusOf = async (): Promise<string> => (await examine(false)).index.status;

describe('doctor', () => {
  it('finds nothing wrong where no index was needed yet', async () => {
    const index = { status: 'missing', entries: null };
    expect(await examine(false)).toEqual({ ok: true, index, findings: [] });
  });

  it('makes the index anew from states and operations, and says whether it is behind', async () => {
    const { operations } = await workspace.log.check();
    const index = { status: 'rebuilt', entries: 1 + operations.length };
    expect(await examine(true)).toEqual({ ok: true, index, findings: [] });
    expect(await statusOf()).toBe('current');
    await save(repository, workspace, { a: '2' });
    expect(await examine(false)).toMatchObject({ ok: true, index: { status: 'behind' } });
    expect(await examine(true)).toMatchObject({
      index: { status: 'rebuilt', entries: 3 + operations.length },
    });
  });

  it('says that another process has the index, or that it is damaged', async () => {
    repository.localIndex.locked = true;
    expect(await examine(false)).toMatchObject({ ok: true, index: { status: 'locked', entries: null } });
    expect(await examine(true)).toMatchObject({ index: { status: 'locked' } });
    repository.localIndex.inspect = async () => ({ kind: 'damaged' });
    expect(await examine(false)).toMatchObject({
      ok: false,
      index: { status: 'damaged' },
      findings: [{ kind: 'index' }],
    });
  });

  it('hands on what stands around the repository', async () => {
    around = [{ kind: 'access', subject: '/srv/keys', message: 'is open to others' }];
    expect(await examine(false)).toMatchObject({ ok: false, findings: around });
  });

  it('names quarantined content that no tombstone knows', async () => {
    const tombstone = formatId('hr', workspace.hasher.hash('tombstone', new Uint8Array()));
    await workspace.quarantine.keep(tombstone, { contents: [] });
    const { ok, findings } = await examine(false);
    expect([ok, findings]).toMatchObject([false, [{ kind: 'quarantine', subject: tombstone }]]);
  });

  it('names an operation that was not finished, and a log that cannot be read', async () => {
    await killedAt(workspace, { step: 'commit refs', when: 'before' }, (watched) =>
      save(repository, watched, { a: '2' }),
    );
    expect((await examine(false)).findings).toMatchObject([{ kind: 'operation' }]);
    const { repository: sound } = { repository: workspace };
    const unapplied = sound.log.unapplied;
    workspace = { ...workspace, log: { ...workspace.log, unapplied: async () => unreadable() } };
    expect((await examine(false)).findings).toMatchObject([{ kind: 'operation', subject: 'log' }]);
    expect(await unapplied()).toHaveLength(1);
  });

  it('refuses where heddle was not initialised', async () => {
    ({ workspace } = createMemoryRepository());
    await expect(examine(false)).rejects.toMatchObject({ code: 'NOT_INITIALISED' });
  });

  it('finds what lies behind what this home knew, and looks at the rest without it', async () => {
    const known = await workspace.pins.read();
    const line = known?.line ?? null;
    if (known === undefined || line === null) throw new Error('a line was written');
    await workspace.pins.write({ ...known, line: { ...line, seq: line.seq + 2 } });
    const onward = expect.stringContaining('clone URL') as string;
    expect(await examine(true)).toMatchObject({
      ok: false,
      index: { status: 'missing', entries: null },
      findings: [{ kind: 'log', subject: line.replica, message: onward }],
    });
    await workspace.pins.write({ ...known, authority: 'f'.repeat(40) });
    const message = expect.stringContaining('fetch it from another clone') as string;
    const { findings } = await examine(false);
    expect(findings).toEqual([{ kind: 'authority', subject: 'refs/heddle/authority', message }]);
    workspace = { ...workspace, records: createMemoryLocalRecords() };
    expect((await examine(false)).findings).toEqual([expect.objectContaining({ kind: 'clone' })]);
  });
});

async function unreadable(): Promise<never> {
  const { HeddleError } = await import('#domain/error.ts');
  throw new HeddleError('LOG_CORRUPT', 'a line cannot be read');
}
