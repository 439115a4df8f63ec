import { formatHex } from '#domain/encoding/bytes.ts';
import { USUAL_LIFE } from '#domain/policy/life-limit.ts';
import type { LoginResult } from '#domain/results/token-results.ts';
import { formatInstant, instantMilliseconds, type Instant } from '#domain/time.ts';
import type { TokenCheck } from '#domain/token/token.ts';
import type { Credential, HolderKey, Passphrase, RootKey } from '#ports/keys.ts';
import type { Machine } from '#ports/workspace.ts';
import { requirePrincipal } from '#usecases/caller/identify.ts';
import { openKeys } from './open-keys.ts';

/** A session's life unless the caller says otherwise, in milliseconds: 12 hours. */
export const SESSION_LIFE = USUAL_LIFE * 1000;
/** A session that may be used in every repository where the principal is registered. */
export const ANY_REPOSITORY = '*';

/** Mints the session that this device uses by default; makes the principal's keys where there are none. */
export async function login(
  machine: Machine,
  options: { readonly life: number | null; readonly passphrase: Passphrase | undefined },
): Promise<LoginResult> {
  const principal = await requirePrincipal(machine);
  const keys = await openKeys(machine, principal, options.passphrase);
  const expires = expiryFrom(machine, options.life ?? SESSION_LIFE);
  const minted = mintCredential(machine, keys.root, {
    repo: ANY_REPOSITORY,
    checks: [{ kind: 'time', notAfter: expires }],
    madeBy: principal,
  });
  await machine.credentials.writeSession(principal, minted.credential);
  return {
    principal,
    session: minted.session,
    repo: ANY_REPOSITORY,
    holder: minted.credential.holder.publicKey,
    expires,
    keyMade: keys.made,
  };
}

/** Mints a token with a session of its own, and a holder key of its own where none is given. */
export function mintCredential(
  machine: Machine,
  root: RootKey,
  options: {
    readonly repo: string;
    readonly checks: readonly TokenCheck[];
    readonly madeBy: string;
    readonly holder?: HolderKey;
  },
): { readonly credential: Credential; readonly session: string } {
  const holder = options.holder ?? machine.tokens.newHolder();
  const session = formatHex(machine.random(16));
  const issued = wholeSecond(machine.clock.now());
  const token = machine.tokens.mint(root, {
    principal: root.principal,
    session,
    repo: options.repo,
    holder: holder.publicKey,
    issued,
    checks: options.checks,
  });
  const provenance = { madeAt: issued, madeBy: options.madeBy };
  return { credential: { token, holder, provenance }, session };
}

/** Now plus a life in milliseconds, in whole seconds as tokens count. */
export function expiryFrom(machine: Pick<Machine, 'clock'>, life: number): Instant {
  return wholeSecond(formatInstant(instantMilliseconds(machine.clock.now()) + life));
}

/** Tokens count in whole seconds. */
export function wholeSecond(instant: Instant): Instant {
  return formatInstant(Math.floor(instantMilliseconds(instant) / 1000) * 1000);
}
