import { escapePath } from '#domain/encoding/percent-escape.ts';
import type { SecretFinder } from '#ports/removal.ts';

/** There is no disk to look through; the contract of a search runs on real ones. */
export const NO_SECRETS: SecretFinder = {
  look: async () => ({
    forms: () => [],
    mask: (text) => text,
    maskPath: (path) => escapePath(path),
    objects: async () => ({ searched: 0, objects: [], names: [], refs: [], notSearched: [] }),
    files: async () => ({ searched: 0, files: [] }),
  }),
};
