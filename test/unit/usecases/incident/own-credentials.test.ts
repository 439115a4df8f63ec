import { beforeEach, expect, it } from 'vitest';
import { rawEd25519 } from '#crypto/ed25519.ts';
import { formatBase64Url } from '#domain/encoding/base64url.ts';
import { utf8 } from '#domain/encoding/bytes.ts';
import type { Workspace } from '#ports/workspace.ts';
import { loadAuthority } from '#usecases/authority/load-authority.ts';
import { ownCredentials } from '#usecases/incident/steps/own-credentials.ts';
import { showIncident, takeStep } from '#usecases/incident/take-step.ts';
import { rotateKeys } from '#usecases/revocation/rotate-keys.ts';
import { started } from '../../../support/memory/scenes.ts';

let workspace: Workspace;
beforeEach(async () => {
  ({ workspace } = await started());
});

async function clauses(leaked: string): Promise<readonly string[]> {
  return ownCredentials(workspace, (await loadAuthority(workspace)).view, utf8(leaked));
}

it('names a token that leaked by its session, in a file or by itself, and shows nothing of it', async () => {
  const credential =
    (await workspace.credentials.readSession('owner@example.com')) ?? expect.fail('no session');
  const token = formatBase64Url(credential.token);
  for (const leaked of [token, `{"type":"credential","token":"${token}","v":1}\n`]) {
    const told = await clauses(leaked);
    expect(told).toHaveLength(1);
    expect(told[0]).toMatch(/token of owner@example\.com.*`heddle token revoke --session \w+`/);
    expect(told[0]).not.toContain(token.slice(0, 20));
  }
  expect(await clauses(token.slice(0, -8))).toEqual([]);
});

it('names whose key leaked, and nobody for a key of nobody', async () => {
  const { root } = await workspace.keys.unlock('owner@example.com', { kind: 'none' });
  const other = rawEd25519.generateKey().secret;
  const both = new Uint8Array([...other, ...root.secret]);
  for (const leaked of [formatBase64Url(root.secret), `secrets: "${formatBase64Url(both)}"`]) {
    expect(await clauses(leaked)).toEqual([expect.stringContaining('heddle key revoke owner@example.com')]);
  }
  for (const leaked of [formatBase64Url(other), 'A'.repeat(43), 'A'.repeat(64_000), '']) {
    expect(await clauses(leaked)).toEqual([]);
  }
});

it('is told by the step that looks, and what was ended since is told by the one that asks for it', async () => {
  await takeStep(workspace, { act: 'open', reason: 'a token in a log' });
  const credential =
    (await workspace.credentials.readSession('owner@example.com')) ?? expect.fail('no session');
  const secret = utf8(formatBase64Url(credential.token));
  const { notes } = await takeStep(workspace, { act: 'find', secret });
  expect(notes.join('\n')).toContain('heddle token revoke --session');
  await rotateKeys(workspace);
  const rotate = (await showIncident(workspace, null)).steps.find(({ step }) => step === 'rotate');
  expect(rotate).toMatchObject({
    status: 'todo',
    note: 'key-rotate by owner@example.com since it was opened',
  });
});
