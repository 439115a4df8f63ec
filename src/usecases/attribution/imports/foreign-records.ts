import { parseAgentTrace, splitAgentTraces } from '#domain/attribution/agent-trace.ts';
import type { AttributionFormat, ClaimedCommit } from '#domain/attribution/claim.ts';
import { foreignProblem } from '#domain/attribution/foreign-text.ts';
import { parseGitAiNote, splitGitAiNotes } from '#domain/attribution/git-ai-note.ts';
import { MOST_IMPORTED } from '#domain/attribution/import-codec.ts';
import { utf8 } from '#domain/encoding/bytes.ts';
import { HeddleError } from '#domain/error.ts';
import { usageError } from '#domain/usage-error.ts';
import type { ObjectId } from '#ports/objects.ts';
import type { Workspace } from '#ports/workspace.ts';

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

const NOTES = 'refs/notes/';
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

/** Git spreads notes over directories whose names together are the commit's. */
async function readNotes(
  workspace: Workspace,
  ref: string,
  wanted: ReadonlySet<ObjectId> | null,
): Promise<readonly ForeignRecord[]> {
  if (!ref.startsWith(NOTES))
    throw usageError('attribution import', '--notes-ref is below refs/notes/', { ref });
  const head = (await workspace.refs.list(ref)).get(ref);
  if (head === undefined) throw noNotes(ref);
  const files = await workspace.objects.listFiles(await workspace.revisions.commitTree(head));
  const notes = files.flatMap(({ path, id }) => {
    const commit = new TextDecoder('latin1').decode(path).replaceAll('/', '');
    const isWanted = /^[0-9a-f]{40}$/.test(commit) && (wanted === null || wanted.has(commit));
    return isWanted ? [{ commit, id }] : [];
  });
  // Whoever asks for all of many is told to ask for some, before any of them is read.
  if (notes.length > MOST_IMPORTED) return notes.map(({ commit }) => ({ commit, content: new Uint8Array() }));
  const read: ForeignRecord[] = [];
  for (const { commit, id } of notes) {
    const blob = await workspace.objects.read(id, LARGEST_NOTE);
    if (blob?.kind === 'blob') read.push({ commit, content: blob.content });
  }
  return read;
}

function noNotes(ref: string): HeddleError {
  return new HeddleError('NOT_FOUND', 'there are no such notes', {
    facts: { ref: ref.slice(0, 200) },
    preserved: 'nothing was changed',
  });
}
