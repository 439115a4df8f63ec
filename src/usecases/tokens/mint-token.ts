import { invariant } from '#domain/error.ts';
import type { TokenMintResult } from '#domain/results/token-results.ts';
import type { TokenCheck } from '#domain/token/token.ts';
import { describeBlock } from '#domain/token/token-words.ts';
import type { SecretChannel } from '#ports/keys.ts';
import type { Machine, Workspace } from '#ports/workspace.ts';
import { assertLifeAllowed, fittingLife, lifeLimit } from '#usecases/policy/token-limits.ts';
import { requirePrincipal } from '#usecases/caller/identify.ts';
import { ANY_REPOSITORY, expiryFrom, mintCredential, SESSION_LIFE } from '#usecases/keys/login.ts';
import { unlockKeys } from '#usecases/keys/open-keys.ts';
import { assertCredentialPlace } from './credential-place.ts';
import { budgetArgs, narrowingChecks, type Narrowing } from './narrowing.ts';
import { recordTokenMade } from './record-token.ts';

export interface MintOptions extends Narrowing {
  /** Null where the credential is printed, or goes to `channel`. */
  readonly file: string | null;
  readonly channel?: SecretChannel;
}

/** What minting made; the credential is secret and leaves only by a file, a channel or the explicit `--stdout`. */
export interface Minted {
  readonly result: Omit<TokenMintResult, 'credential' | 'descriptor'>;
  /** A credential file's text. */
  readonly credential: string;
  readonly notes: readonly string[];
}

/** Mints a token of the caller's principal; needs the root key. */
export async function mintToken(
  machine: Machine,
  workspace: Workspace | null,
  options: MintOptions,
): Promise<Minted> {
  const { file } = options;
  const principal = await requirePrincipal(machine);
  const keys = await unlockKeys(machine, principal);
  const limit = await lifeLimit(workspace, options.resources);
  assertLifeAllowed(options.life, limit);
  const usual = options.usualLife ?? SESSION_LIFE;
  const { life, notes } = fittingLife({ asked: options.life, usual }, limit);
  const expires = expiryFrom(machine, life);
  const repo = (await workspace?.records.readClone())?.genesis ?? ANY_REPOSITORY;
  const key = machine.tokens.newHolder();
  const { credential, session } = mintCredential(machine, keys.root, {
    repo,
    checks: [
      { kind: 'time', notAfter: expires },
      ...narrowingChecks(options, key.publicKey),
      ...depthCheck(options),
    ],
    madeBy: principal,
    holder: key,
  });
  if (file !== null) await assertCredentialPlace(machine, workspace, file);
  const inspected = machine.tokens.inspect(credential.token);
  invariant(inspected.kind === 'readable', 'what was minted can be read');
  const holder = key.publicKey;
  const block = inspected.revocationIds.at(-1) ?? null;
  const args = { principal, session, holder, expires, ...budgetArgs(options), block };
  const { blocks } = inspected;
  const operation = await recordTokenMade(workspace, 'token-mint', { args, blocks });
  if (file !== null) await machine.credentials.write(file, credential);
  const text = machine.credentials.format(credential);
  await options.channel?.write(text);
  const plain = inspected.blocks.map(describeBlock);
  const result = { file, principal, session, repo, holder, expires, plain, operation };
  return { result, credential: text, notes };
}

function depthCheck({ depth = null }: Narrowing): readonly TokenCheck[] {
  return depth === null ? [] : [{ kind: 'depth', atMost: depth }];
}
