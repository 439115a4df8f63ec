import { describe, expect, it } from 'vitest';
import { utf8 } from '#domain/encoding/bytes.ts';
import type { SecretRule } from '#domain/policy/policy.ts';
import { hashObject } from '#git/objects/hash.ts';
import { capture } from '#usecases/capture/capture.ts';
import { LARGEST_FILE } from '#usecases/capture/scan-worktree.ts';
import { setPolicy } from '#usecases/policy/set-policy.ts';
import { plainFiles } from '../../../support/memory/files.ts';
import { initialised, started } from '../../../support/memory/scenes.ts';
import type { MemoryRepository } from '../../../support/memory/workspace.ts';
import { githubToken } from '../../../support/secrets/secret-shapes.ts';

const TOKEN = githubToken();

function put(repository: MemoryRepository, files: Readonly<Record<string, string>>): void {
  for (const [path, file] of plainFiles(files)) repository.files.set(path, file);
}

const save = ({ workspace }: MemoryRepository, intent: string | null = null) =>
  capture(workspace, { intent, maxFileBytes: LARGEST_FILE });

async function setRule({ workspace }: MemoryRepository, secrets: SecretRule, resource: string | null = null) {
  await setPolicy(workspace, { resource, rules: { secrets }, reason: null, dryRun: false });
}

const lines = async ({ workspace }: MemoryRepository) => (await workspace.log.check()).operations.length;

describe('a capture that brings what looks like a secret', () => {
  it('is refused, and names place and rule, but not the value', async () => {
    const repository = await started();
    put(repository, { 'src/a.ts': `one\n${TOKEN}\n`, b: `${githubToken(2)} ${githubToken(3)}` });
    const before = await lines(repository);
    const refused = await save(repository).catch((error: unknown) => error);
    expect(refused).toMatchObject({
      code: 'SECRET_FOUND',
      facts: { secrets: ['b:1 github ghp_…', 'b:1 github ghp_…', 'src/a.ts:2 github ghp_…'] },
    });
    expect(JSON.stringify(refused)).not.toContain(TOKEN.slice(4));
    expect(await lines(repository)).toBe(before);
  });

  it('is refused for its words, too', async () => {
    const repository = await started();
    put(repository, { a: 'plain' });
    await expect(save(repository, `use ${TOKEN}`)).rejects.toMatchObject({
      code: 'SECRET_FOUND',
      message: 'this looks like a secret: intent:1 github ghp_…',
    });
  });

  it('is made, and told, where a policy only warns', async () => {
    const repository = await started();
    await setRule(repository, 'warn');
    put(repository, { a: TOKEN });
    const done = await save(repository, `use ${TOKEN}`);
    expect(done.notes).toEqual([
      'looks like a secret: intent:1 github ghp_…',
      'looks like a secret: a:1 github ghp_…',
    ]);
    const again = await save(repository, 'more');
    expect(again.result.created).toBe(false);
    put(repository, { a: `${TOKEN}\nmore` });
    expect((await save(repository)).notes).toEqual([]);
  });

  it('is made where the value was there before, wherever it moved', async () => {
    const repository = await started();
    await setRule(repository, 'warn');
    put(repository, { a: TOKEN });
    await save(repository);
    await setRule(repository, 'refuse');
    put(repository, { a: `${TOKEN}\nmore` });
    expect((await save(repository)).result.created).toBe(true);
    repository.files.delete('a');
    put(repository, { b: `less\n${TOKEN}` });
    expect((await save(repository)).result.created).toBe(true);
    put(repository, { b: githubToken(2) });
    await expect(save(repository)).rejects.toMatchObject({ code: 'SECRET_FOUND' });
  });

  it('is refused before anything of it is stored', async () => {
    const repository = await started();
    put(repository, { a: TOKEN, plain: 'plain' });
    await expect(save(repository)).rejects.toMatchObject({ code: 'SECRET_FOUND' });
    const blob = hashObject('blob', utf8(TOKEN));
    expect(await repository.workspace.objects.read(blob, 1000)).toBeUndefined();
  });

  it('is made of other files alone, and stores nothing of what was not named', async () => {
    const repository = await started();
    put(repository, { a: TOKEN, plain: 'plain' });
    const options = { intent: null, maxFileBytes: 1000, paths: ['plain'] };
    expect((await capture(repository.workspace, options)).result.created).toBe(true);
    expect(await repository.workspace.objects.read(hashObject('blob', utf8(TOKEN)), 1000)).toBeUndefined();
    await expect(save(repository)).rejects.toMatchObject({ code: 'SECRET_FOUND' });
  });

  it('is made where a policy of its thread has nothing looked for', async () => {
    const repository = await started();
    await setRule(repository, 'off', 'acme/core@task');
    put(repository, { a: TOKEN });
    expect((await save(repository)).notes).toEqual([]);
  });

  it('is refused under a policy above that refuses, whatever its thread says', async () => {
    const repository = await started();
    await setRule(repository, 'refuse');
    await setRule(repository, 'off', 'acme/core@task');
    put(repository, { a: TOKEN });
    await expect(save(repository)).rejects.toMatchObject({ code: 'SECRET_FOUND' });
  });
});

describe('what people say', () => {
  it('is refused in any verb', async () => {
    const { workspace } = await initialised();
    const change = { resource: null, rules: { depth: 3 }, reason: `as ${TOKEN} says`, dryRun: false };
    await expect(setPolicy(workspace, change)).rejects.toMatchObject({
      code: 'SECRET_FOUND',
      message: 'this looks like a secret: reason:1 github ghp_…',
    });
  });
});
