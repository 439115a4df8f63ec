import { utf8 } from '#domain/encoding/bytes.ts';
import { escapePath, escapeSegment } from '#domain/encoding/percent-escape.ts';
import { HeddleError } from '#domain/error.ts';
import { shortId, type TombstoneId } from '#domain/id.ts';
import { placeholderName } from '#domain/manifest/placeholder.ts';
import { splitPath } from '#domain/resource/repository-path.ts';
import type { ObjectId, TreeChange } from '#ports/objects.ts';
import type { ShunnedDigest } from '#ports/removal.ts';
import type { Workspace } from '#ports/workspace.ts';
import { findTravelling } from './travelling/find-travelling.ts';

/** Which tombstone makes this clone refuse a blob; undefined for one that is welcome. */
export type ShunCheck = (blob: ObjectId) => Promise<TombstoneId | undefined>;

/**
 * Reads once what is refused here: this clone's own list, and where a policy has one travel, the marks of tombstones.
 * Undefined where that is nothing, and nothing need be looked at; that costs one small file and a ref.
 */
export async function findShunCheck(workspace: Workspace): Promise<ShunCheck | undefined> {
  return (await findChecks(workspace))?.content;
}

/** The same, which welcomes everything where nothing is refused. */
export async function loadShunCheck(workspace: Workspace): Promise<ShunCheck> {
  return (await findShunCheck(workspace)) ?? (async () => undefined);
}

type OwnCheck = (name: string) => TombstoneId | undefined;

/** Names are on the clone's own list alone. */
async function findChecks(
  workspace: Workspace,
): Promise<{ readonly content: ShunCheck; readonly name: OwnCheck } | undefined> {
  const own = await findOwnCheck(workspace);
  const travelling = await findTravelling(workspace);
  if (own === undefined && travelling === undefined) return undefined;
  return {
    content: async (blob) => own?.(blob) ?? travelling?.(blob),
    name: (name) => own?.(name),
  };
}

/** What this clone's own list alone refuses, but for what is given back: a digest each, that costs nothing. */
export async function findOwnCheck(
  workspace: Workspace,
  back: ReadonlySet<TombstoneId> = new Set(),
): Promise<OwnCheck | undefined> {
  const entries = (await standingEntries(workspace)).filter(({ tombstone }) => !back.has(tombstone));
  const known = entries.length === 0 ? undefined : await workspace.knownReplica();
  if (known === undefined) return undefined;
  const shunned = new Map(entries.map(({ digest, tombstone }) => [digest, tombstone]));
  return (name) => shunned.get(known.keyed('shun', utf8(name)));
}

/**
 * What counts of the list. What somebody took out of the repository's file counts as ever, but for what an owner
 * lifted from another home of this clone, which could take it out of the file alone.
 */
async function standingEntries(workspace: Workspace): Promise<readonly ShunnedDigest[]> {
  const entries = await workspace.shun.read();
  const lifted = await liftedElsewhere(workspace, takenFrom(entries));
  return lifted.size === 0
    ? entries
    : entries.filter((entry) => !(entry.taken && lifted.has(entry.tombstone)));
}

function takenFrom(entries: readonly ShunnedDigest[]): ReadonlySet<TombstoneId> {
  return new Set(entries.filter((entry) => entry.taken).map(({ tombstone }) => tombstone));
}

/** Loaded only where something was taken out of the file. */
async function liftedElsewhere(
  workspace: Workspace,
  taken: ReadonlySet<TombstoneId>,
): Promise<ReadonlySet<TombstoneId>> {
  if (taken.size === 0) return taken;
  const { findLifted } = await import('#usecases/tombstones/find-lifted.ts');
  return findLifted(workspace, taken);
}

/**
 * Brings the two copies of the shun list together again; the repository lock must be held. Returns a clause for what
 * was put back into the repository.
 */
export async function mendShunList(workspace: Workspace): Promise<readonly string[]> {
  const entries = await workspace.shun.read();
  if (entries.length === 0) return [];
  const lacking = takenFrom(entries);
  const lifted = await liftedElsewhere(workspace, lacking);
  for (const tombstone of lifted) await workspace.shun.drop(tombstone);
  await workspace.shun.mend();
  const taken = new Set([...lacking].filter((tombstone) => !lifted.has(tombstone)));
  if (taken.size === 0) return [];
  return [
    `the shun list lacked what was removed by ${listed(taken)}; this home still knew it, and put it back`,
  ];
}

function listed(tombstones: ReadonlySet<TombstoneId>): string {
  const [first, ...more] = [...tombstones].toSorted();
  return `${first === undefined ? '' : shortId(first)}${more.length > 0 ? ` and ${more.length} more` : ''}`;
}

/**
 * Makes this clone refuse contents and names of files from now on. One more digest, of the tombstone itself, says that it was done for
 * this home.
 */
export async function shunContents(
  workspace: Workspace,
  tombstone: TombstoneId,
  {
    blobs,
    names = [],
  }: {
    readonly blobs: readonly ObjectId[];
    /** Percent-escaped. */
    readonly names?: readonly string[];
  },
): Promise<void> {
  const { keyed } = await workspace.replica();
  const shunned = [tombstone, ...blobs, ...new Set(names.map(nameMark))];
  const digests = shunned.map((name) => keyed('shun', utf8(name)));
  await workspace.shun.add(digests.map((digest) => ({ digest, tombstone })));
}

/** Whether {@link shunContents} was done for a tombstone by this home. */
export async function isShunned(workspace: Workspace, tombstone: TombstoneId): Promise<boolean> {
  const entries = await workspace.shun.read();
  if (entries.length === 0) return false;
  const { keyed } = await workspace.replica();
  const digest = keyed('shun', utf8(tombstone));
  return entries.some((entry) => entry.digest === digest);
}

/** Whether all that {@link shunContents} would add is refused by this home already, by whichever tombstone. */
export async function areShunned(
  workspace: Workspace,
  tombstone: TombstoneId,
  { blobs, names }: { readonly blobs: readonly ObjectId[]; readonly names: readonly string[] },
): Promise<boolean> {
  const tombstoneOf = await findOwnCheck(workspace);
  const wanted = [tombstone, ...blobs, ...names.map(nameMark)];
  return wanted.every((name) => tombstoneOf?.(name) !== undefined);
}

/** Throws `CONTENT_SHUNNED` where a change would bring removed content, or the name of a file, back. */
export async function refuseShunned(workspace: Workspace, changes: readonly TreeChange[]): Promise<void> {
  const checks = await findChecks(workspace);
  if (checks === undefined) return;
  for (const { path, newId } of changes) {
    if (newId === null) continue;
    await refuseBlob(checks.content, path, newId);
    refuseName(checks.name, path);
  }
}

/** Which tombstone removed something, or a name of it, that stood there before these changes; undefined where none did. */
export async function findRemover(
  workspace: Workspace,
  changes: readonly TreeChange[],
): Promise<TombstoneId | undefined> {
  const checks = await findChecks(workspace);
  if (checks === undefined) return undefined;
  for (const { path, oldId } of changes) {
    if (oldId === null) continue;
    const found = (await checks.content(oldId)) ?? nameRemover(checks.name, path);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** What stands for a name on the list: no blob is called so. */
function nameMark(name: string): string {
  return `name:${name}`;
}

function nameRemover(tombstoneOf: OwnCheck, path: Uint8Array): TombstoneId | undefined {
  return splitPath(path)
    .map((name) => tombstoneOf(nameMark(escapeSegment(name))))
    .find((one) => one !== undefined);
}

function refuseName(tombstoneOf: OwnCheck, path: Uint8Array): void {
  const tombstone = nameRemover(tombstoneOf, path);
  if (tombstone === undefined) return;
  const where = escapePath(path);
  const name = placeholderName(tombstone, () => false);
  throw new HeddleError('CONTENT_SHUNNED', `${where} has a name that ${shortId(tombstone)} took away`, {
    facts: { path: where, tombstone, advice: `call it ${name}, or something else` },
    preserved: 'nothing was captured',
  });
}

/** The same for files that are not stored yet; undefined where nothing is shunned, and nothing need be looked at. */
export async function loadShunGuard(
  workspace: Workspace,
): Promise<((path: Uint8Array, blob: ObjectId) => Promise<void>) | undefined> {
  const tombstoneOf = await findShunCheck(workspace);
  return tombstoneOf && ((path, blob) => refuseBlob(tombstoneOf, path, blob));
}

async function refuseBlob(tombstoneOf: ShunCheck, path: Uint8Array, blob: ObjectId): Promise<void> {
  const tombstone = await tombstoneOf(blob);
  if (tombstone === undefined) return;
  const where = escapePath(path);
  throw new HeddleError('CONTENT_SHUNNED', `${where} holds what ${shortId(tombstone)} removed`, {
    facts: { path: where, tombstone, advice: wayOut(tombstone) },
    preserved: 'nothing was captured',
  });
}

function wayOut(tombstone: TombstoneId): string {
  return `take the content out of the file, or leave the file out with .gitignore; \`heddle tombstone show ${shortId(tombstone)}\` tells who removed it and why`;
}
