import { describe, expect, it } from 'vitest';
import { parseInstant } from '#domain/time.ts';
import { capture } from '#usecases/capture/capture.ts';
import { LARGEST_FILE } from '#usecases/capture/scan-worktree.ts';
import { allowSecrets, type AllowOptions } from '#usecases/secrets/allow-secrets.ts';
import { refuseAgain } from '#usecases/secrets/refuse-again.ts';
import { listExceptions } from '#usecases/secrets/list-exceptions.ts';
import { verify } from '#usecases/verify/verify.ts';
import { delegate, started } from '../../../support/memory/scenes.ts';
import type { MemoryRepository } from '../../../support/memory/workspace.ts';
import { githubToken, secretShapes } from '../../../support/secrets/secret-shapes.ts';

const TOKEN = githubToken();
const UNTIL = parseInstant('2026-12-01T00:00:00.000Z');
const OPTIONS: AllowOptions = { paths: ['src'], rule: null, until: UNTIL, reason: 'made up' };

async function withToken(): Promise<MemoryRepository> {
  const repository = await started();
  put(repository, 'src/a.ts', `one\n${TOKEN}`);
  return repository;
}

function put({ files }: MemoryRepository, path: string, content: string): void {
  files.set(path, { mode: '100644', content });
}

const save = ({ workspace }: MemoryRepository) =>
  capture(workspace, { intent: null, maxFileBytes: LARGEST_FILE });

const REFUSED = { code: 'SECRET_FOUND' };

describe('an exception', () => {
  it('lets one value pass at one path, and is recorded with who and why', async () => {
    const repository = await withToken();
    const { workspace } = repository;
    const { result, operation } = await allowSecrets(workspace, OPTIONS);
    expect(result.exceptions).toEqual([{ rule: 'github', path: 'src/a.ts', line: 2, until: UNTIL }]);
    expect(operation).not.toBeNull();
    expect((await listExceptions(workspace)).exceptions).toEqual([
      {
        rule: 'github',
        path: 'src/a.ts',
        thread: 'task',
        by: 'owner@example.com',
        reason: 'made up',
        since: repository.now,
        until: UNTIL,
        over: false,
      },
    ]);
    put(repository, 'src/b.ts', TOKEN);
    await expect(save(repository)).rejects.toMatchObject({
      ...REFUSED,
      facts: { secrets: ['src/b.ts:1 github ghp_…'] },
    });
    repository.files.delete('src/b.ts');
    put(repository, 'src/a.ts', `${TOKEN} ${githubToken(2)}`);
    await expect(save(repository)).rejects.toMatchObject(REFUSED);
    put(repository, 'src/a.ts', `elsewhere\n\n${TOKEN}`);
    expect((await save(repository)).result.created).toBe(true);
    expect((await verify(workspace, { all: true })).findings).toEqual([]);
  });

  it('is taken back at the paths and for the rule that are named, by the log too, and never lets it pass again', async () => {
    const repository = await withToken();
    const { workspace } = repository;
    await allowSecrets(workspace, OPTIONS);
    const take = (paths: readonly string[], rule: string | null = null) =>
      refuseAgain(workspace, { paths, rule, reason: 'it was one' });
    for (const nothing of [await take(['src/b.ts']), await take(['sr']), await take(['src'], 'slack')]) {
      expect(nothing).toMatchObject({ result: { removed: true, exceptions: [] }, operation: null });
    }
    // It need not stand there any more.
    put(repository, 'src/a.ts', 'gone\n');
    const { result, operation } = await take(['src']);
    expect(operation).not.toBeNull();
    expect(result.exceptions).toEqual([
      { rule: 'github', path: 'src/a.ts', line: null, until: repository.now },
    ]);
    const [listed] = (await listExceptions(workspace)).exceptions;
    expect(listed).toMatchObject({ over: true, reason: 'it was one', until: repository.now });
    put(repository, 'src/a.ts', TOKEN);
    await expect(save(repository)).rejects.toMatchObject(REFUSED);
    expect((await take(['.'])).operation).toBeNull();
    expect((await verify(workspace, { all: true })).findings).toEqual([]);
  });

  it('is taken back by people alone', async () => {
    const { workspace } = await withToken();
    await allowSecrets(workspace, OPTIONS);
    const agent = await delegate(workspace, 'worker');
    const taking = refuseAgain(agent, { paths: ['src'], rule: null, reason: 'mine' });
    await expect(taking).rejects.toMatchObject({ recorded: { denial: { code: 'FLOOR' } } });
  });

  it('keeps no value and no plain hash of one, in the log or in the home', async () => {
    const { workspace } = await withToken();
    await allowSecrets(workspace, OPTIONS);
    const kept = JSON.stringify([await workspace.log.check(), await workspace.secretExceptions.read()]);
    expect(kept).toContain('src/a.ts');
    expect(kept).not.toContain(TOKEN.slice(4, 14));
  });

  it('ends with its time, and sooner where that is said again', async () => {
    const repository = await withToken();
    const { workspace } = repository;
    await allowSecrets(workspace, OPTIONS);
    const soon = parseInstant('2026-11-21T12:00:01.000Z');
    await allowSecrets(workspace, { ...OPTIONS, until: soon });
    repository.now = soon;
    expect((await listExceptions(workspace)).exceptions).toMatchObject([{ until: soon, over: true }]);
    await expect(save(repository)).rejects.toMatchObject(REFUSED);
  });

  it('is for one rule where that is named', async () => {
    const repository = await withToken();
    const slack = secretShapes().find(({ rule }) => rule === 'slack')?.text ?? '';
    put(repository, 'src/a.ts', `${TOKEN}\n${slack}`);
    const { result } = await allowSecrets(repository.workspace, { ...OPTIONS, rule: 'slack' });
    expect(result.exceptions).toMatchObject([{ rule: 'slack', line: 2 }]);
    await expect(save(repository)).rejects.toMatchObject({ facts: { secrets: ['src/a.ts:1 github ghp_…'] } });
  });

  it('leaves no line where the list cannot be read', async () => {
    const { workspace } = await withToken();
    const read = () => Promise.reject(new Error('damaged'));
    const damaged = { ...workspace, secretExceptions: { ...workspace.secretExceptions, read } };
    const before = (await workspace.log.check()).operations.length;
    await expect(allowSecrets(damaged, OPTIONS)).rejects.toThrow('damaged');
    expect((await workspace.log.check()).operations).toHaveLength(before);
  });

  it('is none where nothing looks like a secret', async () => {
    const repository = await started();
    put(repository, 'src/a.ts', 'plain');
    expect(await allowSecrets(repository.workspace, OPTIONS)).toMatchObject({
      result: { exceptions: [] },
      operation: null,
    });
  });

  it('has a time that is to come, within a year', async () => {
    const { workspace } = await withToken();
    for (const until of ['2026-11-21T11:59:59.000Z', '2028-01-01T00:00:00.000Z']) {
      await expect(allowSecrets(workspace, { ...OPTIONS, until: parseInstant(until) })).rejects.toMatchObject(
        {
          code: 'USAGE',
        },
      );
    }
  });

  it("is no agent's to make", async () => {
    const repository = await withToken();
    const agent = await delegate(repository.workspace, 'bot', {});
    await expect(allowSecrets(agent, OPTIONS)).rejects.toMatchObject({
      recorded: { denial: { code: 'FLOOR' } },
    });
    expect((await listExceptions(repository.workspace)).exceptions).toEqual([]);
  });
});
