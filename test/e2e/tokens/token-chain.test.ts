import { existsSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { schemaProblems } from '../../support/cli/schemas.ts';
import { Stage, type Person } from '../../support/cli/stage.ts';
import { expectRefusal } from '../../support/cli/verb-contract.ts';

/** Blocks that a token may have: the principal's, and one for each agent. */
const MOST_BLOCKS = 12;
const agents = Array.from({ length: MOST_BLOCKS - 1 }, (_, index) => `agent-${index + 1}`);

let stage: Stage;
let last: Person;
beforeAll(async () => {
  stage = await new Stage().withDev();
  last = stage.dev;
  for (const [index, name] of agents.entries()) {
    last = await stage.agent(name, { from: last, more: ['--depth', String(MOST_BLOCKS - index)] });
  }
});
afterAll(() => stage.dispose());

describe('a chain of as many agents as there can be', () => {
  it('names each of them, and their last works under all of their names', async () => {
    const { blocks, effective } = await stage.dev.answer('token-inspect', ['../agent-11.hcred']);
    expect(blocks.map(({ agent }) => agent)).toEqual([null, ...agents]);
    expect(effective.depthLeft).toBe(2);
    stage.write('src/a.ts', 'a\n');
    expect((await last.answer('capture', ['-m', 'deep'])).created).toBe(true);
    const { states } = await last.answer('log');
    expect(states[0]).toMatchObject({ via: agents, attestation: 'verified' });
    expect((await stage.dev.answer('verify', ['--all'])).findings).toEqual([]);
    const listed = await stage.dev.answer('token-list');
    expect(schemaProblems(listed)).toEqual([]);
    const deepest = listed.tokens.find(({ agent }) => agent === 'agent-11');
    expect(deepest).toMatchObject({ via: agents.slice(0, -1), states: 1, operations: 1 });
  });

  it('gains nothing at any of its blocks', async () => {
    for (const [index, name] of agents.slice(1).entries()) {
      const argv = ['--diff', `../agent-${index + 1}.hcred`, `../${name}.hcred`];
      const { diff } = await stage.dev.answer('token-inspect', argv);
      expect(diff).toMatchObject({ relation: 'descendant', gains: [] });
    }
  });

  it('ends there, whatever depth was left, and nothing is made or logged', async () => {
    const before = stage.footprint();
    const line =
      'token attenuate --agent one-more --allow state:capture --resource acme/core@task/login:src --depth 0';
    const argv = [...line.split(' '), '--out', '../one-more.hcred'];
    await expectRefusal(last, argv, { exit: 65, code: 'TOKEN_INVALID' });
    const { stderr } = await last.run(argv);
    expect(stderr).toContain('12 blocks');
    expect(existsSync(stage.beside('one-more.hcred'))).toBe(false);
    expect(stage.footprint()).toEqual(before);
  });
});

describe('asking for more than the parent has', () => {
  const base = {
    '--agent': 'child',
    '--allow': 'state:capture',
    '--resource': 'acme/core@task/login:src',
    '--ttl': '5m',
    '--depth': '0',
  };
  const asking = (flags: Readonly<Record<string, string>>): readonly string[] => [
    ...'token attenuate --from ../agent-2.hcred --out ../wide.hcred'.split(' '),
    ...Object.entries({ ...base, ...flags }).flat(),
  ];

  it.each<[string, string, string]>([
    ['--allow', 'undo', 'undo'],
    ['--resource', 'acme/core@task/login', 'acme/core@task/login'],
    ['--ttl', '2h', '20'],
    ['--depth', '20', '23'],
    ['--preset', 'scratch', 'thread:start'],
  ])('with %s is refused, naming the block that would stop it', async (flag, value, asked) => {
    const before = stage.footprint();
    const { '--allow': _allow, '--resource': _resource, ...unscoped } = base;
    const argv =
      flag === '--preset'
        ? [...asking({}).slice(0, 6), ...Object.entries({ ...unscoped, [flag]: value }).flat()]
        : asking({ [flag]: value });
    const refusal = await stage.dev.json(argv, { exit: 65 });
    expect(refusal).toMatchObject({ code: 'TOKEN_WIDENS', facts: { block: 1, agent: 'agent-1' } });
    expect((refusal['facts'] as { readonly asked: string }).asked).toContain(asked);
    expect(schemaProblems(refusal)).toEqual([]);
    const { stderr } = await stage.dev.run(argv);
    expect(stderr).toContain('block 1 (agent-1) would stop it');
    expect(existsSync(stage.beside('wide.hcred'))).toBe(false);
    expect(stage.footprint()).toEqual(before);
  });

  it('is asking for nothing where every flag stays within', async () => {
    const answer = await stage.dev.answer('token-attenuate', asking({}).slice(2));
    expect(answer.agent).toBe('child');
  });
});
