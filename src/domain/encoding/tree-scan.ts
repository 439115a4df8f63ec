import { formatHex } from './bytes.ts';

/*
 * A Git tree: for each entry <mode> SP <name> NUL <20 bytes of object id>.
 */

const ID_BYTES = 20;
const NUL = 0;
const MODES = { tree: '40000 ', content: ['100644 ', '100755 ', '120000 '], link: '160000 ' } as const;

/** Objects that are looked for in trees. */
export class WantedIds {
  readonly #ids: ReadonlySet<string>;
  /** Their first four bytes: few other ids begin so. */
  readonly #beginnings: ReadonlySet<number>;

  constructor(ids: ReadonlySet<string>) {
    this.#ids = ids;
    this.#beginnings = new Set([...ids].map((id) => Number.parseInt(id.slice(0, 8), 16)));
  }

  has(id: string): boolean {
    return this.#ids.has(id);
  }

  /** Tells whether the id that stands somewhere in some bytes is one of them. */
  hasAt(bytes: Uint8Array, at: number): boolean {
    const first =
      ((bytes[at] ?? 0) * 0x1000000 +
        (((bytes[at + 1] ?? 0) << 16) | ((bytes[at + 2] ?? 0) << 8) | (bytes[at + 3] ?? 0))) >>>
      0;
    return this.#beginnings.has(first) && this.#ids.has(formatHex(bytes.subarray(at, at + ID_BYTES)));
  }
}

/** What a tree says of what is looked for. */
export interface ScannedTree {
  /** Whether a file or symbolic link in it is wanted; a submodule's commit is neither. */
  readonly holds: boolean;
  /** Directories in it, by id. */
  readonly trees: readonly string[];
}

/**
 * Looks through a tree without taking it apart: of a long history's trees most say nothing. Undefined where an entry
 * has not one of the modes that git writes today, or is cut off: that is for whoever reads it entry by entry.
 */
export function scanTree(content: Uint8Array, wanted: WantedIds): ScannedTree | undefined {
  const trees: string[] = [];
  let holds = false;
  for (let at = 0; at < content.length;) {
    const kind = kindAt(content, at);
    if (kind === undefined) return undefined;
    const nul = content.indexOf(NUL, at + MODES.tree.length);
    const end = nul + 1 + ID_BYTES;
    if (nul === -1 || end > content.length) return undefined;
    if (kind === 'tree') trees.push(formatHex(content.subarray(nul + 1, end)));
    else if (kind === 'content' && wanted.hasAt(content, nul + 1)) holds = true;
    at = end;
  }
  return { holds, trees };
}

function kindAt(content: Uint8Array, at: number): 'tree' | 'content' | 'link' | undefined {
  if (standsAt(content, at, MODES.tree)) return 'tree';
  if (MODES.content.some((mode) => standsAt(content, at, mode))) return 'content';
  return standsAt(content, at, MODES.link) ? 'link' : undefined;
}

function standsAt(content: Uint8Array, at: number, mode: string): boolean {
  for (let index = 0; index < mode.length; index += 1) {
    if (content[at + index] !== mode.charCodeAt(index)) return false;
  }
  return true;
}
