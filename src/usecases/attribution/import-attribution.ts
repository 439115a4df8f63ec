import type { AttributionFormat, ClaimedFile } from '#domain/attribution/claim.ts';
import { countLines, joinSpans } from '#domain/attribution/line-spans.ts';
import { foreignProblem } from '#domain/attribution/foreign-text.ts';
import {
  encodeImport,
  encodeImportTexts,
  LARGEST_IMPORT_TEXTS,
  type ImportedCommit,
} from '#domain/attribution/import-codec.ts';
import { utf8 } from '#domain/encoding/bytes.ts';
import type { Json } from '#domain/encoding/canonical-json.ts';
import { HeddleError } from '#domain/error.ts';
import { formatDigest } from '#domain/id.ts';
import type { AttributionImportResult } from '#domain/results/attribution-results.ts';
import { newSalt } from '#domain/state/texts.ts';
import type { ObjectId } from '#ports/objects.ts';
import type { Workspace } from '#ports/workspace.ts';
import { knowAuthority } from '#usecases/authority/load-authority.ts';
import { blobEntries } from '#usecases/authority/draft.ts';
import { blobAt } from '#usecases/content/blob-at.ts';
import { DIRECTORY } from '#usecases/signed-sets/set-files.ts';
import { recordAuthor, signedFields, signRecord } from '#usecases/signed-sets/sign-record.ts';
import { mutate, type Mutated } from '#usecases/transaction/mutate.ts';
import type { Drafts, Ground, Plan } from '#usecases/transaction/plan.ts';
import { NO_CHANGE } from '#usecases/transaction/publish.ts';
import { commitsOf, resolveRange, type RangeNames } from './commit-range.ts';
import {
  findRecords,
  parseRecord,
  type ForeignRecord,
  type ForeignSource,
} from './imports/foreign-records.ts';
import { examineImports, type ExaminedImports } from './imports/examine-imports.ts';
import { moveImports, MOST_IMPORTS } from './imports/import-set.ts';

export interface ImportOptions {
  readonly format: AttributionFormat;
  /** Null for every commit that the source has something of. */
  readonly range: RangeNames | null;
  /** A file's bytes; null for the notes at `ref`. */
  readonly bytes: Uint8Array | null;
  readonly ref: string;
}

type Imported = Omit<AttributionImportResult, 'operation'>;
type Skipped = AttributionImportResult['skipped'][number];

/**
 * Takes over what another tool says of lines of Git's commits, as claims: signed by whoever takes them over, and by
 * nobody else. What is not of this repository is left out and told. Throws `NOT_FOUND`, `USAGE`, `FORMAT_INVALID` where
 * nothing can be read, and what {@link mutate} throws; then nothing was changed.
 */
export async function importAttribution(
  workspace: Workspace,
  options: ImportOptions,
): Promise<Mutated<Imported>> {
  const { format, range, ref } = options;
  // Whoever has no heddle here is told that first.
  await knowAuthority(workspace);
  const records = await chooseRecords(workspace, options);
  const contents = formatDigest(workspace.hasher.hash('foreign', ...records.map(({ content }) => content)));
  const args: Json = { format, range: range === null ? null : { ...range }, ref, contents };
  return mutate<Imported>(workspace, {
    op: 'attribution-import',
    args,
    asksPassphrase: false,
    propose: async (ground) => {
      const set = await examineImports(workspace, { newest: ground.authority.view, views: null });
      const read = await readAll(workspace, { format, records, known: knownRecords(set, format) });
      const result = resultOf(format, read);
      if (read.commits.length === 0) return { kind: 'nothing', result };
      if (set.rows.length >= MOST_IMPORTS) throw tooMany();
      return {
        kind: 'ask',
        ask: { operation: 'state:capture', resources: [ground.authority.view.repository] },
        plan: async (drafts) => plan(workspace, { ground, drafts, set, commits: read.commits, result }),
      };
    },
  });
}

async function chooseRecords(
  workspace: Workspace,
  { format, range, bytes, ref }: ImportOptions,
): Promise<readonly ForeignRecord[]> {
  const resolved = range === null ? null : await resolveRange(workspace, 'attribution import', range);
  const wanted = resolved === null ? null : await commitsIn(workspace, resolved);
  const commit = resolved?.since === null ? resolved.until : null;
  const source: ForeignSource = bytes === null ? { kind: 'notes', ref } : { kind: 'bytes', bytes, commit };
  const found = await findRecords(workspace, format, { source, wanted });
  return wanted === null ? found : found.filter((one) => one.commit === null || wanted.has(one.commit));
}

async function commitsIn(
  workspace: Workspace,
  range: Parameters<typeof commitsOf>[1],
): Promise<ReadonlySet<ObjectId>> {
  const tracer = await workspace.lineTracers.open();
  try {
    return new Set(await commitsOf(tracer, range));
  } finally {
    await tracer.close();
  }
}

/** What was imported already, by the records that it came from. */
function knownRecords({ records }: ExaminedImports, format: AttributionFormat): ReadonlySet<string> {
  const ours = records.filter(({ record }) => record.source === format);
  return new Set(ours.flatMap(({ commits }) => commits.map(({ commit, record }) => `${commit} ${record}`)));
}

interface Reading {
  readonly format: AttributionFormat;
  readonly records: readonly ForeignRecord[];
  readonly known: ReadonlySet<string>;
}

interface Read {
  readonly commits: readonly ImportedCommit[];
  readonly skipped: readonly Skipped[];
}

/** One bad record keeps no other one out; where there is none but bad ones, the first says why. */
async function readAll(workspace: Workspace, { format, records, known }: Reading): Promise<Read> {
  const commits: ImportedCommit[] = [];
  const skipped: Skipped[] = [];
  const bad: HeddleError[] = [];
  for (const one of records) {
    try {
      const claimed = parseRecord(format, one);
      const record = formatDigest(workspace.hasher.hash('foreign', one.content));
      const { files, why } = await filesHere(workspace, claimed);
      const isKnown = known.has(`${claimed.commit} ${record}`);
      if (isKnown || files.length === 0) skipped.push({ commit: claimed.commit, why: isKnown ? KNOWN : why });
      else commits.push({ commit: claimed.commit, record, files });
      if (!isKnown && files.length > 0 && why !== NOTHING) skipped.push({ commit: claimed.commit, why });
    } catch (error) {
      if (!(error instanceof HeddleError)) throw error;
      bad.push(error);
      skipped.push({ commit: one.commit, why: error.message });
    }
  }
  const [first] = bad;
  if (first !== undefined && bad.length === records.length) throw first;
  return { commits, skipped };
}

const KNOWN = 'it was imported already';
const NOTHING = 'it says nothing of any line';

/** The files that the commit has; what is wrong with the others. */
async function filesHere(
  workspace: Workspace,
  { commit, files }: { readonly commit: ObjectId; readonly files: readonly ClaimedFile[] },
): Promise<{ readonly files: readonly ClaimedFile[]; readonly why: string }> {
  if ((await workspace.revisions.resolveCommit(commit)) === undefined) {
    return { files: [], why: 'this repository does not have the commit' };
  }
  const tree = await workspace.revisions.commitTree(commit);
  const claiming = files.filter(({ claims }) => claims.length > 0);
  const here: ClaimedFile[] = [];
  for (const file of claiming) {
    if ((await blobAt(workspace, tree, utf8(file.path))) !== undefined) here.push(file);
  }
  const gone = claiming.length - here.length;
  return { files: here, why: gone === 0 ? NOTHING : `the commit does not have ${gone} of its files` };
}

function resultOf(format: AttributionFormat, { commits, skipped }: Read): Imported {
  return {
    format,
    imported: commits.length > 0,
    import: null,
    commits: commits.map(({ commit, files }) => ({
      commit,
      files: files.length,
      lines: files.reduce((sum, file) => sum + linesOf(file), 0),
    })),
    skipped,
  };
}

function linesOf({ claims }: ClaimedFile): number {
  return countLines(joinSpans(claims.flatMap(({ lines }) => lines)));
}

interface Planning {
  readonly ground: Ground;
  readonly drafts: Drafts;
  readonly set: ExaminedImports;
  readonly commits: readonly ImportedCommit[];
  readonly result: Imported;
}

function plan(
  workspace: Workspace,
  { ground, drafts: { batch }, set, commits, result }: Planning,
): Plan<Imported> {
  const texts = encodeImportTexts({ salt: newSalt(workspace.random), commits });
  if (texts.length > LARGEST_IMPORT_TEXTS) throw tooLarge();
  const author = recordAuthor(ground);
  const bytes = encodeImport({ source: result.format, ...signedFields(workspace, author, texts) });
  const record = { kind: 'import', bytes, texts, nameOf: formatDigest } as const;
  const { id, beside } = signRecord(workspace, author, record);
  const tree = batch.addTree(blobEntries(batch, { 'import.json': bytes, ...beside }));
  const rows = [...set.rows, { mode: DIRECTORY, name: utf8(id), id: tree }];
  return {
    ...NO_CHANGE,
    states: [],
    refs: [moveImports(batch, set, rows)],
    result: { ...result, import: id },
  };
}

function tooMany(): HeddleError {
  return foreignProblem('the set of imports', `takes no more than ${MOST_IMPORTS}`);
}

function tooLarge(): HeddleError {
  return foreignProblem(
    'the import',
    `is larger than ${LARGEST_IMPORT_TEXTS} bytes: name a range of commits`,
  );
}
