import { decodeAuthorityRecord, decodeAuthorityTexts } from '#domain/authority/authority-codec.ts';
import { HeddleError } from '#domain/error.ts';
import { formatId, type AuthorityId } from '#domain/id.ts';
import { textsDigest } from '#domain/state/texts.ts';
import type { Workspace } from '#ports/workspace.ts';
import type { LoadedAuthority } from '#usecases/authority/load-authority.ts';
import type { RecordFiles } from '#usecases/authority/read-record.ts';

/** Why grants were given, for those of `ids` that say so and whose words were not redacted. */
export function grantReasons(
  { hasher }: Pick<Workspace, 'hasher'>,
  { files }: Pick<LoadedAuthority, 'files'>,
  ids: readonly AuthorityId[],
): ReadonlyMap<AuthorityId, string> {
  const wanted = new Set<string>(ids);
  const reasons = new Map<AuthorityId, string>();
  for (const record of files) {
    if (record.texts === null) continue;
    const id = formatId('hg', hasher.hash('authority', record.record));
    const reason = wanted.has(id) ? recordReason({ hasher }, record) : null;
    if (reason !== null) reasons.set(id, reason);
  }
  return reasons;
}

/**
 * The words of a record's author; null where there are none or they were redacted. Throws `AUTHORITY_INVALID`
 * for words that the record does not name: nobody is made to say what they did not sign.
 */
export function recordReason(
  { hasher }: Pick<Workspace, 'hasher'>,
  files: Pick<RecordFiles, 'record' | 'texts' | 'commit'>,
): string | null {
  if (files.texts === null) return null;
  const texts = decodeAuthorityTexts(files.texts);
  if ('redactedBy' in texts) return null;
  if (textsDigest(hasher, files.texts) === decodeAuthorityRecord(files.record).texts) return texts.reason;
  throw new HeddleError('AUTHORITY_INVALID', 'the texts of an authority record are not those it names', {
    facts: { commit: files.commit },
    preserved: 'nothing was changed',
  });
}
