import type { ObjectId } from '#ports/objects.ts';
import type { Rewriting } from '#ports/removal/rewriting.ts';
import { isLinkMode, isTreeMode, rawEntries, type RawEntry } from '#git/erase/reach/references.ts';
import type { RawObjects } from '#git/erase/store/raw-objects.ts';
import type { HeldPaths, PathStep } from './held-paths.ts';
import type { NewObjects } from './new-objects.ts';

/** What a carrier of a state holds; such a tree describes itself elsewhere, and a redaction rebuilds it. */
const CARRIED = ['files', 'manifest', 'state.json', 'texts.json'] as const;
const ID_BYTES = 20;
const SYMLINK = '120000';

/** Puts replacements in the place of removed blobs in trees, along the paths at which they stood. Only ids change. */
export class Trees {
  readonly #objects: RawObjects;
  readonly #fresh: NewObjects;
  readonly #rewriting: Rewriting;
  readonly #paths: HeldPaths;
  readonly #holders: ReadonlySet<ObjectId>;
  readonly #masked = new Map<ObjectId, ObjectId>();
  /** Where something was masked; in Latin-1, empty of what stands nowhere. */
  readonly maskedPaths = new Set<string>();
  readonly #known = new Map<string, ObjectId>();

  constructor(
    objects: RawObjects,
    fresh: NewObjects,
    {
      rewriting,
      paths,
      holders,
    }: {
      readonly rewriting: Rewriting;
      readonly paths: HeldPaths;
      /** Blobs that hold a part among other things. */
      readonly holders: ReadonlySet<ObjectId>;
    },
  ) {
    this.#objects = objects;
    this.#fresh = fresh;
    this.#rewriting = rewriting;
    this.#paths = paths;
    this.#holders = holders;
  }

  /** The tree of a commit without the content; its own id where it holds none, or carries a state. */
  async rewrite(tree: ObjectId): Promise<ObjectId> {
    if (this.#paths.empty) return tree;
    // Nothing is made of what is beside a state: its salt would stay.
    if (this.#holders.size > 0 && (await this.isCarrier(tree))) return tree;
    const next = await this.#rewrite(tree, this.#paths.root);
    return next !== tree && (await this.isCarrier(tree)) ? tree : next;
  }

  /** The same of an object that a ref or tag names without a commit. */
  async rewriteBare(kind: string, id: ObjectId): Promise<ObjectId> {
    if (kind === 'tree') return this.#rewriteAll(id, '');
    const entry = { mode: '100644', name: Buffer.alloc(0), id, idAt: 0 };
    return kind === 'blob' ? ((await this.#replacing(entry, '')?.()) ?? id) : id;
  }

  /** How many contents were masked. */
  get masked(): number {
    return [...this.#masked].filter(([before, after]) => before !== after).length;
  }

  async #rewrite(tree: ObjectId, step: PathStep): Promise<ObjectId> {
    const key = `${step.number} ${tree}`;
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const next = await this.#change(tree, (entry) => {
      const below = step.below.get(entry.name.toString('latin1'));
      if (below === undefined) return undefined;
      if (isTreeMode(entry.mode))
        return below.below.size === 0 ? undefined : () => this.#rewrite(entry.id, below);
      return below.held ? this.#replacing(entry, below.path) : undefined;
    });
    this.#known.set(key, next);
    return next;
  }

  /** No commit tells at which paths something stands there. */
  #rewriteAll(tree: ObjectId, above: string): Promise<ObjectId> {
    return this.#change(tree, (entry) => {
      const path = above + entry.name.toString('latin1');
      return isTreeMode(entry.mode)
        ? () => this.#rewriteAll(entry.id, `${path}/`)
        : this.#replacing(entry, path);
    });
  }

  async #change(
    tree: ObjectId,
    change: (entry: RawEntry) => (() => Promise<ObjectId>) | undefined,
  ): Promise<ObjectId> {
    const content = Buffer.from((await this.#objects.read(tree)).content);
    let changed = false;
    for (const entry of rawEntries(content, ID_BYTES)) {
      const next = await change(entry)?.();
      if (next === undefined || next === entry.id) continue;
      content.write(next, entry.idAt, 'hex');
      changed = true;
    }
    return changed ? this.#fresh.add('tree', content) : tree;
  }

  #replacing(entry: RawEntry, path: string): (() => Promise<ObjectId>) | undefined {
    if (isLinkMode(entry.mode)) return undefined;
    if (this.#rewriting.blobs.has(entry.id)) return () => this.#replace(entry);
    return this.#holders.has(entry.id) ? () => this.#mask(entry, path) : undefined;
  }

  async #mask({ id }: RawEntry, path: string): Promise<ObjectId> {
    const known = this.#masked.get(id) ?? (await this.#maskContent(id));
    this.#masked.set(id, known);
    if (known !== id) this.maskedPaths.add(path);
    return known;
  }

  async #maskContent(id: ObjectId): Promise<ObjectId> {
    const bytes = this.#rewriting.mask((await this.#objects.read(id)).content);
    return bytes === undefined ? id : this.#fresh.add('blob', bytes);
  }

  #replace({ mode, name, id }: RawEntry): Promise<ObjectId> {
    const kind = mode === SYMLINK ? 'symlink' : 'file';
    return this.#fresh.add('blob', this.#rewriting.replacement({ blob: id, name, kind }));
  }

  /** Whether a tree is that of a state's carrier. */
  async isCarrier(tree: ObjectId): Promise<boolean> {
    const { content } = await this.#objects.read(tree);
    const names = new Set([...rawEntries(content, ID_BYTES)].map(({ name }) => name.toString('latin1')));
    return CARRIED.every((name) => names.has(name));
  }
}
