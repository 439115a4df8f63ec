import type { AuthorityId } from '#domain/id.ts';
import type { Grant } from './authority.ts';

/** A grant with the versions of the list that it stands in: from one on, until before another. */
interface Placed {
  readonly grant: Grant;
  readonly from: number;
  to: number;
}

/** What a list of grants says of one principal. */
interface Shelf {
  readonly all: Placed[];
  readonly within: Map<string, Placed[]>;
}

interface Index {
  /** Of the newest list that this index serves. */
  version: number;
  readonly byPrincipal: Map<string, Shelf>;
  readonly byResource: Map<string, Placed[]>;
  readonly byId: Map<AuthorityId, Placed[]>;
}

/** A list's index and its version there: what is changed record by record has one index for all of its versions. */
interface Known {
  readonly index: Index;
  readonly version: number;
}

/*
 * Lists of grants never change; what is kept here can be made again from them at any time. It is kept apart so that an
 * authority view stays plain data. A chain of thousands of records costs one entry for each of them, not one index.
 */
const known = new WeakMap<readonly Grant[], Known>();

/** The list with one grant more, at its end. */
export function appendGrant(grants: readonly Grant[], grant: Grant): readonly Grant[] {
  const longer = [...grants, grant];
  succeed(grants, longer, (index) => enter(index, grant));
  return longer;
}

/** The list without the grants of an id. */
export function removeGrant(grants: readonly Grant[], id: AuthorityId): readonly Grant[] {
  const shorter = grants.filter((grant) => grant.id !== id);
  succeed(grants, shorter, (index) => {
    for (const placed of index.byId.get(id) ?? []) placed.to = Math.min(placed.to, index.version);
    index.byId.delete(id);
  });
  return shorter;
}

/** Only the newest list of an index hands it on: of two successors of one list the second gets its own. */
function succeed(grants: readonly Grant[], next: readonly Grant[], change: (index: Index) => void): void {
  const before = known.get(grants);
  if (before === undefined || before.index.version !== before.version) return;
  const { index } = before;
  index.version += 1;
  change(index);
  known.set(next, { index, version: index.version });
}

/** Every grant of a principal, in the list's order. */
export function grantsOf(grants: readonly Grant[], principal: string): readonly Grant[] {
  const { index, version } = indexOf(grants);
  return standing(index.byPrincipal.get(principal)?.all, version);
}

/** A principal's grants at exactly these resources, in their order, and then in the list's. */
export function grantsOfAt(
  grants: readonly Grant[],
  principal: string,
  resources: readonly string[],
): readonly Grant[] {
  const { index, version } = indexOf(grants);
  const shelf = index.byPrincipal.get(principal);
  return shelf === undefined
    ? []
    : resources.flatMap((resource) => standing(shelf.within.get(resource), version));
}

/** Everybody's grants at exactly these resources. */
export function grantsAtExactly(grants: readonly Grant[], resources: readonly string[]): readonly Grant[] {
  const { index, version } = indexOf(grants);
  return resources.flatMap((resource) => standing(index.byResource.get(resource), version));
}

function indexOf(grants: readonly Grant[]): Known {
  const found = known.get(grants);
  if (found !== undefined) return found;
  const index: Index = { version: 0, byPrincipal: new Map(), byResource: new Map(), byId: new Map() };
  for (const grant of grants) enter(index, grant);
  const made = { index, version: 0 };
  known.set(grants, made);
  return made;
}

function enter(index: Index, grant: Grant): void {
  const placed = { grant, from: index.version, to: Infinity };
  const { principal, resource } = grant;
  const shelf = index.byPrincipal.get(principal) ?? { all: [], within: new Map<string, Placed[]>() };
  index.byPrincipal.set(principal, shelf);
  shelf.all.push(placed);
  add(shelf.within, resource, placed);
  add(index.byResource, resource, placed);
  add(index.byId, grant.id, placed);
}

function add<K>(lists: Map<K, Placed[]>, key: K, placed: Placed): void {
  const list = lists.get(key);
  if (list === undefined) lists.set(key, [placed]);
  else list.push(placed);
}

function standing(list: readonly Placed[] = [], version: number): readonly Grant[] {
  return list.flatMap(({ grant, from, to }) => (from <= version && version < to ? [grant] : []));
}
