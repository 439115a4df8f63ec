import type { ConflictStage, MergeConflict, MergeConflictKind } from '#ports/repository.ts';
import { unexpectedAnswer } from '#git/failure.ts';
import { rawPathKey } from './path-key.ts';

/** What `git merge-tree -z --messages` says of conflicts, behind the tree's id: entries, an empty record, messages. */
export function parseConflicts(records: readonly Buffer[]): {
  readonly conflicts: readonly MergeConflict[];
} {
  const found = new Found();
  let at = 0;
  for (; at < records.length && records[at]?.length !== 0; at += 1) found.addStage(records[at]);
  at += 1;
  while (at < records.length) {
    const count = Number(records[at]?.toString('latin1'));
    if (!Number.isInteger(count) || count < 0) throw unexpectedAnswer('merge-tree');
    const paths = records.slice(at + 1, at + 1 + count);
    found.addMessage(paths, records[at + 1 + count]?.toString('latin1') ?? '');
    at += count + 3;
  }
  return { conflicts: found.conflicts() };
}

class Found {
  readonly #stages = new Map<string, { readonly path: Uint8Array; readonly stages: ConflictStage[] }>();
  readonly #kinds = new Map<string, MergeConflictKind>();

  addStage(record: Buffer | undefined): void {
    const match = /^([0-7]{6}) ([0-9a-f]{40}) ([123])\t/.exec(record?.toString('latin1') ?? '');
    const [head, mode, id, stage] = match ?? [];
    if (record === undefined || head === undefined || mode === undefined || id === undefined) {
      throw unexpectedAnswer('merge-tree');
    }
    const path = new Uint8Array(record.subarray(head.length));
    const key = rawPathKey(path);
    const entry = this.#stages.get(key) ?? { path, stages: [] };
    entry.stages.push({ stage: STAGES[Number(stage) - 1] ?? 1, mode, id });
    this.#stages.set(key, entry);
  }

  /** The first that says more than that contents differ counts; a file that both renamed has several. */
  addMessage(paths: readonly Buffer[], type: string): void {
    const kind = kindOf(type);
    if (kind === undefined) return;
    const isStaged = paths.some((path) => this.#stages.has(rawPathKey(path)));
    for (const path of paths) {
      const key = rawPathKey(path);
      const known = this.#kinds.get(key);
      if (known === undefined || known === 'content') this.#kinds.set(key, kind);
      // What no stage tells of is in the way all the same: a directory that was renamed to two places.
      if (kind === 'directory rename' && !isStaged) {
        this.#stages.set(key, { path: new Uint8Array(path), stages: [] });
      }
    }
  }

  conflicts(): readonly MergeConflict[] {
    return [...this.#stages].map(([key, { path, stages }]) => ({
      path,
      kind: this.#kindAt(key, stages),
      stages,
    }));
  }

  #kindAt(key: string, stages: readonly ConflictStage[]): MergeConflictKind {
    const kind = this.#kinds.get(key) ?? 'content';
    const isNew = stages.length > 0 && stages.every(({ stage }) => stage !== 1);
    return kind === 'content' && isNew ? 'add/add' : kind;
  }
}

const STAGES = [1, 2, 3] as const;

/** Git's short descriptions are stable; one that is none of a conflict is undefined. */
function kindOf(type: string): MergeConflictKind | undefined {
  const match = /^CONFLICT ?\((.+)\)$/.exec(type)?.[1];
  if (match === undefined) return undefined;
  return KINDS[match] ?? (match.startsWith('submodule') ? 'submodule' : otherKind(match));
}

function otherKind(description: string): MergeConflictKind {
  return description.includes('directory rename') ? 'directory rename' : 'content';
}

const KINDS: Readonly<Record<string, MergeConflictKind>> = {
  contents: 'content',
  content: 'content',
  binary: 'binary',
  'file/directory': 'file/directory',
  'distinct modes': 'mode',
  'distinct types': 'mode',
  'modify/delete': 'modify/delete',
  'rename/delete': 'rename/delete',
  'rename/rename': 'rename/rename',
  'rename involved in collision': 'rename/rename',
};
