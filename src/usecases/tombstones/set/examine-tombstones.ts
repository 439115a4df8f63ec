import type { AuthorityView } from '#domain/authority/authority.ts';
import { utf8 } from '#domain/encoding/bytes.ts';
import { HeddleError } from '#domain/error.ts';
import type { TombstoneId } from '#domain/id.ts';
import { TOMBSTONES_REF } from '#domain/refs.ts';
import {
  foldTombstones,
  newestInstant,
  type ActRecord,
  type DecodedTombstone,
  type ReceiptRecord,
  type TombstoneSet,
} from '#domain/removal/tombstone-set.ts';
import type { ObjectId, TreeEntry } from '#ports/objects.ts';
import type { Workspace } from '#ports/workspace.ts';
import { rawKey } from '#usecases/manifest/change-tree.ts';
import { isSetCommit, OTHER_COMMIT } from '#usecases/signed-sets/set-commit.ts';
import { DIRECTORY } from '#usecases/signed-sets/set-files.ts';
import { countedActs } from '#usecases/tombstones/counted-acts.ts';
import { receiptProblem, recordProblem } from './attest-record.ts';
import { decodeActRecord, decodeBareTombstone, decodeReceiptRecord } from './decode-record.ts';
import { readTombstoneFiles, type TombstoneFiles } from './read-set.ts';

/** A tombstone set with whatever is wrong with it. */
export interface ExaminedTombstones extends TombstoneSet {
  /** Null where there is no tombstone. */
  readonly head: ObjectId | null;
  /** Git entries of each tombstone's directory. */
  readonly trees: ReadonlyMap<TombstoneId, readonly TreeEntry[]>;
  /** Rows of the set's tree that stand for no record that holds: kept as they are, and believed in nothing. */
  readonly kept: readonly TreeEntry[];
  /** What is wrong, and with which tombstone (or with the ref). What it is wrong with is not among the records. */
  readonly problems: readonly TombstoneProblem[];
  /** Why nothing of it can be told, the ref leading to no set; null where it is one. */
  readonly broken: string | null;
}

export interface TombstoneProblem {
  readonly subject: string;
  readonly why: string;
  /** True of a tombstone that is whole, and made with what had been taken away by then. */
  readonly isLate?: true;
}

/**
 * Reads the tombstone set and verifies ids, texts, signatures and token chains against the keys that `view` has.
 * Whether each record was allowed is not asked here. One ref is read where there is no tombstone.
 */
export async function examineTombstones(
  workspace: Workspace,
  view: AuthorityView,
): Promise<ExaminedTombstones> {
  return examineSetAt(workspace, view, (await workspace.refs.read(TOMBSTONES_REF)) ?? null);
}

/** The same of a set wherever it stands, such as one that was fetched. */
export async function examineSetAt(
  workspace: Workspace,
  view: AuthorityView,
  head: ObjectId | null,
): Promise<ExaminedTombstones> {
  if (head === null) {
    const none = foldTombstones([], () => false);
    return { head, ...none, trees: new Map(), kept: [], problems: [], broken: null };
  }
  const examination = new Examination(workspace, view);
  await examination.read(head);
  return { head, ...examination.result() };
}

class Examination {
  readonly #workspace: Workspace;
  readonly #view: AuthorityView;
  readonly #problems: TombstoneProblem[] = [];
  #decoded: DecodedTombstone[] = [];
  readonly #trees = new Map<TombstoneId, readonly TreeEntry[]>();
  readonly #rows: TreeEntry[] = [];
  #broken: string | null = null;

  constructor(workspace: Workspace, view: AuthorityView) {
    this.#workspace = workspace;
    this.#view = view;
  }

  async read(head: ObjectId): Promise<void> {
    try {
      for (const files of await readTombstoneFiles(this.#workspace, head)) {
        this.#rows.push(files.row);
        if ('why' in files) this.#find(files.subject, files.why);
        else this.#tombstone(files);
      }
    } catch (error) {
      if (!(error instanceof HeddleError)) throw error;
      this.#find(TOMBSTONES_REF, error.message);
      this.#broken = error.message;
      return;
    }
    this.#coveredTexts();
    // Of a set that is damaged nothing can be derived.
    if (this.#problems.length === 0) await this.#commit(head);
  }

  result(): Omit<ExaminedTombstones, 'head'> {
    const set = foldTombstones(this.#decoded, countedActs(this.#view));
    const trees = new Map([...this.#trees].filter(([id]) => set.records.has(id)));
    return { ...set, trees, kept: this.#kept(trees), problems: this.#problems, broken: this.#broken };
  }

  /** Git lets a tree hold a file and a directory of one name, and then complains: the directory may be a record. */
  #kept(trees: ExaminedTombstones['trees']): readonly TreeEntry[] {
    const directories = new Set(this.#rows.filter(isDirectory).map(({ name }) => rawKey(name)));
    const records = new Set([...trees.keys()].map((id) => rawKey(utf8(id))));
    return this.#rows.filter((row) => !(isDirectory(row) ? records : directories).has(rawKey(row.name)));
  }

  #find(subject: string, why: string): void {
    this.#problems.push({ subject, why });
  }

  #tombstone(files: TombstoneFiles): void {
    const bare = this.#guard(files.id, () => {
      const decoded = decodeBareTombstone(this.#workspace.hasher, files);
      const { id, declaration: record, attestation, chain } = decoded;
      const signed = { kind: 'tombstone', id, record, attestation, chain } as const;
      return { decoded, why: recordProblem(this.#workspace, signed, this.#view) };
    });
    if (bare === undefined) return;
    for (const why of files.strange) this.#find(files.id, why);
    const purges = this.#acts(files, 'purge');
    this.#trees.set(files.id, files.entries);
    this.#decoded.push({
      ...bare,
      lifts: this.#acts(files, 'lift'),
      purges,
      receipts: this.#receipts(files, purges),
    });
  }

  #acts({ id: tombstone, records }: TombstoneFiles, kind: 'lift' | 'purge'): readonly ActRecord[] {
    const acts = records.filter((record) => record.kind === kind);
    return acts
      .flatMap(({ digest, files }) => {
        const act = this.#guard(tombstone, () => {
          const decoded = decodeActRecord(this.#workspace.hasher, kind, { files, tombstone, digest });
          const { id, act: record, attestation, chain } = decoded;
          const why = recordProblem(this.#workspace, { kind, id, record, attestation, chain }, this.#view);
          return { decoded, why: why === undefined ? undefined : `its ${kind}: ${why}` };
        });
        return act === undefined ? [] : [act];
      })
      .toSorted((a, b) => byTime({ at: a.act.at, id: a.id }, { at: b.act.at, id: b.id }));
  }

  #receipts(
    { id: tombstone, records }: TombstoneFiles,
    purges: readonly ActRecord[],
  ): readonly ReceiptRecord[] {
    const receipts = records.filter(({ kind }) => kind === 'receipt');
    return receipts
      .flatMap(({ digest, files }) => {
        const receipt = this.#guard(tombstone, () => {
          const decoded = decodeReceiptRecord(this.#workspace.hasher, { files, tombstone, digest });
          const answers = purges.some(({ id }) => id === decoded.receipt.purge);
          const why = answers
            ? receiptProblem(this.#workspace, decoded, this.#view)
            : 'it answers a purge that is not there';
          return { decoded, why: why === undefined ? undefined : `its receipt: ${why}` };
        });
        return receipt === undefined ? [] : [receipt];
      })
      .toSorted((a, b) => byTime({ at: a.receipt.at, id: a.id }, { at: b.receipt.at, id: b.id }));
  }

  /** What cannot be decoded, or has something wrong with it, is told and left out. */
  #guard<T>(
    subject: string,
    decode: () => { readonly decoded: T; readonly why: string | undefined },
  ): T | undefined {
    try {
      const { decoded, why } = decode();
      if (why === undefined) return decoded;
      this.#find(subject, why);
    } catch (error) {
      if (!(error instanceof HeddleError)) throw error;
      this.#find(subject, error.message);
    }
    return undefined;
  }

  #coveredTexts(): void {
    const covered = new Set<string>(this.#decoded.flatMap(({ declaration }) => declaration.covers.texts));
    this.#decoded = this.#decoded.filter(({ id, texts }) => {
      const taken = texts === 'redacted' && !covered.has(id);
      if (taken) this.#find(id, TEXTS_TAKEN);
      return !taken;
    });
  }

  async #commit(head: ObjectId): Promise<void> {
    const newest = newestInstant(this.#decoded);
    const derived = await isSetCommit(this.#workspace, head, { set: 'tombstones', newest });
    if (!derived) this.#find(TOMBSTONES_REF, OTHER_COMMIT);
  }
}

function isDirectory({ mode }: TreeEntry): boolean {
  return mode === DIRECTORY;
}

/** Somebody took a sidecar away, and no tombstone says so. */
export const TEXTS_TAKEN = 'its sidecar was taken away and no tombstone says so';

interface Timed {
  readonly at: string;
  readonly id: string;
}

function byTime(a: Timed, b: Timed): number {
  const [x, y] = [`${a.at} ${a.id}`, `${b.at} ${b.id}`];
  return x < y ? -1 : Number(x > y);
}
