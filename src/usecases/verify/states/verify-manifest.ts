import { formatDigest, type Digest, type DirectoryId } from '#domain/id.ts';
import { storeDirectory } from '#domain/manifest/directory.ts';
import { isNameless, kindOfMode, openContent, type ManifestEntry } from '#domain/manifest/entry.ts';
import {
  contentId,
  entryNameId,
  rawName,
  startContentHash,
  submoduleContent,
} from '#domain/manifest/hashes.ts';
import { placeholderTombstone } from '#domain/manifest/placeholder.ts';
import { isReplaceable } from '#domain/removal/replacement.ts';
import type { StreamingHash } from '#domain/hash.ts';
import type { TombstoneRecord, TombstoneSet } from '#domain/removal/tombstone-set.ts';
import type { ObjectId, TreeEntry } from '#ports/objects.ts';
import type { Workspace } from '#ports/workspace.ts';
import { rawKey } from '#usecases/manifest/change-tree.ts';
import { readDirectory } from '#usecases/manifest/read-directory.ts';
import { OTHER_REPLACEMENT, ReplacementBlobs, STILL_THERE } from '#usecases/tombstones/replacement-blobs.ts';
import type { VerifyReport } from '#usecases/verify/report.ts';
import { wantedBelow, type WantedPaths } from './wanted-paths.ts';

/** Contents to hash: which entry they must match, and in whose state. */
interface PendingContent {
  readonly blob: ObjectId;
  readonly salt: string;
  readonly expected: Digest | DirectoryId;
  readonly subject: string;
  readonly path: string;
}

/**
 * Checks that a manifest and a tree of files describe the same tree exactly, both ways, down to the content.
 * Where a content is hidden, exactly the replacement that its tombstone makes stands for it. A pair of trees that was
 * checked once is not read again, so a long history costs what changed in it.
 */
export class ManifestVerifier {
  readonly #workspace: Workspace;
  readonly #report: VerifyReport;
  /** By content id; no directory's id is one. */
  readonly #hidden: ReadonlyMap<string, TombstoneRecord>;
  readonly #names: TombstoneSet['names'];
  readonly #records: TombstoneSet['records'];
  readonly #masks: ReadonlyMap<string, readonly TombstoneRecord[]>;
  readonly #replacements: ReplacementBlobs;
  readonly #directories = new Map<string, DirectoryId>();
  readonly #contents = new Set<string>();

  constructor(
    workspace: Workspace,
    report: VerifyReport,
    { hidden, partly, names, records, masks }: TombstoneSet,
  ) {
    this.#names = names;
    this.#records = records;
    this.#workspace = workspace;
    this.#report = report;
    this.#hidden = hidden;
    this.#masks = masks;
    this.#replacements = new ReplacementBlobs(workspace, { partly });
  }

  /**
   * Returns the id that the manifest hashes to; differences become findings about `subject`. With `only`, what stands at
   * these paths is checked, down from the root; of what stands beside them that it is listed alike.
   */
  async verify(
    { manifest, files }: { readonly manifest: ObjectId; readonly files: ObjectId },
    subject: string,
    only: WantedPaths = 'all',
  ): Promise<DirectoryId> {
    const pending: PendingContent[] = [];
    const id = await this.#directory({ manifest, files, subject, path: '', only }, pending);
    await this.#hashContents(pending);
    return id;
  }

  async #directory(place: Place, pending: PendingContent[]): Promise<DirectoryId> {
    const key = `${place.manifest} ${place.files}`;
    const known = this.#directories.get(key);
    if (known !== undefined && place.only === 'all') return known;
    const { entries, subtrees, lists } = await readDirectory(this.#workspace, place.manifest);
    const files = new Map<string, TreeEntry>();
    for (const file of (await this.#workspace.objects.readTree(place.files)) ?? []) {
      files.set(rawKey(file.name), file);
    }
    this.#report.count('objects');
    for (const entry of entries) {
      const why = this.#nameProblem(entry);
      if (why !== undefined) this.#differs(place, entry.name, why);
      const name = rawKey(rawName(entry.name));
      const file = files.get(name);
      files.delete(name);
      await this.#entry(place, { entry, file, subtree: subtrees.get(name) }, pending);
    }
    for (const name of files.keys()) this.#differs(place, name, 'it is not in the manifest');
    const { id, files: stored } = storeDirectory(this.#workspace.hasher, entries);
    const directories = new Set(
      entries.flatMap((entry) => (entry.kind === 'directory' ? [rawKey(rawName(entry.name))] : [])),
    );
    const unlisted = [...subtrees.keys()].filter((name) => !directories.has(name));
    for (const name of [...unlisted, ...lists.filter((list) => !stored.has(list))]) {
      this.#differs(place, name, 'it stands in the manifest without belonging to it');
    }
    if (place.only === 'all') this.#directories.set(key, id);
    return id;
  }

  async #entry(place: Place, found: FoundEntry, pending: PendingContent[]): Promise<void> {
    const { entry, file, subtree } = found;
    const path = place.path === '' ? entry.name : `${place.path}/${entry.name}`;
    if (file === undefined || file.mode !== entry.mode || kindOfMode(file.mode) !== entry.kind) {
      this.#differs(place, entry.name, 'files and manifest do not agree on it');
      return;
    }
    const only = wantedBelow(place.only, rawName(entry.name));
    if (only === undefined) return;
    if (entry.kind === 'directory') {
      const below =
        subtree === undefined ? undefined : { ...place, manifest: subtree, files: file.id, path, only };
      const id = below === undefined ? undefined : await this.#directory(below, pending);
      if (id !== entry.id) this.#differs(place, entry.name, 'its directory is another one');
      return;
    }
    await this.#content(place, { entry, blob: file.id, path }, pending);
  }

  async #content(
    place: Place,
    found: { readonly entry: ManifestEntry; readonly blob: ObjectId; readonly path: string },
    pending: PendingContent[],
  ): Promise<void> {
    const { entry, blob, path } = found;
    const tombstone = this.#hidden.get(entry.id);
    const salt = openContent(entry);
    if (tombstone !== undefined || salt === undefined) {
      const why = await this.#hiddenProblem(tombstone, { entry, blob });
      if (why !== undefined) this.#differs(place, entry.name, why);
      return;
    }
    const key = `${salt} ${entry.id} ${blob}`;
    if (this.#contents.has(key)) return;
    this.#contents.add(key);
    this.#report.count('objects');
    if (entry.kind === 'submodule') {
      const id = contentId(this.#workspace.hasher, salt, submoduleContent(blob));
      if (id !== entry.id) this.#differs(place, entry.name, 'its content is not what the manifest says');
      return;
    }
    pending.push({ blob, salt, expected: entry.id, subject: place.subject, path });
  }

  /** A placeholder may outlast its tombstone's lift: where it stands the name may not fit any more. */
  #nameProblem(entry: ManifestEntry): string | undefined {
    if (!isNameless(entry)) {
      // No tombstone hides a directory's name.
      if (this.#names.size === 0 || !isReplaceable(entry.kind)) return undefined;
      const nameId = entryNameId(this.#workspace.hasher, entry);
      return this.#names.has(nameId) ? 'its name is redacted, and still stands there' : undefined;
    }
    const tombstone = placeholderTombstone(entry.name);
    const record = tombstone === undefined ? undefined : this.#records.get(tombstone);
    const nameId = entryNameId(this.#workspace.hasher, entry);
    const covers = isReplaceable(entry.kind) && record?.declaration.covers.names.includes(nameId);
    return covers === true ? undefined : 'its name was taken away and no tombstone says so';
  }

  async #hiddenProblem(
    tombstone: TombstoneRecord | undefined,
    { entry, blob }: { readonly entry: ManifestEntry; readonly blob: ObjectId },
  ): Promise<string | undefined> {
    this.#report.count('objects');
    if (openContent(entry) !== undefined) return STILL_THERE;
    // What was left by one that nobody believes any more says nothing: no content is planted with it.
    if (this.#masks.get(entry.id)?.some((one) => this.#replacements.isNotice(one, entry, blob)) === true)
      return undefined;
    if (tombstone === undefined) return 'its salt was taken away and no tombstone says so';
    return (await this.#replacements.fit(tombstone, entry, blob)) ? undefined : OTHER_REPLACEMENT;
  }

  async #hashContents(pending: readonly PendingContent[]): Promise<void> {
    let hash: StreamingHash | undefined;
    await this.#workspace.objects.streamBlobs(
      pending.map(({ blob }) => blob),
      {
        start: (index) => {
          hash = startContentHash(this.#workspace.hasher, pending[index]?.salt ?? '');
        },
        data: (_index, piece) => hash?.update(piece),
        end: (index) => {
          const content = pending[index];
          const digest = hash?.digest();
          if (content === undefined || digest === undefined) return;
          if (formatDigest(digest) === content.expected) return;
          this.#report.find(
            'state',
            content.subject,
            `${content.path}: its content is not what the manifest says`,
          );
        },
      },
    );
  }

  #differs(place: Place, name: string, why: string): void {
    const path = place.path === '' ? name : `${place.path}/${name}`;
    this.#report.find('state', place.subject, `${path}: ${why}`);
  }
}

interface Place {
  readonly manifest: ObjectId;
  readonly files: ObjectId;
  /** The state that findings are about. */
  readonly subject: string;
  readonly path: string;
  readonly only: WantedPaths;
}

interface FoundEntry {
  readonly entry: ManifestEntry;
  readonly file: TreeEntry | undefined;
  readonly subtree: ObjectId | undefined;
}
