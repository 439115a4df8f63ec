import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { schemaProblems } from '../../support/cli/schemas.ts';
import { Stage } from '../../support/cli/stage.ts';
import { expectRefusal } from '../../support/cli/verb-contract.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await new Stage().withDev();
});
afterAll(() => stage.dispose());

describe('whoami', () => {
  it('says where each field comes from', async () => {
    const agent = await stage.agent('review-worker');
    const env = { HEDDLE_AGENT_PROVIDER: 'example', HEDDLE_AGENT_MODEL: 'm-1' };
    const answer = await agent.answer('whoami', ['--confidence', '0.5', '--session', 's'], { env });
    expect(schemaProblems(answer)).toEqual([]);
    expect(answer).toMatchObject({
      actor: { principal: 'dev@example.com', agent: 'review-worker', model: 'm-1', confidence: '0.50' },
      sources: { principal: 'credential', agent: 'credential', model: 'environment', confidence: 'flag' },
      credential: { kind: 'file', via: ['review-worker'] },
    });
  });

  it('shows roles and registration of a person', async () => {
    expect(await stage.dev.answer('whoami')).toMatchObject({
      registered: true,
      roles: [{ role: 'developer', at: 'acme/core@task' }],
      credential: { kind: 'session', principal: 'dev@example.com' },
    });
  });

  it('works outside a repository, and for nobody', async () => {
    const answer = await stage.person('nobody').answer('whoami', [], { cwd: stage.root });
    expect(schemaProblems(answer)).toEqual([]);
    expect(answer).toMatchObject({ actor: null, credential: null, registered: null });
  });

  it('refuses a variable that contradicts another', async () => {
    const env = { HEDDLE_PRINCIPAL: 'a@example.com', HEDDLE_PRINCIPAL_EMAIL: 'b@example.com' };
    await expectRefusal(stage.dev, ['whoami'], { exit: 64, code: 'USAGE', env });
  });
});
