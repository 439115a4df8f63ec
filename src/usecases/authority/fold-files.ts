import type { AuthorityEntry, AuthorityViolation } from '#domain/authority/authority-fold.ts';
import type { AuthorityVerifier } from '#domain/authority/author.ts';
import type { AuthorityView } from '#domain/authority/authority.ts';
import { AuthorityGraph, type AddedRecord } from '#domain/authority/fork/authority-graph.ts';
import type { AuthorityId } from '#domain/id.ts';
import type { RecordFiles } from './read-record.ts';

/** Folds records as they lie in commits, in the order in which they were read. */
export class FileFold {
  readonly graph: AuthorityGraph;
  readonly #ids = new Map<string, AuthorityId>();

  constructor(verifier: AuthorityVerifier) {
    this.graph = new AuthorityGraph(verifier);
  }

  /** The record of a commit that was folded; undefined for any other. */
  idOf(commit: string): AuthorityId | undefined {
    return this.#ids.get(commit);
  }

  /** Adds the record of a commit; one that is not valid, or whose commit follows others than it names, is not added. */
  add({ commit, parents }: Pick<RecordFiles, 'commit' | 'parents'>, entry: AuthorityEntry): AddedRecord {
    const { record } = entry;
    const after = parents.map((parent) => this.#ids.get(parent));
    if (parents.length !== record.prev.length || record.prev.some((id, index) => id !== after[index])) {
      const why = 'its commit does not follow the records that it names';
      const subject = { record: null, seq: record.seq, by: record.by };
      return { kind: 'violation', violation: { ...subject, why } };
    }
    const step = this.graph.add(entry);
    if (step.kind === 'view') this.#ids.set(commit, step.id);
    return step;
  }
}

/** Records that were folded, and what the newest comes to. */
export type FoldedFiles =
  | { readonly kind: 'view'; readonly view: AuthorityView; readonly fold: FileFold }
  | { readonly kind: 'violation'; readonly violation: AuthorityViolation };

/** Folds all records up to the last one, which has to know all others. */
export function foldFiles(
  files: readonly { readonly files: RecordFiles; readonly entry: AuthorityEntry }[],
  verifier: AuthorityVerifier,
): FoldedFiles {
  const fold = new FileFold(verifier);
  let view: AuthorityView | undefined;
  for (const { files: file, entry } of files) {
    const step = fold.add(file, entry);
    if (step.kind === 'violation') return step;
    view = step.view;
  }
  if (view !== undefined) return { kind: 'view', view, fold };
  const violation = { record: null, seq: 0, by: null, why: 'the chain is empty' };
  return { kind: 'violation', violation };
}
