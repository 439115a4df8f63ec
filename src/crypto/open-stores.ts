import type { CredentialStore, PrincipalKeyStore } from '#ports/keys.ts';
import { createCredentialStore } from './credential-store.ts';
import { createKeyStore } from './key-store.ts';

/** Opens the stores of keys and credentials in the user's data directory; nothing is created by opening. */
export function openStores(data: string): {
  readonly keys: PrincipalKeyStore;
  readonly credentials: CredentialStore;
} {
  return { keys: createKeyStore(data), credentials: createCredentialStore(data) };
}
