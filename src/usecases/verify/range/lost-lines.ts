import type { ObjectId } from '#ports/objects.ts';
import type { Workspace } from '#ports/workspace.ts';
import { belowFiles } from '#usecases/blame/places.ts';
import { blobAt } from '#usecases/content/blob-at.ts';

/** What a larger file lost is not told. */
const LARGEST_FILE = 64 * 1024 * 1024;

/** How often a file has each line; bytes as letters, for nothing is shown of them. */
type Lines = ReadonlyMap<string, number>;

/** A file as a commit has it, which took lines out of it. */
export interface LosingFile {
  readonly commit: ObjectId;
  readonly parents: readonly ObjectId[];
  /** Raw bytes. */
  readonly path: Uint8Array;
}

/** Lines that a commit took out of a file: all of its parents have them more often. Throws `FORMAT_INVALID` above 64 MiB. */
export class LostLines {
  readonly #workspace: Workspace;
  readonly #path: Uint8Array;
  readonly #left: Lines;
  readonly #lost: ReadonlySet<string>;

  private constructor(
    workspace: Workspace,
    path: Uint8Array,
    { left, lost }: { left: Lines; lost: ReadonlySet<string> },
  ) {
    this.#workspace = workspace;
    this.#path = path;
    this.#left = left;
    this.#lost = lost;
  }

  static async of(workspace: Workspace, { commit, parents, path }: LosingFile): Promise<LostLines> {
    const left = await linesAt(workspace, commit, path);
    const before = await Promise.all(parents.map((parent) => linesAt(workspace, parent, path)));
    const [first = new Map<string, number>()] = before;
    const isLost = (line: string): boolean =>
      before.every((lines) => (lines.get(line) ?? 0) > (left.get(line) ?? 0));
    return new LostLines(workspace, path, { left, lost: new Set([...first.keys()].filter(isLost)) });
  }

  get none(): boolean {
    return this.#lost.size === 0;
  }

  /** Whether a state does without them, too. */
  async areMissingIn(carrier: ObjectId): Promise<boolean> {
    const lines = await linesAt(this.#workspace, carrier, belowFiles(this.#path));
    return [...this.#lost].every((line) => (lines.get(line) ?? 0) <= (this.#left.get(line) ?? 0));
  }
}

async function linesAt(workspace: Workspace, root: ObjectId, path: Uint8Array): Promise<Lines> {
  const blob = await blobAt(workspace, root, path);
  const found = blob === undefined ? undefined : await workspace.objects.read(blob, LARGEST_FILE);
  const lines = new Map<string, number>();
  if (found === undefined) return lines;
  for (const line of new TextDecoder('latin1').decode(found.content).split('\n')) {
    lines.set(line, (lines.get(line) ?? 0) + 1);
  }
  return lines;
}
