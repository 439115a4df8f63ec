import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { normalise } from '../../support/cli/normalise.ts';
import { schemaProblems } from '../../support/cli/schemas.ts';
import { Stage } from '../../support/cli/stage.ts';
import { expectRefusal, itNeedsARepository } from '../../support/cli/verb-contract.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await new Stage().withDev();
  await stage.agent('worker');
});
afterAll(() => stage.dispose());

/** The other module has a hundredth of its size. */
const WITHOUT_ENGINE = `data:text/javascript,${encodeURIComponent(`
  const refuse = (bytes) => { if (bytes.byteLength > 1_000_000) throw new Error('no engine here'); return bytes; };
  const { Module, compile } = WebAssembly;
  WebAssembly.compile = async (bytes) => compile(refuse(bytes));
  WebAssembly.Module = class extends Module { constructor(bytes) { super(refuse(bytes)); } };
`)}`;

/** What homes keep in the repository of what the engine let pass. */
function remembered(): readonly (readonly [string, string])[] {
  const directory = join(stage.path, '.git', 'heddle', 'verdicts');
  if (!existsSync(directory)) return [];
  return readdirSync(directory).map((name) => [name, readFileSync(join(directory, name), 'utf8')]);
}

describe('can', () => {
  itNeedsARepository(['can', 'state:capture', 'acme/core']);

  it('explains an allow with the grant and the blocks that allowed it', async () => {
    const argv = ['state:capture', 'acme/core@task/login:src/a', '--token-file', '../worker.hcred'];
    const answer = await stage.dev.answer('can', argv);
    expect(schemaProblems(answer)).toEqual([]);
    expect(answer).toMatchObject({
      allowed: true,
      denial: null,
      decision: { held: { role: 'developer', at: 'acme/core@task' }, via: [{ agent: 'worker' }] },
    });
    const { stdout } = await stage.dev.ok(['can', ...argv]);
    expect(normalise(stdout, stage.root)).toMatchSnapshot();
  });

  it('explains a no at each gate, and exits with 1', async () => {
    const worker = stage.dev.with({ HEDDLE_CREDENTIAL: stage.beside('worker.hcred') });
    const asked = [
      [worker, 'state:capture', 'acme/core@task/login:docs', 'SCOPE_RESOURCE'],
      [worker, 'thread:start', 'acme/core@task/login', 'SCOPE_OPERATION'],
      [worker, 'grant:write', 'acme/core', 'FLOOR'],
      [stage.dev, 'thread:start', 'acme/core@release/1', 'ROLE_NONE'],
      [stage.dev, 'thread:land', 'acme/core@task/login', 'ROLE_INSUFFICIENT'],
      [stage.person('nobody'), 'state:capture', 'acme/core', 'CREDENTIAL_MISSING'],
    ] as const;
    for (const [who, operation, resource, code] of asked) {
      const answer = await who.answer('can', [operation, resource], { exit: 1 });
      expect(schemaProblems(answer)).toEqual([]);
      expect(answer, `${operation} ${resource}`).toMatchObject({
        allowed: false,
        decision: null,
        denial: { code, id: null },
      });
    }
    const { stdout } = await stage.dev.run(['can', 'thread:start', 'acme/core@release/1']);
    expect(normalise(stdout, stage.root)).toMatchSnapshot();
  });

  it('writes nothing, whatever it says', async () => {
    const before = stage.footprint();
    await stage.dev.run(['can', 'thread:start', 'acme/core@release/1']);
    await stage.dev.run(['can', 'state:capture', 'acme/core@task/login:src']);
    expect(stage.footprint()).toEqual(before);
  });

  it('needs no token engine, asks of what it let pass nothing, and remembers nothing', async () => {
    const before = remembered();
    const others = [
      ['--matrix'],
      ['state:capture', 'acme/core@task/login:src/a', '--as', 'dev@example.com'],
      ['state:capture', 'acme/core@task/login:src/a', '--token-file', '../worker.hcred'],
      ['--matrix', 'acme/core@task/login:src/a', '--token-file', '../worker.hcred'],
    ];
    for (const argv of [['state:capture', 'acme/core@task/login:src/a'], ...others]) {
      const { exit, stderr } = await stage.dev.run(['can', ...argv], { preload: WITHOUT_ENGINE });
      expect({ exit, stderr }, argv.join(' ')).toEqual({ exit: 0, stderr: '' });
    }
    const sent = readFileSync(stage.beside('worker.hcred'), 'utf8');
    const told = ['can', 'thread:start', 'acme/core@task/login', '--stdin', '--json'];
    const { exit, stdout } = await stage.dev.run(told, { preload: WITHOUT_ENGINE, stdin: sent });
    expect(exit).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({ denial: { code: 'SCOPE_OPERATION' } });
    expect(remembered()).toEqual(before);
    // Whoever does something is asked about by the engine.
    const refused = await stage.dev.run(['start', 'task/other', '--json'], { preload: WITHOUT_ENGINE });
    expect(refused).toMatchObject({ exit: 65, stdout: '' });
    expect(JSON.parse(refused.stderr)).toMatchObject({ code: 'WASM_INVALID' });
  });

  it('covers by whole segments', async () => {
    for (const resource of ['acme/core-evil', 'acme/core-evil@task/login', 'acme']) {
      const answer = await stage.dev.answer('can', ['state:capture', resource], { exit: 1 });
      expect(answer.allowed).toBe(false);
    }
  });

  it('refuses what is no operation or resource', async () => {
    await expectRefusal(stage.dev, ['can', 'state:eat', 'acme/core'], { exit: 64, code: 'USAGE' });
    await expectRefusal(stage.dev, ['can', 'state:read', 'acme/core:../x'], {
      exit: 64,
      code: 'RESOURCE_INVALID',
    });
  });

  it('refuses half a question, and two at once', async () => {
    for (const words of [
      [],
      ['state:read'],
      ['--matrix', 'acme/core', 'state:read', 'acme/core'],
      ['state:read', 'acme/core', '--as', 'dev@example.com', '--token-file', '../worker.hcred'],
    ]) {
      await expectRefusal(stage.dev, ['can', ...words], { exit: 64, code: 'USAGE' });
    }
    const many = Array.from({ length: 65 }, (_, index) => ['--matrix', `acme/core@t${index}`]).flat();
    await expectRefusal(stage.dev, ['can', ...many], { exit: 64, code: 'USAGE' });
  });
});

describe('can --as', () => {
  it('answers for another to those who may read there', async () => {
    const argv = ['thread:land', 'acme/core@heads/main', '--as', 'dev@example.com'];
    const answer = await stage.owner.answer('can', argv, { exit: 1 });
    expect(schemaProblems(answer)).toEqual([]);
    expect(answer).toMatchObject({
      as: 'dev@example.com',
      denial: { code: 'ROLE_NONE', principal: 'dev@example.com', nearest: { at: 'acme/core@task' } },
    });
    const yes = await stage.dev.answer('can', [
      'redact:apply',
      'acme/core@task',
      '--as',
      'owner@example.com',
    ]);
    expect(yes).toMatchObject({ as: 'owner@example.com', allowed: true, decision: { via: [] } });
  });

  it('is denied to all others, whoever is asked about, and writes nothing', async () => {
    const before = stage.footprint();
    const messages = new Set<unknown>();
    for (const as of ['owner@example.com', 'dev@example.com', 'nobody']) {
      const argv = ['can', 'state:read', 'acme/core@release/1', '--as', as];
      const denial = await stage.dev.json(argv, { exit: 77 });
      expect(schemaProblems(denial)).toEqual([]);
      expect(denial).toMatchObject({ schema: 'heddle/denial/v1', id: null, code: 'ROLE_NONE' });
      messages.add(JSON.stringify(denial));
    }
    expect(messages.size).toBe(1);
    expect(stage.footprint()).toEqual(before);
  });
});

describe('can --matrix', () => {
  itNeedsARepository(['can', '--matrix']);

  it('shows every operation at the repository and the current thread', async () => {
    const answer = await stage.dev.json(['can', '--matrix']);
    expect(answer['schema']).toBe('heddle/can-matrix/v1');
    expect(schemaProblems(answer)).toEqual([]);
    expect(answer['resources']).toEqual(['acme/core', 'acme/core@task/login']);
    const { stdout } = await stage.dev.ok(['can', '--matrix']);
    expect(normalise(stdout, stage.root)).toMatchSnapshot();
  });

  it('is that of a credential, or of another, at the resources that are named', async () => {
    const at = ['--matrix', 'acme/core@task/login:src/a', '--matrix', 'acme/core@task/login:docs'];
    const { stdout } = await stage.dev.ok(['can', ...at, '--token-file', '../worker.hcred']);
    expect(normalise(stdout, stage.root)).toMatchSnapshot();
    const other = await stage.owner.json(['can', ...at, '--as', 'dev@example.com']);
    expect(schemaProblems(other)).toEqual([]);
    expect(other).toMatchObject({ as: 'dev@example.com', principal: 'dev@example.com', via: [] });
    await stage.dev.json(['can', '--matrix', '--as', 'owner@example.com'], { exit: 77 });
    await expectRefusal(stage.dev, ['can', '--matrix', 'acme//core'], { exit: 64, code: 'RESOURCE_INVALID' });
  });
});
