import { utf8 } from '#domain/encoding/bytes.ts';
import { escapePath, unescapePath } from '#domain/encoding/percent-escape.ts';
import { HeddleError } from '#domain/error.ts';
import { shortId } from '#domain/id.ts';
import { placeholderTombstone } from '#domain/manifest/placeholder.ts';
import { lastName, namesFile, sidecarNamesFile, spellingsOf } from '#domain/removal/quoted-name.ts';
import { isReplaceable } from '#domain/removal/replacement.ts';
import { parseRepositoryPath } from '#domain/resource/repository-path.ts';
import type { Workspace } from '#ports/workspace.ts';
import { loadAuthority } from '#usecases/authority/load-authority.ts';
import { rawKey } from '#usecases/manifest/change-tree.ts';
import { notRedactable } from '#usecases/removal/places/target.ts';
import { refuseKeeping } from '#usecases/removal/texts/find-texts.ts';
import type { HeldSidecar } from '#usecases/removal/texts/held-sidecar.ts';
import { heldSidecars } from '#usecases/removal/texts/held-sidecars.ts';
import { listCarriers, type Carrier } from '#usecases/states/list-carriers.ts';
import type { LoadedTombstones } from '#usecases/tombstones/load-tombstones.ts';
import { findByName, type NamePlace } from './name-places.ts';

/** What the redaction of a name is about. */
export interface FoundName {
  /** Percent-escaped. */
  readonly name: string;
  readonly places: readonly NamePlace[];
  /** Records in which it is written. */
  readonly sidecars: readonly HeldSidecar[];
}

/**
 * Finds every entry that has the last name of a path, in every state, and every sidecar that says it. Throws
 * `NOT_FOUND` where no state has that path, and `NOT_REDACTABLE` where it is hidden already, is a directory's too, or stands where
 * nothing can be taken out.
 */
export async function findName(
  workspace: Workspace,
  tombstones: LoadedTombstones,
  { path, reason }: { readonly path: string; readonly reason: string },
): Promise<FoundName> {
  const { carriers } = await listCarriers(workspace);
  const typed = parseRepositoryPath(path);
  const { at, places } = await findTyped(workspace, carriers, [typed, unescapePath(path)]);
  const name = lastName(at);
  const taken = placeholderTombstone(name);
  if (taken !== undefined) throw notRedactable(at, `${shortId(taken)} took its name away already`);
  const other = places.find(({ entry }) => !isReplaceable(entry.kind));
  if (other !== undefined) throw notRedactable(at, `its name is that of a ${other.entry.kind}, too`);
  const spellings = spellingsOf(name);
  // Before anything is asked: a denial is written down too, with the reason.
  if (namesFile(reason, spellings))
    throw notRedactable(at, 'the reason, which is public and stays, names it');
  await refuseNamed(workspace, { at, spellings, carriers });
  const sidecars: HeldSidecar[] = [];
  for await (const one of heldSidecars(workspace))
    if (sidecarNamesFile(one.says, spellings)) sidecars.push(one);
  for (const { record } of sidecars) refuseKeeping(record, tombstones);
  return { name, places, sidecars };
}

/** A path may be typed as it is, or as heddle prints it. */
async function findTyped(
  workspace: Workspace,
  carriers: readonly Carrier[],
  typed: readonly (Uint8Array | string | undefined)[],
): Promise<{ readonly at: Uint8Array; readonly places: readonly NamePlace[] }> {
  let first: Uint8Array | undefined;
  for (const one of typed) {
    if (one === undefined) continue;
    const at = typeof one === 'string' ? utf8(one) : one;
    first ??= at;
    const places = await findByName(workspace, carriers, lastName(at));
    if (places.some(({ path }) => rawKey(path) === rawKey(at))) return { at, places };
  }
  const shown = escapePath(first ?? new Uint8Array());
  throw new HeddleError('NOT_FOUND', `no state has a file ${shown}, or it is a directory`, {
    facts: { path: shown },
    preserved: 'nothing was changed',
  });
}

/**
 * Authority records and token chains are never rewritten: what they name stays named, and what they allow at just that
 * path could not be judged again.
 */
async function refuseNamed(
  workspace: Workspace,
  {
    at,
    spellings,
    carriers,
  }: {
    readonly at: Uint8Array;
    readonly spellings: readonly string[];
    readonly carriers: readonly Carrier[];
  },
): Promise<void> {
  const { files } = await loadAuthority(workspace);
  const text = new TextDecoder();
  if (files.some(({ record }) => namesFile(text.decode(record), spellings))) {
    throw notRedactable(at, 'an authority record is about a path of that name, and those are kept for good');
  }
  const rows = carriers.flatMap((carrier) => carrier.rows.filter((row) => rawKey(row.name) === 'chain'));
  const chains = await workspace.objects.readMany([...new Set(rows.map(({ id }) => id))], LARGEST_CHAIN);
  const marks = spellings.flatMap((name) => [utf8(`:${name}`), utf8(`/${name}`)]);
  const names = (bytes: Uint8Array): boolean => {
    const chain = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
    return marks.some((mark) => chain.includes(Buffer.from(mark)));
  };
  if (chains.some((chain) => chain !== undefined && names(chain.content))) {
    throw notRedactable(at, 'a token that states were made under is about a path of that name');
  }
}

const LARGEST_CHAIN = 4 * 1024 * 1024;
