import type { ObjectId, TreeEntry } from '#ports/objects.ts';
import { isTreeMode, rawEntries } from '#git/erase/reach/references.ts';
import type { RawObjects } from '#git/erase/store/raw-objects.ts';
import { encodeTree } from '#git/objects/tree-format.ts';
import { followIds, type NewId } from './commit-text.ts';
import type { NewObjects } from './new-objects.ts';

/** A longer note is kept as it is. */
const LARGEST_NOTE = 16 * 1024 * 1024;
const ID_BYTES = 20;

interface Note {
  /** The names on its path. */
  readonly path: readonly string[];
  readonly mode: string;
  readonly id: ObjectId;
}

/** A tree of notes, by name; what is no tree is an entry. */
type Level = Map<string, Level | Pick<Note, 'mode' | 'id'>>;

/** Moves notes to the commits in whose place others stand: a note's name is its commit's id. */
export class Notes {
  readonly #objects: RawObjects;
  readonly #fresh: NewObjects;
  readonly #newId: NewId;
  readonly #moved = new Set<string>();

  constructor(objects: RawObjects, fresh: NewObjects, newId: NewId) {
    this.#objects = objects;
    this.#fresh = fresh;
    this.#newId = newId;
  }

  /** How many notes follow another commit. */
  get moved(): number {
    return this.#moved.size;
  }

  /** A tree of notes whose names are as deep as before; its own id where none has to follow. */
  async rewrite(tree: ObjectId): Promise<ObjectId> {
    const notes = await this.#read(tree, []);
    const taken = new Set(notes.map(({ path }) => path.join('')));
    const next: Note[] = [];
    let changed = false;
    for (const note of notes) {
      const name = note.path.join('');
      const follows = name.length === 2 * ID_BYTES ? this.#newId(name) : undefined;
      if (follows === undefined || taken.has(follows)) {
        next.push(note);
        continue;
      }
      changed = true;
      this.#moved.add(follows);
      next.push({ ...note, path: split(follows, note.path), id: await this.#follow(note) });
    }
    return changed ? this.#write(nest(next)) : tree;
  }

  async #read(tree: ObjectId, above: readonly string[]): Promise<readonly Note[]> {
    const { content } = this.#fresh.kept(tree) ?? (await this.#objects.read(tree));
    const notes: Note[] = [];
    for (const { mode, name, id } of rawEntries(content, ID_BYTES)) {
      const path = [...above, name.toString('latin1')];
      // Notes are two letters to a level; deeper is somebody's own.
      if (isTreeMode(mode) && path.length < ID_BYTES) notes.push(...(await this.#read(id, path)));
      else notes.push({ path, mode, id });
    }
    return notes;
  }

  /** Some tools write the commit's id into the note, too. */
  async #follow({ id }: Note): Promise<ObjectId> {
    const found = this.#fresh.kept(id) ?? (await this.#objects.find(id));
    if (found?.kind !== 'blob' || found.content.length > LARGEST_NOTE) return id;
    const text = found.content.toString('latin1');
    const followed = followIds(text, this.#newId);
    return followed === text ? id : this.#fresh.add('blob', Buffer.from(followed, 'latin1'));
  }

  async #write(level: Level): Promise<ObjectId> {
    const entries: TreeEntry[] = [];
    for (const [name, entry] of level) {
      const raw = Buffer.from(name, 'latin1');
      if (entry instanceof Map) entries.push({ mode: '40000', name: raw, id: await this.#write(entry) });
      else entries.push({ ...entry, mode: entry.mode.replace(/^0/, ''), name: raw });
    }
    return this.#fresh.add('tree', encodeTree(entries));
  }
}

/** An id in pieces as long as those of the one before. */
function split(id: string, like: readonly string[]): readonly string[] {
  let at = 0;
  return like.map(({ length }) => {
    at += length;
    return id.slice(at - length, at);
  });
}

function nest(notes: readonly Note[]): Level {
  const root: Level = new Map();
  for (const { path, mode, id } of notes) {
    let level = root;
    for (const name of path.slice(0, -1)) {
      const below = level.get(name);
      const next: Level = below instanceof Map ? below : new Map();
      level.set(name, next);
      level = next;
    }
    level.set(path.at(-1) ?? '', { mode, id });
  }
  return root;
}
