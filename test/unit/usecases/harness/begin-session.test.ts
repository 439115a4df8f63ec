import { beforeEach, describe, expect, it } from 'vitest';
import { formatDigest, type Digest } from '#domain/id.ts';
import { formatInstant, instantMilliseconds } from '#domain/time.ts';
import type { HarnessHome } from '#ports/boundary/harness-ports.ts';
import type { Workspace } from '#ports/workspace.ts';
import { loadAuthority } from '#usecases/authority/load-authority.ts';
import { beginSession, forgetRevoked } from '#usecases/harness/begin-session.ts';
import { listTokens } from '#usecases/tokens/list-tokens.ts';
import { revokeToken } from '#usecases/revocation/revoke-token.ts';
import { createMemoryHarnessHome } from '../../../support/memory/harness-home.ts';
import { started } from '../../../support/memory/scenes.ts';
import type { MemoryRepository } from '../../../support/memory/workspace.ts';

const HOUR = 3_600_000;
const CHILD = {
  agent: 'bot',
  provider: 'acme',
  model: 'one',
  operations: ['state:capture'],
  resources: ['acme/core@task'],
  life: HOUR,
  depth: null,
  from: null,
} as const;

let repository: MemoryRepository;
let workspace: Workspace;
let home: HarnessHome;
beforeEach(async () => {
  repository = await started();
  ({ workspace } = repository);
  home = createMemoryHarnessHome(workspace.credentials);
});

const named = (name: number): Digest => formatDigest(new Uint8Array(32).fill(name));

async function begin(
  session = 1,
  more: Partial<typeof CHILD> | { readonly model: string } = {},
): Promise<string> {
  await beginSession(workspace, { home, session: named(session), child: { ...CHILD, ...more } });
  const known = (await home.sessions()).find((one) => one.session === named(session));
  return known?.block ?? '';
}

describe('a session of a harness', () => {
  it('has one token, that the log tells of, however often it begins', async () => {
    const block = await begin();
    expect(await begin()).toBe(block);
    const { tokens } = await listTokens(workspace, { live: true });
    expect(tokens.flatMap(({ agent }) => agent ?? [])).toEqual(['bot']);
  });

  it('gets another where it would get something else: another model, or a life that ended', async () => {
    const block = await begin();
    const other = await begin(1, { model: 'two' });
    expect(other).not.toBe(block);
    repository.now = formatInstant(instantMilliseconds(workspace.clock.now()) + HOUR);
    expect(await begin(1, { model: 'two' })).not.toBe(other);
  });

  it('begins for nobody after one was revoked, ended or not, until a person wires the harness again', async () => {
    const block = await begin();
    await home.end(named(1));
    await revokeToken(workspace, { session: null, block, token: null, reason: null });
    await expect(begin(2)).rejects.toMatchObject({ code: 'INTEGRATE_REFUSED' });
    await forgetRevoked(home, (await loadAuthority(workspace)).view);
    expect(await begin(2)).not.toBe('');
  });

  it('is one of so many, and ended ones do not count', async () => {
    for (let session = 0; session < 64; session += 1) await begin(session);
    await expect(begin(64)).rejects.toMatchObject({ code: 'INTEGRATE_REFUSED' });
    expect(await begin(3)).not.toBe('');
    await home.end(named(3));
    expect(await begin(64)).not.toBe('');
  });
});
