import { invariant } from '#domain/error.ts';
import type { TokenMintResult } from '#domain/results.ts';
import { describeBlock } from '#domain/token/token-words.ts';
import type { Machine, Workspace } from '#ports/workspace.ts';
import { requirePrincipal } from '#usecases/caller/identify.ts';
import { ANY_REPOSITORY, expiryFrom, mintCredential, SESSION_LIFE } from '#usecases/keys/login.ts';
import { unlockKeys } from '#usecases/keys/open-keys.ts';
import { narrowingChecks, type Narrowing } from './narrowing.ts';
import { recordTokenMade } from './record-token.ts';

/** Mints a token of the caller's principal into a credential file; needs the root key. */
export async function mintToken(
  machine: Machine,
  workspace: Workspace | null,
  options: Narrowing & { readonly file: string },
): Promise<TokenMintResult> {
  const principal = await requirePrincipal(machine);
  const keys = await unlockKeys(machine, principal);
  const expires = expiryFrom(machine, options.life ?? options.usualLife ?? SESSION_LIFE);
  const repo = (await workspace?.records.readClone())?.genesis ?? ANY_REPOSITORY;
  const { credential, session } = mintCredential(machine, keys.root, {
    repo,
    checks: [{ kind: 'time', notAfter: expires }, ...narrowingChecks(options)],
    madeBy: principal,
  });
  await machine.credentials.assertFree(options.file);
  const inspected = machine.tokens.inspect(credential.token);
  invariant(inspected.kind === 'readable', 'what was minted can be read');
  const holder = credential.holder.publicKey;
  const block = inspected.revocationIds.at(-1) ?? null;
  const args = { principal, session, holder, expires, block };
  const operation = await recordTokenMade(workspace, 'token-mint', args);
  await machine.credentials.write(options.file, credential);
  const plain = inspected.blocks.map(describeBlock);
  const { file } = options;
  return { file, principal, session, repo, holder, expires, plain, operation };
}
