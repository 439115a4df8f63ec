import { beforeEach, describe, expect, it } from 'vitest';
import { DeniedError } from '#domain/decision/denied-error.ts';
import type { Workspace } from '#ports/workspace.ts';
import { approveRequest } from '#usecases/requests/approve.ts';
import { makeRequest } from '#usecases/requests/make-request.ts';
import { verify } from '#usecases/verify/verify.ts';
import { delegate, save, started } from '../../../support/memory/scenes.ts';
import { saying, type MemoryRepository } from '../../../support/memory/workspace.ts';

const at = (path: string): string => `acme/core@task:${path}`;

let repository: MemoryRepository;
let workspace: Workspace;
let agent: Workspace;
beforeEach(async () => {
  repository = await started();
  ({ workspace } = repository);
  agent = await delegate(workspace, 'bot', { resources: [at('src')] });
});

/** Captures what the agent may not, and asks for it by the denial. */
async function ask(files: Readonly<Record<string, string>>) {
  const error: unknown = await save(repository, agent, files).catch((thrown: unknown) => thrown);
  if (!(error instanceof DeniedError)) throw new Error('it is outside the scope');
  const { id, denial } = error.recorded;
  const asked = await makeRequest(agent, { asked: null, denial: id, reason: null, ttl: null });
  return { denial, made: asked.result, name: String(asked.result.request) };
}

const approve = (name: string, who = workspace) =>
  approveRequest(who, {
    name,
    reason: null,
    out: null,
    dryRun: false,
    resolvePath: (path) => path,
    confirm: async () => true,
  });

/** The words of a command that stand behind one option. */
const named = (argv: readonly string[] = [], option = '--resource') =>
  argv.filter((_, index) => argv[index - 1] === option);

describe('a request by a denial of a capture', () => {
  it('asks for what the fix of the denial would have given, which lets the same capture pass', async () => {
    const { denial, made, name } = await ask({ 'docs/d': '1', 'src/a': '1' });
    expect(denial.denied).toEqual([at('docs/d')]);
    expect(named(denial.fixes[0]?.argv)).toEqual([at('docs/d'), at('src/a')]);
    expect(made.asked.resources).toEqual([at('docs/d'), at('src/a')]);
    const { result } = await approve(name);
    expect(result.asked).toEqual(made.asked);
    expect(named(result.fix?.argv)).toEqual(made.asked.resources);
    const wider = saying(workspace, { credentialPath: String(result.file) });
    expect(await save(repository, wider, {})).toMatchObject({ created: true });
    expect((await verify(workspace, { all: true })).findings).toEqual([]);
  });

  it('is approved once, as long as what that gave is there', async () => {
    const { name } = await ask({ 'docs/d': '1' });
    const named = saying(workspace, { operationId: '00000000-0000-4000-8000-000000000001' });
    const first = await approve(name, named);
    const path = String(first.result.file);
    await expect(approve(name)).rejects.toMatchObject({ code: 'REQUEST_CLOSED', facts: { path } });
    expect((await approve(name, named)).result).toEqual(first.result);
    expect([...repository.credentials.files.keys()]).toEqual(['/credentials/bot.hcred', path]);
    // Something else of that name is not what it gave.
    repository.credentials.files.delete(path);
    await delegate(workspace, 'other', { file: path });
    expect((await approve(name)).result.file).not.toBe(path);
  });

  it('asks for every one that was refused', async () => {
    const { denial, made } = await ask({ 'docs/d': '1', top: '1' });
    expect(made.asked.resources).toEqual(denial.denied);
    expect(named(denial.fixes[0]?.argv)).toEqual(denial.denied);
  });

  it('asks for what they have in common where they are more than a request names', async () => {
    const files: Record<string, string> = { 'docs/d': '1' };
    for (let index = 0; index < 256; index += 1) files[`src/${index}`] = '1';
    const { denial, made, name } = await ask(files);
    expect(denial.denied).toEqual([at('docs/d')]);
    expect(named(denial.fixes[0]?.argv)).toEqual(['acme/core@task']);
    expect(made.asked.resources).toEqual(['acme/core@task']);
    const { result } = await approve(name);
    const wider = saying(workspace, { credentialPath: String(result.file) });
    expect(await save(repository, wider, {})).toMatchObject({ created: true });
  });
});
