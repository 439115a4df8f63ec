import { decodeUtf8, utf8 } from '#domain/encoding/bytes.ts';
import { HeddleError } from '#domain/error.ts';
import type { RefChange } from '#domain/operation/operation.ts';
import { formatRefMoves, MOST_UPDATES, parseRefMoves } from '#domain/server/ref-update.ts';
import { AUTHORITY_REF, DROPPED_REFS, THREAD_REFS, TOMBSTONES_REF } from '#domain/refs.ts';
import type { Workspace } from '#ports/workspace.ts';
import { findCommit } from '#usecases/states/find-commit.ts';

/*
 * What was hidden stands in carriers that threads led to before a push, and nobody tells of those afterwards. Where they
 * stood is noted before git moves anything, and forgotten once tombstones were carried out: killed between, the next
 * push knows where to look.
 */
const NAME = 'pushes';

/** Tells whether a move matters to what tombstones ask for. */
export function concernsTombstones({ name }: RefChange): boolean {
  if (name === TOMBSTONES_REF || name === AUTHORITY_REF) return true;
  return name.startsWith(THREAD_REFS) || name.startsWith(DROPPED_REFS);
}

/** Notes what an accepted push is going to move; durable on return. */
export async function noteMoves(server: Workspace, updates: readonly RefChange[]): Promise<void> {
  const moves = updates.filter(
    (move) => concernsTombstones(move) && (move.old !== null || move.name === TOMBSTONES_REF),
  );
  if (moves.length === 0) return;
  const all = [...moves, ...(await read(server))].slice(0, MOST_UPDATES);
  await server.rewriteNotes.write(NAME, utf8(formatRefMoves(all)));
}

/** What was noted and not carried out, newest first, as far as it is here still. */
export async function notedMoves(server: Workspace): Promise<readonly RefChange[]> {
  const found: RefChange[] = [];
  for (const move of await read(server))
    if (move.old === null || (await findCommit(server, move.old)) !== undefined) found.push(move);
  return found;
}

/** Forgets all of it: tombstones were carried out. */
export async function forgetMoves({ rewriteNotes }: Workspace): Promise<void> {
  await rewriteNotes.remove(NAME);
}

async function read({ rewriteNotes }: Workspace): Promise<readonly RefChange[]> {
  const text = decodeUtf8((await rewriteNotes.read(NAME)) ?? new Uint8Array());
  try {
    return text === undefined ? [] : parseRefMoves(text);
  } catch (error) {
    if (error instanceof HeddleError) return [];
    throw error;
  }
}
