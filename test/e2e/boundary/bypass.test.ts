import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ATTEMPTS } from '../../support/boundary/attempts.ts';
import { GuardedClone } from '../../support/boundary/guarded-clone.ts';
import { Stage } from '../../support/cli/stage.ts';

const PAGE = new URL('../../../docs/BOUNDARY.md', import.meta.url);

let stage: Stage;
let guarded: GuardedClone;

beforeAll(async () => {
  stage = await new Stage().withDev();
  await stage.owner.ok(['policy', 'set', '--attestation', 'required']);
  await stage.owner.ok(['grant', 'add', 'dev@example.com', 'developer', 'acme/core@heads/main']);
  const agent = await stage.agent('worker', { resource: 'acme/core@task/login:src' });
  stage.write('src/a.ts', 'one\n');
  stage.write('lib/b.ts', 'one\n');
  await stage.dev.ok(['capture']);
  stage.write('src/a.ts', 'two\n');
  await agent.ok(['capture']);
  const server = stage.beside('server.git');
  stage.git('init', '-q', '--bare', '-b', 'main', server);
  const home = stage.beside('server-home');
  await stage.owner.ok(['hook', 'install', '--server', '--trust-first', '--home', home], { cwd: server });
  await stage.owner.ok(['remote', 'add', 'origin', server]);
  // Two homes share this clone: the line of a capture is in the log of whoever made it.
  const alone = await stage.dev.json(['push', '--all'], { exit: 65 });
  expect(alone).toMatchObject({ facts: { codes: ['LINE_MISSING'] } });
  expect(JSON.stringify(alone)).toContain('owner@example.com worked here with another home');
  await stage.owner.ok(['push', '--all', '--branch', 'main']);
  await stage.dev.ok(['hook', 'install']);
  stage.keep();
  guarded = new GuardedClone(stage, agent, server);
});
beforeEach(() => stage.reset());
afterAll(() => stage.dispose());

interface Row {
  readonly attempt: string;
  readonly clone: string;
  readonly server: string;
}

/** What the page says of each attempt. */
const ROWS: readonly Row[] =
  readFileSync(PAGE, 'utf8')
    .split('## Which attempts are stopped where\n')[1]
    ?.split('\n## ')[0]
    ?.split('\n')
    .filter((line) => line.startsWith('| '))
    .slice(1)
    .map((line) => line.slice(2, -2).split(' | '))
    .map(([attempt = '', clone = '', receiving = '']) => ({ attempt, clone, server: receiving })) ?? [];

/** What has to be read where the page says this. */
const SAID: Readonly<Record<string, RegExp>> = {
  '`DENIED`, by hooks': /^error: denied at (?:scope|role|policy):/,
  '`REF_NOT_LOGGED`, by hooks': /^error: \S+ moves by heddle alone/,
  'hooks, where this home removed it or the list travels': /^error: \S+ holds what hr-/,
  '`verify` tells': /^verify .*"findings":\[\{"kind"/,
};

describe('an attempt to go round', () => {
  it('has a row in the page, and each row is tried', () => {
    expect(ROWS.map(({ attempt }) => attempt)).toEqual(Object.keys(ATTEMPTS));
  });

  it.each(ROWS)('is stopped where the page says: $attempt', async ({ attempt, clone, server: receiving }) => {
    const said = await ATTEMPTS[attempt]?.(guarded);
    if (said === undefined) throw new Error('nobody tries this');
    for (const words of said.clone) expect(words).toMatch(SAID[clone] ?? /nothing is said of this/);
    const [, code = 'no code'] = /^`(\w+)`$/.exec(receiving) ?? [];
    for (const words of said.server) expect(words).toMatch(new RegExp(`refused +(?:.*, )?${code} `));
    expect(said.clone.length * said.server.length).toBeGreaterThan(0);
  });
});
