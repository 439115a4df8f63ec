import { HeddleError } from '#domain/error.ts';
import type { TombstoneId } from '#domain/id.ts';
import type { QuarantinedContent, QuarantineStore } from '#ports/removal.ts';

/** A quarantine without a disk. */
export interface MemoryQuarantine extends QuarantineStore {
  /** What is kept, by tombstone; `spent` once it was destroyed, `lost` where somebody took the key away. */
  readonly held: Map<TombstoneId, QuarantinedContent | 'spent' | 'lost'>;
}

/** A quarantine without a disk. */
export function createMemoryQuarantine(): MemoryQuarantine {
  const held: MemoryQuarantine['held'] = new Map();
  return {
    held,
    async keep(tombstone, content) {
      held.set(tombstone, structuredClone(content));
    },
    async open(tombstone) {
      const found = held.get(tombstone);
      if (found === 'lost') {
        throw new HeddleError('QUARANTINE_MISSING', 'the quarantine cannot be opened', {
          facts: { tombstone, missing: 'key' },
        });
      }
      return found === undefined || found === 'spent' ? undefined : structuredClone(found);
    },
    async spend(tombstone) {
      if (held.has(tombstone)) held.set(tombstone, 'spent');
    },
    async state(tombstone) {
      const found = held.get(tombstone);
      if (found === undefined) return 'none';
      return found === 'spent' ? 'spent' : 'held';
    },
    async forget(tombstone) {
      held.delete(tombstone);
    },
    list: async () => [...held.keys()].toSorted(),
  };
}
