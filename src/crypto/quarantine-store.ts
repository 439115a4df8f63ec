import type { RandomBytes } from '#ports/platform.ts';
import type { QuarantineStore } from '#ports/removal.ts';

/** Opens the quarantine of a clone. */
export function createQuarantineStore(_where: {
  readonly data: string;
  readonly commonDir: string;
  readonly random: RandomBytes;
}): QuarantineStore {
  return {
    keep: async () => undefined,
    open: async () => undefined,
    spend: async () => undefined,
    state: async () => 'none',
    forget: async () => undefined,
    list: async () => [],
  };
}
