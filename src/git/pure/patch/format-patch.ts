import { HeddleError } from '#domain/error.ts';
import { corrupt } from '#git/objects/object-name.ts';
import { NO_OBJECT } from '#git/objects/hash.ts';
import type { ObjectReader, TreeChange } from '#ports/objects.ts';
import { formatHunks } from './hunks.ts';
import { quotePath } from './quote-path.ts';
import { pairFiles, type FilePair, type Side } from './renames.ts';
import { percent } from './similarity.ts';
import { isBinary } from './text-lines.ts';

/** Largest patch that is shown. */
const LARGEST_PATCH = 256 * 1024 * 1024;
/** Contents that stay in memory while renames are looked for. */
const MOST_KEPT = 64 * 1024 * 1024;
const NOTHING = Buffer.alloc(0);

/** What a patch needs of a repository. */
export interface PatchSource {
  readonly objects: ObjectReader;
  readonly largestObject: number;
  /** The beginning of an id that Git shows for it. */
  readonly abbreviate: (id: string) => string;
}

/**
 * A unified patch like `git diff-tree -p -M` writes it, without attributes: only a NUL makes a file binary, and hunks
 * are titled by Git's default rule. Where several smallest patches exist it may be another one than Git's.
 */
export async function formatPatch(source: PatchSource, changes: readonly TreeChange[]): Promise<Uint8Array> {
  const contents = new Contents(source);
  const parts: Buffer[] = [];
  let size = 0;
  for (const pair of await pairFiles(changes, (side) => contents.read(side))) {
    for (const simple of splitTypeChange(pair)) {
      const part = await formatFile(source, contents, simple);
      size += part.length;
      if (size > LARGEST_PATCH) {
        throw new HeddleError('FORMAT_INVALID', 'the patch is larger than heddle shows', {
          facts: { limit: LARGEST_PATCH },
        });
      }
      parts.push(part);
    }
  }
  return Buffer.concat(parts);
}

/** A file that becomes a link goes, and the link comes. */
function splitTypeChange(pair: FilePair): readonly FilePair[] {
  const { before, after } = pair;
  if (before === null || after === null || before.mode.slice(0, 3) === after.mode.slice(0, 3)) return [pair];
  return [
    { before, after: null, score: null },
    { before: null, after, score: null },
  ];
}

async function formatFile(source: PatchSource, contents: Contents, pair: FilePair): Promise<Buffer> {
  const { before, after } = pair;
  const [from, to] = [before ?? after, after ?? before];
  if (from === null || to === null) return NOTHING;
  const [oldName, newName] = [quotePath(from.path, 'a/'), quotePath(to.path, 'b/')];
  const header = [line('diff --git ', oldName, ' ', newName), ...metaLines(source, pair)];
  if (before?.id === after?.id) return Buffer.concat(header);
  const [old, next] = [await contents.readOrNothing(before), await contents.readOrNothing(after)];
  const [oldLabel, newLabel] = [label(before, oldName), label(after, newName)];
  if (isBinary(old) || isBinary(next)) {
    return Buffer.concat([...header, line('Binary files ', oldLabel, ' and ', newLabel, ' differ')]);
  }
  const hunks = formatHunks(old, next);
  if (hunks.length === 0) return Buffer.concat(header);
  const names = [line('--- ', oldLabel, tab(oldLabel)), line('+++ ', newLabel, tab(newLabel))];
  return Buffer.concat([...header, ...names, hunks]);
}

function metaLines({ abbreviate }: PatchSource, { before, after, score }: FilePair): readonly Buffer[] {
  const index = `index ${[before, after].map((side) => abbreviate(side?.id ?? NO_OBJECT)).join('..')}`;
  if (before === null) return [line(`new file mode ${after?.mode ?? ''}`), line(index)];
  if (after === null) return [line(`deleted file mode ${before.mode}`), line(index)];
  const sameMode = before.mode === after.mode;
  return [
    ...(sameMode ? [] : [line(`old mode ${before.mode}`), line(`new mode ${after.mode}`)]),
    ...(score === null ? [] : renameLines(before, after, score)),
    ...(before.id === after.id ? [] : [line(sameMode ? `${index} ${before.mode}` : index)]),
  ];
}

function renameLines(before: Side, after: Side, score: number): readonly Buffer[] {
  return [
    line(`similarity index ${percent(score)}%`),
    line('rename from ', quotePath(before.path)),
    line('rename to ', quotePath(after.path)),
  ];
}

function label(side: Side | null, name: Buffer): Buffer {
  return side === null ? Buffer.from('/dev/null') : name;
}

/** A name with a blank ends with a tab, so that `patch` sees where it does. */
function tab(name: Buffer): string {
  return name.includes(0x20) ? '\t' : '';
}

function line(...parts: readonly (string | Buffer)[]): Buffer {
  return Buffer.concat([...parts.map((part) => Buffer.from(part)), Buffer.from('\n')]);
}

/** Contents by id, kept while there is room: looking for renames reads each side many times. */
class Contents {
  readonly #source: PatchSource;
  readonly #kept = new Map<string, Buffer>();
  #bytes = 0;

  constructor(source: PatchSource) {
    this.#source = source;
  }

  async readOrNothing(side: Side | null): Promise<Buffer> {
    return side === null ? NOTHING : this.read(side);
  }

  async read({ id, mode }: Side): Promise<Buffer> {
    // The other repository's commit is not here; Git shows its id.
    if (mode === '160000') return Buffer.from(`Subproject commit ${id}\n`);
    const kept = this.#kept.get(id);
    if (kept !== undefined) return kept;
    const blob = await this.#source.objects.read(id, this.#source.largestObject);
    if (blob?.kind !== 'blob') throw corrupt(id);
    const content = Buffer.from(blob.content.buffer, blob.content.byteOffset, blob.content.byteLength);
    this.#bytes += content.length;
    if (this.#bytes > MOST_KEPT) {
      this.#kept.clear();
      this.#bytes = content.length;
    }
    this.#kept.set(id, content);
    return content;
  }
}
