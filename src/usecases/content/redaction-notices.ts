import { escapePath } from '#domain/encoding/percent-escape.ts';
import type { TombstoneRecord } from '#domain/removal/tombstone-set.ts';
import type { RedactionNotice } from '#domain/results/work-results.ts';

/** A path, and the tombstone that hides what stands there. */
export interface RedactedPath {
  /** Raw bytes. */
  readonly path: Uint8Array;
  readonly tombstone: TombstoneRecord;
}

/** What a reader says in place of bytes: each path and tombstone once, in order. */
export function noticesOf(places: readonly RedactedPath[]): readonly RedactionNotice[] {
  const notices = new Map<string, RedactionNotice>();
  for (const place of places) {
    const notice = noticeOf(place);
    notices.set(`${notice.path}\0${notice.tombstone}`, notice);
  }
  return [...notices].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, notice]) => notice);
}

/** What a reader says in place of what was written in a state. */
export function textsNotice(tombstone: TombstoneRecord): RedactionNotice {
  return { ...aboutOf(tombstone), path: null };
}

function noticeOf({ path, tombstone }: RedactedPath): RedactionNotice {
  return { ...aboutOf(tombstone), path: escapePath(path) };
}

function aboutOf({ id, declaration, texts, status }: TombstoneRecord): Omit<RedactionNotice, 'path'> {
  return {
    tombstone: id,
    reasonCode: declaration.reasonCode,
    by: declaration.actor.principal,
    at: declaration.at,
    reason: texts === 'redacted' ? null : texts.reason,
    purged: status === 'purged',
  };
}
