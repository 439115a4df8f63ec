import type { AuthorityView } from '#domain/authority/authority.ts';
import { compareBytes } from '#domain/encoding/bytes.ts';
import { escapePath } from '#domain/encoding/percent-escape.ts';
import { HeddleError } from '#domain/error.ts';
import { effectivePolicy } from '#domain/policy/effective-policy.ts';
import { liesIn } from '#domain/resource/path-argument.ts';
import { threadResource } from '#domain/resource/resource.ts';
import { textOfBytes } from '#domain/secrets/text-of-bytes.ts';
import type { ObjectId, TreeChange } from '#ports/objects.ts';
import type { ComingFiles } from '#ports/repository.ts';
import type { Workspace } from '#ports/workspace.ts';
import { secretRefusal, withoutExceptions } from './refuse-secrets.ts';
import { MOST_SCANNED, placeAndBlob, withoutOld, type SecretHit } from './scan-contents.ts';

/** What is about to be captured. */
export interface Coming {
  readonly view: Pick<AuthorityView, 'repository' | 'policies'>;
  readonly thread: string;
  /** Only what lies there is captured; empty for everything. Of the rest what looks like a secret is left alone. */
  readonly only: readonly Uint8Array[];
  /** The files that it is compared with; null for none. */
  readonly from: ObjectId | null;
}

export interface ComingGuard {
  /** Returns what is not captured, and not to be stored either. */
  readonly preview: (coming: ComingFiles) => Promise<readonly Uint8Array[]>;
  /** What it looked at to its end and found nothing in, as `refuseSecrets` takes it. */
  readonly clean: ReadonlySet<string>;
}

/**
 * Refuses what looks like a secret before it is in the store, where nothing takes it out again but git's own garbage
 * collection. It refuses nothing that `refuseSecrets` would let pass, which decides once everything is known: of what a
 * filter stores otherwise, is stored already, or was there before, this says nothing. Undefined where no policy refuses.
 */
export function guardComing(
  workspace: Workspace,
  { view, thread, only, from }: Coming,
): ComingGuard | undefined {
  const resource = threadResource(view.repository, thread);
  if ((effectivePolicy(view, resource).secrets ?? 'refuse') !== 'refuse') return undefined;
  const clean = new Set<string>();
  const preview = async (coming: ComingFiles): Promise<readonly Uint8Array[]> => {
    const suspected = await lookThrough(workspace, coming, clean);
    if (suspected.size === 0) return [];
    const fresh = await withoutStored(workspace, coming, suspected);
    if (fresh.length === 0) return [];
    const before = await filesBefore(workspace, coming, from);
    const found = await withoutExceptions(workspace, await withoutOld(workspace, { hits: fresh, before }));
    const places = new Set(found.map(({ where }) => where));
    const paths = coming.paths.filter((path) => places.has(escapePath(path)));
    const others = paths.filter((path) => only.length > 0 && !liesIn(only, path));
    const elsewhere = new Set(others.map(escapePath));
    const refused = found.filter(({ where }) => !elsewhere.has(where));
    if (refused.length > 0) throw secretRefusal(refused, true);
    return others;
  };
  return { preview, clean };
}

type Suspected = ReadonlyMap<Uint8Array, readonly SecretHit[]>;

/** One file is in memory at a time. */
async function lookThrough(
  workspace: Workspace,
  coming: ComingFiles,
  clean: Set<string>,
): Promise<Suspected> {
  const suspected = new Map<Uint8Array, readonly SecretHit[]>();
  for (const path of coming.paths.toSorted(compareBytes)) {
    const found = coming.read(path, MOST_SCANNED);
    if (found === undefined) continue;
    const where = escapePath(path);
    const hits = await hitsIn(workspace, textOfBytes(found.bytes), where);
    if (hits.length > 0) suspected.set(path, hits);
    else if (found.blob !== null) clean.add(placeAndBlob({ path, newId: found.blob }));
  }
  return suspected;
}

/** The rules are loaded where they may find anything. */
async function hitsIn(
  { suspectsSecret, secretScanner }: Pick<Workspace, 'suspectsSecret' | 'secretScanner'>,
  text: string,
  where: string,
): Promise<readonly SecretHit[]> {
  if (!suspectsSecret(text, where)) return [];
  return (await secretScanner()).scan(text, where).map((hit) => ({ ...hit, where }));
}

/** What is stored already is no news to the store, and may have come from somebody else. */
async function withoutStored(
  { objects }: Workspace,
  coming: ComingFiles,
  suspected: Suspected,
): Promise<readonly SecretHit[]> {
  const blobs = await coming.blobs([...suspected.keys()]);
  const fresh: SecretHit[] = [];
  for (const [index, hits] of [...suspected.values()].entries()) {
    const blob = blobs[index];
    if (blob !== undefined && !(await isStored(objects, blob))) fresh.push(...hits);
  }
  return fresh;
}

async function isStored(objects: Workspace['objects'], blob: ObjectId): Promise<boolean> {
  try {
    return (await objects.read(blob, MOST_SCANNED)) !== undefined;
  } catch (error) {
    // One that is larger is there.
    if (error instanceof HeddleError && error.code === 'FORMAT_INVALID') return true;
    throw error;
  }
}

/** A commit that is brought in is told later: what HEAD has was there, too. */
async function filesBefore(
  { worktree }: Workspace,
  coming: ComingFiles,
  from: ObjectId | null,
): Promise<readonly TreeChange[]> {
  const head = await worktree.headCommit();
  const sides = [from, head].filter((side) => side !== null);
  return (await Promise.all(sides.map(async (side) => coming.replaced(side)))).flat();
}
