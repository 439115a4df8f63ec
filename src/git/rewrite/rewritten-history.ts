import type { ObjectId } from '#ports/objects.ts';
import type {
  CommitMap,
  MaskedFile,
  RewriteReport,
  Rewriting,
  UnsignedCommit,
} from '#ports/removal/rewriting.ts';
import { RawObjects } from '#git/erase/store/raw-objects.ts';
import type { EraseGround } from '#git/erase/ground.ts';
import { escapePath } from '#domain/encoding/percent-escape.ts';
import { followIds, readCommitHead, readTag, rewriteCommit, rewriteTag, type Mask } from './commit-text.ts';
import { eachCommit, findEntrances, listBelow, listCommits, type Link } from './history.ts';
import { findMaskedFiles } from './masked-files.ts';
import { NewObjects } from './new-objects.ts';
import { Notes } from './notes.ts';
import { findPartHolders, type PartHolders } from './part-holders.ts';
import { ReplacedIds } from './replaced-ids.ts';
import { keepCommits, type RootRef, type Roots } from './roots.ts';
import { Trees } from './trees.ts';

/** What a ref comes to; `name` is another one where the name told of a commit that is replaced. */
export interface MovedRef {
  readonly name: string;
  readonly before: RootRef;
  readonly id: ObjectId;
}

/** History as it is without the content. */
export interface RewrittenHistory {
  /** Commits and tags that are replaced. */
  readonly replaced: CommitMap;
  readonly commits: number;
  readonly notes: number;
  readonly moved: readonly MovedRef[];
  readonly signedCommits: readonly UnsignedCommit[];
  readonly unsigned: number;
  readonly signedTags: readonly string[];
  /** A text with the ids of what is replaced, whole or abbreviated, by those in their place. */
  readonly follow: (text: string) => string;
  readonly masked: RewriteReport['masked'];
  /** Files in indexes. */
  readonly files: readonly MaskedFile[];
}

const NOTES_REFS = 'refs/notes/';
const REPLACE_REFS = 'refs/replace/';
/** Signed commits that are named. */
const MOST_NAMED = 100;
const LONGEST_TAG_CHAIN = 50;

/** Makes the history that stands in the place of the one with the content. A trial writes nothing. */
export async function rewriteHistory(
  ground: EraseGround,
  rewriting: Rewriting,
  { roots, trial }: { readonly roots: Roots; readonly trial: boolean },
): Promise<RewrittenHistory> {
  const objects = new RawObjects(ground.runner);
  try {
    const others = [...roots.heads.map(({ id }) => id), ...roots.stashes];
    const begin = await keepCommits(ground, [...others, ...roots.needed.flatMap(({ ids }) => ids)]);
    const holders = await findPartHolders(ground, rewriting, roots);
    const wanted = new Set([...rewriting.blobs, ...holders.blobs]);
    const entrances = await findEntrances(ground.runner, wanted, begin);
    const fresh = new NewObjects(ground.runner, { trial });
    const trees = new Trees(objects, fresh, { rewriting, paths: entrances.paths, holders: holders.blobs });
    const { mask } = rewriting;
    const rewriter = new Rewriter({ objects, fresh, trees, entered: entrances.commits, holders, mask });
    for (const link of eachCommit(await listCommits(ground.runner, begin))) await rewriter.commit(link);
    const notes = roots.refs.filter(({ name, kind }) => name.startsWith(NOTES_REFS) && kind === 'commit');
    await rewriter.notes(
      await listBelow(
        ground.runner,
        notes.map(({ id }) => id),
      ),
    );
    const moved: MovedRef[] = [];
    for (const ref of [...roots.refs, ...roots.heads]) moved.push(...(await rewriter.ref(ref)));
    const files = await findMaskedFiles(ground, rewriting, { holders: holders.blobs, objects, fresh });
    await fresh.finish();
    return { ...rewriter.told(), moved, files };
  } finally {
    await objects.close();
  }
}

interface RewriterGround {
  readonly objects: RawObjects;
  readonly fresh: NewObjects;
  readonly trees: Trees;
  /** Commits by which the content came in. */
  readonly entered: ReadonlySet<ObjectId>;
  readonly holders: PartHolders;
  readonly mask: Mask;
}

class Rewriter {
  readonly #ground: RewriterGround;
  readonly #replaced = new ReplacedIds();
  readonly #signedCommits: UnsignedCommit[] = [];
  readonly #signedTags: string[] = [];
  readonly #signedObjects = new Set<ObjectId>();
  readonly #notes: Notes;
  #commits = 0;
  #messages = 0;
  #unsigned = 0;

  constructor(ground: RewriterGround) {
    this.#ground = ground;
    this.#notes = new Notes(ground.objects, ground.fresh, this.#replaced.newId);
  }

  async commit({ commit, parents }: Link): Promise<void> {
    const { entered, trees, holders } = this.#ground;
    const holds = entered.has(commit) || holders.texts.has(commit);
    if (!holds && !parents.some((parent) => this.#replaced.has(parent))) return;
    await this.#replace(commit, (tree) => trees.rewrite(tree));
  }

  /** Notes are on commits of any history, so that these must be known before. */
  async notes(listed: Buffer): Promise<void> {
    const { trees, fresh } = this.#ground;
    const { entered, holders } = this.#ground;
    if (this.#replaced.map.size + entered.size + holders.texts.size === 0) return;
    // One change of a tree of notes is made of the other's.
    fresh.keep();
    for (const { commit } of eachCommit(listed)) {
      if (this.#replaced.has(commit)) continue;
      await this.#replace(commit, async (tree) => this.#notes.rewrite(await trees.rewrite(tree)));
    }
  }

  async #replace(commit: ObjectId, rewriteTree: (tree: ObjectId) => Promise<ObjectId>): Promise<void> {
    const { objects, fresh } = this.#ground;
    const { content } = await objects.read(commit);
    const head = readCommitHead(content);
    if (head === undefined) return;
    const tree = await rewriteTree(head.tree);
    const mask = await this.#maskFor(commit, head.tree);
    const { newId } = this.#replaced;
    const moves = tree !== head.tree || head.parents.some((parent) => this.#replaced.has(parent));
    const rewritten = rewriteCommit(content, { tree, newId, mask });
    if (!moves && (mask === undefined || rewritten.equals(content))) return;
    this.#replaced.add(commit, await fresh.add('commit', rewritten));
    this.#commits += 1;
    if (mask !== undefined) this.#messages += 1;
    if (head.signed) this.#tellUnsigned(commit, head.subject);
  }

  /** How a commit's or a tag's text loses what goes; undefined where nothing does. What carries a state says nothing. */
  async #maskFor(id: ObjectId, tree?: ObjectId): Promise<Mask | undefined> {
    const { holders, trees, mask } = this.#ground;
    if (!holders.texts.has(id)) return undefined;
    return tree !== undefined && (await trees.isCarrier(tree)) ? undefined : mask;
  }

  #tellUnsigned(commit: ObjectId, subject: string): void {
    this.#unsigned += 1;
    if (this.#signedCommits.length >= MOST_NAMED) return;
    const bytes = Buffer.from(subject, 'latin1');
    const shown = Buffer.from(this.#ground.mask(bytes) ?? bytes).toString('utf8');
    this.#signedCommits.push({ commit, subject: shown.slice(0, 200) });
  }

  /** Nothing for a ref that stays. */
  async ref(before: RootRef): Promise<readonly MovedRef[]> {
    const id = await this.#object(before.id, before.kind);
    if (this.#signedObjects.has(before.id)) this.#signedTags.push(before.name);
    const named = before.name.startsWith(REPLACE_REFS) ? before.name.slice(REPLACE_REFS.length) : undefined;
    const follows = named === undefined ? undefined : this.#replaced.map.get(named);
    const name = follows === undefined ? before.name : `${REPLACE_REFS}${follows}`;
    return id === before.id && name === before.name ? [] : [{ name, before, id }];
  }

  async #object(id: ObjectId, kind: string, depth = 0): Promise<ObjectId> {
    const known = this.#replaced.map.get(id);
    if (known !== undefined) return known;
    if (kind === 'commit') return id;
    if (kind !== 'tag') return this.#ground.trees.rewriteBare(kind, id);
    const { content } = await this.#ground.objects.read(id);
    const tag = readTag(content);
    if (tag === undefined || depth > LONGEST_TAG_CHAIN) return id;
    const object = await this.#object(tag.object, tag.kind, depth + 1);
    const mask = await this.#maskFor(id);
    if (object === tag.object && mask === undefined) return id;
    const { newId } = this.#replaced;
    const next = await this.#ground.fresh.addTag(rewriteTag(content, object, { newId, mask }));
    this.#replaced.add(id, next);
    if (mask !== undefined) this.#messages += 1;
    if (tag.signed) this.#signedObjects.add(id);
    return next;
  }

  told(): Omit<RewrittenHistory, 'moved' | 'files'> {
    const { maskedPaths, masked } = this.#ground.trees;
    const shown = [...maskedPaths].map((path) => {
      const bytes = Buffer.from(path, 'latin1');
      return escapePath(this.#ground.mask(bytes) ?? bytes);
    });
    return {
      masked: {
        paths: [...new Set(shown)].toSorted().slice(0, MOST_NAMED),
        files: masked,
        messages: this.#messages,
      },
      replaced: this.#replaced.map,
      commits: this.#commits,
      notes: this.#notes.moved,
      signedCommits: this.#signedCommits,
      unsigned: this.#unsigned,
      signedTags: this.#signedTags,
      follow: (text) => followIds(text, this.#replaced.newId),
    };
  }
}
