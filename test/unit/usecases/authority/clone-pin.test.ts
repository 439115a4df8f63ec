import { beforeEach, describe, expect, it } from 'vitest';
import { AUTHORITY_REF } from '#domain/refs.ts';
import { loadAuthority, knowAuthority } from '#usecases/authority/load-authority.ts';
import { addGrant } from '#usecases/keys/grants.ts';
import { adopt } from '#usecases/receive/adopt.ts';
import { verify } from '#usecases/verify/verify.ts';
import { createMemoryLog } from '../../../support/memory/operation-log.ts';
import { moveRef } from '../../../support/memory/removal/set-files.ts';
import { fetched, save, start, started } from '../../../support/memory/scenes.ts';
import { createMemoryLocalRecords } from '../../../support/memory/local-records.ts';
import { SHA256_HASHER } from '../../../support/sha256-hasher.ts';
import { OWNER } from '../../../support/decisions.ts';
import type { MemoryRepository } from '../../../support/memory/workspace.ts';

let repository: MemoryRepository;
let older: string;
beforeEach(async () => {
  repository = await started();
  const { workspace } = repository;
  older = (await workspace.refs.read(AUTHORITY_REF)) ?? '';
  await addGrant(workspace, { principal: OWNER, role: 'reader', resource: 'acme/core', until: null });
});

describe('what a home knew of a clone', () => {
  it('is its authority chain and its last line, whichever verb wrote it', async () => {
    const { workspace } = repository;
    await save(repository, workspace, { a: '1' });
    const pin = await workspace.pins.read();
    const [tail] = await workspace.log.tails();
    expect(pin).toEqual({
      ...(await workspace.records.readClone()),
      authority: await workspace.refs.read(AUTHORITY_REF),
      line: tail,
    });
  });

  it('is missed by whoever reads or writes where the authority chain was set back, and told by verify', async () => {
    const { workspace } = repository;
    const known = await workspace.refs.read(AUTHORITY_REF);
    await moveRef(workspace, AUTHORITY_REF, older);
    const refusal = { code: 'AUTHORITY_SET_BACK', facts: { found: older, known } };
    await expect(loadAuthority(workspace)).rejects.toMatchObject(refusal);
    await expect(knowAuthority(workspace)).rejects.toMatchObject(refusal);
    await expect(start(workspace, 'more')).rejects.toMatchObject(refusal);
    expect((await verify(workspace, { all: true })).findings).toContainEqual(
      expect.objectContaining({ kind: 'authority', message: expect.stringContaining('set back') as string }),
    );
    await moveRef(workspace, AUTHORITY_REF, known ?? null);
    await start(workspace, 'more');
  });

  it('is missed by whoever writes where the log was cut, and told by verify', async () => {
    const { workspace } = repository;
    const cut = createMemoryLog(SHA256_HASHER);
    const { replica } = await workspace.replica();
    const operations = (await workspace.log.check()).operations.toSorted((a, b) => a.line.seq - b.line.seq);
    for (const { line, texts } of operations.slice(0, -1))
      if (texts !== 'redacted') await cut.append(line, texts);
    const shorter = {
      ...workspace,
      log: { ...workspace.log, ...cut, readChain: workspace.log.readChain.bind(workspace.log) },
    };
    await expect(start(shorter, 'more')).rejects.toMatchObject({ code: 'LOG_SET_BACK', facts: { replica } });
    expect((await cut.check()).operations).toHaveLength(operations.length - 1);
    expect((await verify(shorter, { all: true })).findings).toContainEqual(
      expect.objectContaining({
        kind: 'operation',
        message: expect.stringContaining('the log lacks it') as string,
      }),
    );
  });

  it('may be older than the clone', async () => {
    const { workspace } = repository;
    const before = await workspace.pins.read();
    await save(repository, workspace, { a: '1' });
    if (before !== undefined) await workspace.pins.write(before);
    await save(repository, workspace, { a: '2' });
    expect((await verify(workspace, { all: true })).findings).toEqual([]);
  });

  it('does not begin anew where the records of a clone that has begun were taken away', async () => {
    const clone = await fetched(repository);
    await adopt(clone.workspace, null);
    const bare = { ...clone.workspace, records: createMemoryLocalRecords() };
    await expect(adopt(bare, null)).rejects.toMatchObject({ code: 'ADOPT_REFUSED' });
  });
});
