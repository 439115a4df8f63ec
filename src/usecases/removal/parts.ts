import { concatBytes, utf8 } from '#domain/encoding/bytes.ts';
import type { Json } from '#domain/encoding/canonical-json.ts';
import { cutBytes, keptBytes, marksOf } from '#domain/removal/spans/cuts.ts';
import { maskedCuts } from '#domain/removal/spans/replace-content.ts';
import { secretPatterns, SHORTEST_MATCH, type Pattern } from '#domain/removal/spans/match-cuts.ts';
import type { Workspace } from '#ports/workspace.ts';
import type { KeptRest } from '#usecases/tombstones/tombstone-draft.ts';
import type { Redactable } from './find-redactable.ts';
import type { RemovalTarget } from './places/target.ts';

/**
 * What the log says of which parts went: lines would tell a length, so it is a digest that only this clone can make,
 * and only where somebody may ask again whether it was done.
 */
export async function namePart(workspace: Workspace, { part }: RemovalTarget): Promise<Json> {
  if (part === null) return null;
  if (workspace.said.operationId === null) return { kind: part.kind, digest: null };
  const { keyed } = await workspace.replica();
  const told = part.kind === 'match' ? part.secret : utf8(JSON.stringify(part.ranges));
  // Under no name of the shun list, nor any that somebody could type: the log would say which of its entries a guess is.
  return { kind: part.kind, digest: keyed('shun', concatBytes(utf8('part '), told)) };
}

/** What stays of each content, and of what is taken over; a link that has the same bytes goes as a whole. */
export function restsOf({ contents, places, tombstones: { hidden }, over }: Redactable): readonly KeptRest[] {
  const files = new Set(places.flatMap(({ entry }) => (entry.kind === 'file' ? [entry.id] : [])));
  const rests = contents.flatMap(({ bytes, entries, masks, ...content }) => {
    const cuts = maskedCuts({ ...content, masks: masks ?? [] });
    if (cuts === undefined) return [];
    const [marks, kept] = [marksOf(cuts), keptBytes(bytes, cuts)];
    return entries.flatMap(({ file }) =>
      files.has(file) && (masks !== undefined || !hidden.has(file)) ? [{ file, marks, kept }] : [],
    );
  });
  return [...rests, ...over.spans];
}

/** What goes of contents, to be looked for elsewhere; null where all of each does. What is short stands anywhere. */
export function gonePatterns(
  part: RemovalTarget['part'],
  contents: Redactable['contents'],
): readonly Pattern[] | null {
  if (part === null) return null;
  if (part.kind === 'match') return secretPatterns(part.secret);
  return contents
    .flatMap(({ bytes, cuts = [] }) => cutBytes(bytes, cuts))
    .filter(({ length }) => length >= SHORTEST_MATCH)
    .map((gone) => ({ bytes: gone, wide: false }));
}

/** Says that a secret is still readable in another form: nobody can cut that out by its bytes. */
export function tellEncoded(contents: number): readonly string[] {
  if (contents === 0) return [];
  const what = contents === 1 ? '1 other content' : `${contents} other contents`;
  return [`${what} may hold it in another form, still readable: see \`heddle redact --find -\``];
}
