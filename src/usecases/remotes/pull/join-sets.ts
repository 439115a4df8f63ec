import { HeddleError } from '#domain/error.ts';
import { HEDDLE_REFS } from '#domain/refs.ts';
import { encodeRedactedTexts } from '#domain/removal/redacted-texts.ts';
import type { TombstoneSet } from '#domain/removal/tombstone-set.ts';
import type { Finding } from '#domain/result-parts.ts';
import type { ObjectBatch, ObjectId } from '#ports/objects.ts';
import type { Workspace } from '#ports/workspace.ts';
import { joinRows, type RedactedSidecars } from '#usecases/remotes/join-rows.ts';
import type { JoinedSet } from '#usecases/remotes/travelling-refs.ts';

const NAMES = {
  'refs/heddle/requests': 'requests',
  'refs/heddle/reviews': 'reviews',
  'refs/heddle/imports': 'imports',
} as const satisfies Record<JoinedSet, string>;

/** The name of a set by its ref. */
export function setName(ref: JoinedSet): (typeof NAMES)[JoinedSet] {
  return NAMES[ref];
}

/** What the sets of both clones come to. */
export interface JoinedSets {
  readonly refs: ReadonlyMap<string, ObjectId>;
  /** Names of those to which the remote added. */
  readonly joined: readonly string[];
  readonly findings: readonly Finding[];
}

/** Joins each set of a remote into this clone's. One that is no set is told, and stays out. */
export async function joinSets(
  laid: Workspace,
  theirs: ReadonlyMap<JoinedSet, ObjectId>,
  tombstones: TombstoneSet,
): Promise<JoinedSets> {
  const refs = new Map<string, ObjectId>();
  const joined: string[] = [];
  const findings: Finding[] = [];
  const batch = laid.writer.batch();
  const stubs = redactedSidecars(batch, tombstones);
  for (const [ref, head] of theirs) {
    const mine = (await laid.refs.read(ref)) ?? null;
    try {
      const next = await joinRows(laid, batch, { set: NAMES[ref], mine, theirs: head, stubs });
      if (next === mine) continue;
      refs.set(ref, next);
      joined.push(ref.slice(HEDDLE_REFS.length));
    } catch (error) {
      if (!(error instanceof HeddleError)) throw error;
      findings.push({ kind: NAMES[ref], subject: ref, message: error.message });
    }
  }
  if (refs.size > 0) await batch.write();
  return { refs, joined, findings };
}

/** What stands for the sidecars that tombstones cover, and of which records. */
export function redactedSidecars(batch: ObjectBatch, { records }: TombstoneSet): RedactedSidecars {
  const stubs = new Map<ObjectId, ReadonlySet<string>>();
  for (const { id, hides, declaration } of records.values()) {
    const { texts } = declaration.covers;
    if (!hides || texts.length === 0) continue;
    stubs.set(batch.add('blob', encodeRedactedTexts(id)), new Set(texts));
  }
  return stubs;
}
