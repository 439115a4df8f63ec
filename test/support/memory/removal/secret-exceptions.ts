import { joinExceptions, type SecretException } from '#domain/secrets/secret-exception.ts';
import type { SecretExceptions } from '#ports/secrets/secret-exceptions.ts';

/** A home's exceptions without a disk. */
export function createMemoryExceptions(): SecretExceptions {
  let held: readonly SecretException[] = [];
  return {
    read: async () => held,
    add: async (exceptions) => {
      held = joinExceptions(held, exceptions);
    },
  };
}
