import type { ObjectBatch, ObjectId } from '#ports/objects.ts';
import { HeddleError } from '#domain/error.ts';
import { isTreeMode, rawEntries, type RawEntry } from '#git/erase/reach/references.ts';

const DEEPEST = 1000;

/** Reads whole objects by id. */
export type ReadObject = (id: ObjectId) => Promise<{ readonly kind: string; readonly content: Buffer }>;

export interface Replacing {
  readonly read: ReadObject;
  readonly batch: ObjectBatch;
  readonly idBytes: number;
  readonly replacements: ReadonlyMap<ObjectId, ObjectId>;
}

/**
 * The tree with replacements in the place of blobs, wherever it does not agree with `base`. Only ids change, in
 * place: names, modes and order stay byte for byte, however odd they are.
 */
export async function replaceInTree(
  replacing: Replacing,
  tree: ObjectId,
  { base, depth = 0 }: { readonly base: ObjectId | undefined; readonly depth?: number },
): Promise<ObjectId> {
  if (tree === base) return tree;
  if (depth > DEEPEST) {
    throw new HeddleError('FORMAT_INVALID', 'a Git tree is nested too deeply', { facts: { object: tree } });
  }
  const content = Buffer.from((await replacing.read(tree)).content);
  const beside = await entriesByName(replacing, base);
  let changed = false;
  for (const entry of rawEntries(content, replacing.idBytes)) {
    const same = beside.get(entry.name.toString('latin1'));
    const id = await replaceEntry(replacing, entry, { base: same, depth });
    if (id === entry.id) continue;
    content.write(id, entry.idAt, 'hex');
    changed = true;
  }
  return changed ? replacing.batch.add('tree', content) : tree;
}

async function replaceEntry(
  replacing: Replacing,
  entry: RawEntry,
  { base, depth }: { readonly base: RawEntry | undefined; readonly depth: number },
): Promise<ObjectId> {
  if (entry.id === base?.id) return entry.id;
  if (!isTreeMode(entry.mode)) return replacing.replacements.get(entry.id) ?? entry.id;
  const below = base !== undefined && isTreeMode(base.mode) ? base.id : undefined;
  return replaceInTree(replacing, entry.id, { base: below, depth: depth + 1 });
}

async function entriesByName(
  { read, idBytes }: Replacing,
  tree: ObjectId | undefined,
): Promise<ReadonlyMap<string, RawEntry>> {
  if (tree === undefined) return new Map();
  const { content } = await read(tree);
  return new Map([...rawEntries(content, idBytes)].map((entry) => [entry.name.toString('latin1'), entry]));
}
