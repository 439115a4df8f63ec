import { HeddleError } from '#domain/error.ts';
import type { Passphrase, RootKey, Signer } from '#ports/keys.ts';
import type { Machine } from '#ports/workspace.ts';

/** A principal's keys, unlocked in this process. */
export interface OpenedKeys {
  readonly principal: string;
  readonly root: RootKey;
  readonly record: Signer;
  /** True where they were made now. */
  readonly made: boolean;
}

/**
 * Unlocks a principal's keys, and makes them where there are none. A new key needs a choice: a passphrase from
 * the terminal or the passphrase file, or none on purpose. Throws `PASSPHRASE_MISSING` before anything is made.
 */
export async function openKeys(
  machine: Machine,
  principal: string,
  choice: Passphrase | undefined,
): Promise<OpenedKeys> {
  const known = (await machine.keys.list()).find((keys) => keys.principal === principal);
  if (known !== undefined) return { ...(await unlockKeys(machine, principal)), made: false };
  const passphrase = choice ?? (await newPassphrase(machine, principal));
  await machine.keys.create(principal, passphrase);
  return { principal, ...(await machine.keys.unlock(principal, passphrase)), made: true };
}

/** One for keys that are made now; throws `PASSPHRASE_MISSING`, and `PASSPHRASE_WRONG` where two were typed. */
async function newPassphrase(machine: Machine, principal: string): Promise<Passphrase> {
  const passphrase = await machine.passphrase();
  if (passphrase === undefined) throw passphraseMissing(principal);
  if (await machine.repeatPassphrase(passphrase)) return passphrase;
  throw new HeddleError('PASSPHRASE_WRONG', 'the two passphrases are not the same', {
    facts: { principal },
    preserved: 'no key was made',
  });
}

/** New keys in place of those that are here; a person's, like those. Throws `PASSPHRASE_MISSING`, `KEY_LOCKED`. */
export async function replaceKeys(
  machine: Machine,
  principal: string,
  choice: Passphrase | undefined,
): Promise<OpenedKeys> {
  refuseAgent(machine, principal);
  const passphrase = choice ?? (await newPassphrase(machine, principal));
  const { root } = await machine.keys.prepare(principal, passphrase, null);
  await machine.keys.promote(principal, root);
  return { principal, ...(await machine.keys.unlock(principal, passphrase)), made: true };
}

/**
 * Unlocks existing keys; throws `KEY_MISSING`, `PASSPHRASE_MISSING`, `PASSPHRASE_WRONG`, and `KEY_LOCKED` where an
 * agent was detected: it works with what a person gave it, and never becomes that person.
 */
export async function unlockKeys(machine: Machine, principal: string): Promise<Omit<OpenedKeys, 'made'>> {
  const known = (await machine.keys.list()).find((keys) => keys.principal === principal);
  if (known === undefined) {
    throw new HeddleError('KEY_MISSING', `${principal} has no keys here`, {
      facts: { principal },
      preserved: 'nothing was changed',
    });
  }
  refuseAgent(machine, principal);
  const passphrase = await passphraseOf(machine, known);
  return { principal, ...(await machine.keys.unlock(principal, passphrase)) };
}

function refuseAgent({ said: { agentDetected } }: Machine, principal: string): void {
  if (agentDetected === null) return;
  throw new HeddleError('KEY_LOCKED', 'an agent is running, and the keys of a person stay locked for it', {
    facts: { principal, agent: agentDetected },
    preserved: 'nothing was changed',
  });
}

/** What opens listed keys; throws `PASSPHRASE_MISSING`. */
export async function passphraseOf(
  machine: Machine,
  { principal, encrypted }: { readonly principal: string; readonly encrypted: boolean },
): Promise<Passphrase> {
  const passphrase = encrypted ? await machine.passphrase() : ({ kind: 'none' } as const);
  if (passphrase === undefined) throw passphraseMissing(principal);
  return passphrase;
}

function passphraseMissing(principal: string): HeddleError {
  return new HeddleError('PASSPHRASE_MISSING', `the keys of ${principal} need a passphrase`, {
    facts: {
      principal,
      variable: 'HEDDLE_PASSPHRASE_FILE',
      flag: '--no-passphrase',
      terminal: 'asked for on a terminal',
    },
    preserved: 'nothing was changed',
  });
}
