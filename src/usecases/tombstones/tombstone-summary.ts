import type { TombstoneRecord } from '#domain/removal/tombstone-set.ts';
import type { TombstoneSummary } from '#domain/results/removal-results.ts';

/** The published form of a tombstone of a loaded set, whose signatures hold. */
export function summariseTombstone({
  id,
  declaration,
  texts,
  status,
  hides,
}: TombstoneRecord): TombstoneSummary {
  const told = texts === 'redacted' ? { reason: null, paths: [] } : texts;
  return {
    tombstone: id,
    status,
    hides,
    reasonCode: declaration.reasonCode,
    reason: told.reason,
    paths: told.paths,
    at: declaration.at,
    rotatedAt: declaration.rotatedAt,
    actor: declaration.actor,
    covers: declaration.covers.files.length,
    parts:
      declaration.spans.length === 0
        ? null
        : declaration.spans.reduce((sum, { marks }) => sum + marks.length, 0),
    names: declaration.covers.names.length,
    texts: declaration.covers.texts,
    attestation: 'verified',
  };
}
