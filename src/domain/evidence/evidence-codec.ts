import { decodeCanonical, encodeCanonical, type Json } from '#domain/encoding/canonical-json.ts';
import { JsonReader } from '#domain/encoding/json-reader.ts';
import { parseId, type AuthorityId } from '#domain/id.ts';

/*
 * An evidence is a tar, see `tar.ts`:
 *
 *   README.txt              for people; made from the rest
 *   chains/<digest>         sealed token chains of log lines
 *   evidence.json           {"contents","genesis","refs":[{"id","name"}…],"scope":{"kind","name"},"since",
 *                            "type":"evidence","v":1}, canonical
 *   lines/<ho-id>.json      log lines that name its states, canonical, without sidecars
 *   objects/<id>            Git objects as Git hashes them, not compressed: `<kind> <size>` NUL content
 *
 * It holds what verifying it reads, and nothing else.
 */

/** What an evidence is about; closed and append-only. */
export const EVIDENCE_SCOPES = ['repository', 'thread', 'state', 'range'] as const;

/** A whole repository has no name. */
export type EvidenceScope = { readonly kind: (typeof EVIDENCE_SCOPES)[number]; readonly name: string | null };

/** Whether the bytes of files are in it; where something was removed, what stands there always is. */
export const EVIDENCE_CONTENTS = ['included', 'left-out'] as const;
export type EvidenceContents = (typeof EVIDENCE_CONTENTS)[number];

/** What an evidence says of itself. Nothing of it is believed: it says where to begin. */
export interface EvidenceIndex {
  readonly genesis: AuthorityId;
  readonly scope: EvidenceScope;
  /** Refs of heddle's own, in order of their names, each with a Git object id. */
  readonly refs: readonly { readonly name: string; readonly id: string }[];
  /** The carrier up to which states were left out; null for none. */
  readonly since: string | null;
  readonly contents: EvidenceContents;
}

/** No evidence is larger: 512 MiB. */
export const LARGEST_EVIDENCE = 512 * 1024 * 1024;

const LARGEST_INDEX = 16 * 1024 * 1024;
const MOST_REFS = 100_000;
const OBJECT_ID = /^[0-9a-f]{40}$/;
const REF = /^refs\/heddle\/[^\0\n]{1,1000}$/;

/** Encodes an index; refs must be in order. */
export function encodeEvidenceIndex({ genesis, scope, refs, since, contents }: EvidenceIndex): Uint8Array {
  return encodeCanonical({
    type: 'evidence',
    v: 1,
    genesis,
    scope: { kind: scope.kind, name: scope.name },
    refs: refs.map(({ name, id }) => ({ name, id })),
    since,
    contents,
  });
}

/** Decodes an index strictly; throws `FORMAT_INVALID` or `FORMAT_UNKNOWN`. */
export function decodeEvidenceIndex(bytes: Uint8Array): EvidenceIndex {
  const reader = new JsonReader(decodeCanonical(bytes, 'evidence', LARGEST_INDEX), 'evidence');
  reader.version('evidence', 1);
  const since = reader.nullableString('since', 40);
  const index: EvidenceIndex = {
    genesis: parseId('hg', reader.string('genesis')),
    scope: readScope(reader.object('scope')),
    refs: reader.list('refs', readRef, MOST_REFS),
    since,
    contents: reader.oneOf('contents', EVIDENCE_CONTENTS),
  };
  reader.end();
  const names = index.refs.map(({ name }) => name);
  const rising = names.every((name, at) => at === 0 || (names[at - 1] ?? '') < name);
  if (!rising || (since !== null && !OBJECT_ID.test(since))) throw reader.invalid('is not in order');
  return index;
}

function readScope(reader: JsonReader): EvidenceScope {
  const scope = { kind: reader.oneOf('kind', EVIDENCE_SCOPES), name: reader.nullableString('name') };
  reader.end();
  if ((scope.kind === 'repository') !== (scope.name === null)) throw reader.invalid('has no proper name');
  return scope;
}

function readRef(item: Json): EvidenceIndex['refs'][number] {
  const reader = new JsonReader(item, 'evidence.refs');
  const ref = { name: reader.string('name'), id: reader.string('id', 40) };
  reader.end();
  if (!REF.test(ref.name) || !OBJECT_ID.test(ref.id)) throw reader.invalid('is no ref of heddle');
  return ref;
}
