import type { SecretException } from '#domain/secrets/secret-exception.ts';

/**
 * What this home lets pass in one clone though it looks like a secret: `<data>/secrets/<replica>.json`. It lies where
 * nobody reaches who can only write the repository, and does not travel.
 */
export interface SecretExceptions {
  /** Ended ones too. Empty where this home has no key for the clone. */
  read(): Promise<readonly SecretException[]>;
  /** Adds them, or replaces what was said of the same values; durable on return. */
  add(exceptions: readonly SecretException[]): Promise<void>;
}
