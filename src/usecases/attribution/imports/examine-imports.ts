import type { AuthorityView } from '#domain/authority/authority.ts';
import {
  decodeImport,
  decodeImportTexts,
  importDigest,
  LARGEST_IMPORT_TEXTS,
  type ImportRecord,
  type ImportTexts,
} from '#domain/attribution/import-codec.ts';
import { authorise } from '#domain/decision/authorise.ts';
import type { EvaluateToken } from '#domain/decision/decision.ts';
import { sayingThen, unfrozen, type SignedUnder } from '#domain/decision/request-then.ts';
import { HeddleError } from '#domain/error.ts';
import type { AuthorityId, Digest } from '#domain/id.ts';
import { IMPORTS_REF } from '#domain/refs.ts';
import type { ObjectId, TreeEntry } from '#ports/objects.ts';
import type { Workspace } from '#ports/workspace.ts';
import { readEntries, readFiles } from '#usecases/signed-sets/set-files.ts';
import { assertTexts, attested, fileOf, invalidRecord } from '#usecases/signed-sets/signed-record.ts';
import { readImportRows, rowDigest } from './import-set.ts';

/** An import whose signature and chain hold, by somebody who may import. */
export interface ImportedRecord extends ImportTexts {
  readonly id: Digest;
  readonly record: ImportRecord;
}

/** The set of imports with whatever is wrong with it. */
export interface ExaminedImports {
  readonly head: ObjectId | null;
  /** Damaged ones included: a writer carries them along. */
  readonly rows: readonly TreeEntry[];
  /** In order of their time. */
  readonly records: readonly ImportedRecord[];
  readonly problems: readonly { readonly subject: string; readonly why: string }[];
}

const FILES = ['attestation.json', 'chain', 'import.json', 'texts.json'];

/** The authority chain as it is, and, where it is known, as it was at each record. */
export interface Chain {
  readonly newest: AuthorityView;
  readonly views: ReadonlyMap<AuthorityId, AuthorityView> | null;
}

/**
 * Reads the set. Everybody who can write a ref can put something into it, so an import counts only with a signature
 * under a token that allowed it. For readers that is asked of the chain as it is: whoever lost the role, or whose token
 * was revoked, vouches for nothing any more. With all of its views it is asked as it was then. What does not count is
 * told and left out.
 */
export async function examineImports(workspace: Workspace, chain: Chain): Promise<ExaminedImports> {
  const problems: { readonly subject: string; readonly why: string }[] = [];
  try {
    const { head, rows } = await readImportRows(workspace);
    const records: ImportedRecord[] = [];
    // Loading it takes as long as a short command, and most repositories have no imports.
    const engine = rows.length === 0 ? undefined : await workspace.tokens.loadEngine();
    for (const row of rows) {
      try {
        if (engine !== undefined) records.push(await readOne(workspace, { chain, engine }, row));
      } catch (error) {
        if (!(error instanceof HeddleError)) throw error;
        problems.push({ subject: rowDigest(row) ?? IMPORTS_REF, why: error.message });
      }
    }
    const order = ({ record, id }: ImportedRecord): string => `${record.at} ${id}`;
    return { head, rows, records: records.toSorted((a, b) => (order(a) < order(b) ? -1 : 1)), problems };
  } catch (error) {
    if (!(error instanceof HeddleError)) throw error;
    return { head: null, rows: [], records: [], problems: [{ subject: IMPORTS_REF, why: error.message }] };
  }
}

interface Bench {
  readonly chain: Chain;
  readonly engine: EvaluateToken;
}

/** Reads and judges one row. Throws `FORMAT_INVALID`, `FORMAT_UNKNOWN`. */
async function readOne(
  workspace: Workspace,
  { chain: { newest, views }, engine }: Bench,
  row: TreeEntry,
): Promise<ImportedRecord> {
  const id = rowDigest(row);
  if (id === undefined) throw invalidRecord('it is no import');
  const files = await readFiles(workspace, await readEntries(workspace, row.id, 'imports'), {
    set: 'imports',
    names: FILES,
    largest: LARGEST_IMPORT_TEXTS,
  });
  const bytes = fileOf(files, 'import.json');
  if (importDigest(workspace.hasher, bytes) !== id) throw invalidRecord('it is another import');
  const record = decodeImport(bytes);
  if (record.repo !== newest.genesis) throw invalidRecord('it belongs to another repository');
  const { credential } = attested(workspace, newest, { kind: 'import', id, files, claim: record });
  const view = views === null ? newest : views.get(record.policy);
  if (view === undefined) throw invalidRecord('the authority record it was made under is unknown');
  const refused = importRefusal(engine, view, { signed: record, credential });
  if (refused !== undefined) throw invalidRecord(`it was not allowed: ${refused}`);
  assertTexts(workspace.hasher, files, record.texts);
  return { id, record, ...decodeImportTexts(fileOf(files, 'texts.json')) };
}

/** Why an import was not allowed, by one view of the authority chain. */
function importRefusal(engine: EvaluateToken, view: AuthorityView, record: SignedUnder): string | undefined {
  const asked = { operation: 'state:capture', resources: [view.repository] } as const;
  const decision = authorise(sayingThen(unfrozen(view), record, asked), engine);
  return decision.kind === 'deny' ? decision.denial.code : undefined;
}
