import type { AuthorityView } from '#domain/authority/authority.ts';
import { claimOf, type ClaimedFile } from '#domain/attribution/claim.ts';
import { decodeUtf8 } from '#domain/encoding/bytes.ts';
import type { LineClaim } from '#domain/results/attribution-results.ts';
import type { ObjectId } from '#ports/objects.ts';
import type { Workspace } from '#ports/workspace.ts';
import type { FoundLine } from '#usecases/blame/places.ts';
import { examineImports, type ImportedRecord } from './imports/examine-imports.ts';

interface Claimed {
  readonly file: ClaimedFile;
  readonly from: ImportedRecord;
}

/** What imports claim of lines. Of two claims on a line the one that was imported later counts. */
export class LineClaims {
  readonly #files: ReadonlyMap<string, readonly Claimed[]>;

  private constructor(files: ReadonlyMap<string, readonly Claimed[]>) {
    this.#files = files;
  }

  /** Reads every import that counts. */
  static async load(workspace: Workspace, view: AuthorityView): Promise<LineClaims> {
    const { records } = await examineImports(workspace, { newest: view, views: null });
    const files = new Map<string, Claimed[]>();
    for (const from of records) {
      for (const { commit, files: claimed } of from.commits) {
        for (const file of claimed) {
          const key = keyOf(commit, file.path);
          const known = files.get(key);
          if (known === undefined) files.set(key, [{ file, from }]);
          else known.push({ file, from });
        }
      }
    }
    return new LineClaims(files);
  }

  /** What is claimed of a line that no state brought in, at the commit that did; null for nothing. */
  of({ carrier, commit, path, origin }: FoundLine): LineClaim | null {
    const name = decodeUtf8(path);
    if (carrier !== null || commit === null || name === undefined) return null;
    for (const { file, from } of (this.#files.get(keyOf(commit, name)) ?? []).toReversed()) {
      const claim = claimOf(file, origin);
      if (claim === undefined) continue;
      const { by, tool, model } = claim;
      const { source, actor } = from.record;
      return { source, by, tool, model, import: from.id, importedBy: actor.principal };
    }
    return null;
  }
}

function keyOf(commit: ObjectId, path: string): string {
  return `${commit} ${path}`;
}
