import { parseAgentTrace, splitAgentTraces } from '#domain/attribution/agent-trace.ts';
import type { AttributionFormat, ClaimedCommit } from '#domain/attribution/claim.ts';
import { foreignProblem } from '#domain/attribution/foreign-text.ts';
import { parseGitAiNote, splitGitAiNotes } from '#domain/attribution/git-ai-note.ts';
import { MOST_IMPORTED } from '#domain/attribution/import-codec.ts';
import { utf8 } from '#domain/encoding/bytes.ts';
import { HeddleError } from '#domain/error.ts';
import type { ObjectId } from '#ports/objects.ts';
import type { Workspace } from '#ports/workspace.ts';
import { readNotesTree, requireNotesRef } from '#usecases/attribution/notes/notes-tree.ts';

/** Where records of another tool are read from. */
export type ForeignSource =
  | { readonly kind: 'notes'; readonly ref: string }
  /** `commit` is the one that a note without a name is of; null where none was named. */
  | { readonly kind: 'bytes'; readonly bytes: Uint8Array; readonly commit: ObjectId | null };

/** A record of another tool, unread. */
export interface ForeignRecord {
  /** Null where only the record says. */
  readonly commit: ObjectId | null;
  readonly content: Uint8Array;
}

const LARGEST_NOTE = 4 * 1024 * 1024;

/** Finds the records, in their order; `wanted` chooses by commit. Throws `NOT_FOUND`, `USAGE`, `FORMAT_INVALID`. */
export async function findRecords(
  workspace: Workspace,
  format: AttributionFormat,
  { source, wanted }: { readonly source: ForeignSource; readonly wanted: ReadonlySet<ObjectId> | null },
): Promise<readonly ForeignRecord[]> {
  const found =
    source.kind === 'notes' ? await readNotes(workspace, source.ref, wanted) : splitBytes(format, source);
  if (found.length <= MOST_IMPORTED) return found;
  throw foreignProblem('the source', `has more than ${MOST_IMPORTED} records: name a range of commits`);
}

/** Reads one record strictly. Throws `FORMAT_INVALID`, `FORMAT_UNKNOWN`. */
export function parseRecord(format: AttributionFormat, { commit, content }: ForeignRecord): ClaimedCommit {
  if (format === 'agent-trace') return parseAgentTrace(new TextDecoder().decode(content));
  if (commit === null) throw foreignProblem('authorship log', 'says nowhere which commit it is of');
  return { commit, files: parseGitAiNote(content) };
}

function splitBytes(
  format: AttributionFormat,
  { bytes, commit }: Extract<ForeignSource, { kind: 'bytes' }>,
): readonly ForeignRecord[] {
  if (format === 'git-ai') return splitGitAiNotes(bytes, commit);
  return splitAgentTraces(bytes).map((text) => ({ commit: null, content: utf8(text) }));
}

async function readNotes(
  workspace: Workspace,
  ref: string,
  wanted: ReadonlySet<ObjectId> | null,
): Promise<readonly ForeignRecord[]> {
  const { head, notes: all } = await readNotesTree(workspace, requireNotesRef('attribution import', ref));
  if (head === null) throw noNotes(ref);
  const notes = [...all].filter(([commit]) => wanted === null || wanted.has(commit));
  // Whoever asks for all of many is told to ask for some, before any of them is read.
  if (notes.length > MOST_IMPORTED) return notes.map(([commit]) => ({ commit, content: new Uint8Array() }));
  const read: ForeignRecord[] = [];
  for (const [commit, { blob }] of notes) {
    const note = await workspace.objects.read(blob, LARGEST_NOTE);
    if (note?.kind === 'blob') read.push({ commit, content: note.content });
  }
  return read;
}

function noNotes(ref: string): HeddleError {
  return new HeddleError('NOT_FOUND', 'there are no such notes', {
    facts: { ref: ref.slice(0, 200) },
    preserved: 'nothing was changed',
  });
}
