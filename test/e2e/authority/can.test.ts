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
});
