import type { TombstoneId } from '#domain/id.ts';
import type { Residue } from '#domain/results/removal-results.ts';

/** What this clone keeps until a purge, whoever looks for it by other means than heddle. */
export function stillHere(tombstone: TombstoneId): readonly Residue[] {
  return [
    {
      place: 'quarantine',
      where: `heddle/quarantine/${tombstone}`,
      owner: 'heddle',
      note: 'encrypted, so that it can be lifted',
    },
    {
      place: 'loose-object',
      where: 'objects',
      owner: 'heddle',
      note: 'unreachable objects, indexes and reflogs of this clone hold the bytes until a purge',
    },
  ];
}
