import { decodeUtf8 } from '#domain/encoding/bytes.ts';
import type { ManifestEntry } from '#domain/manifest/entry.ts';
import type { Finding } from '#domain/result-parts.ts';
import type { ObjectId, ObjectReader } from '#ports/objects.ts';
import type { Workspace } from '#ports/workspace.ts';
import { rawKey } from '#usecases/manifest/change-tree.ts';
import { readDirectory } from '#usecases/manifest/read-directory.ts';
import { updateManifest, type WrittenDirectory } from '#usecases/manifest/update-manifest.ts';
import { ManifestVerifier } from '#usecases/verify/states/verify-manifest.ts';
import type { WantedPaths } from '#usecases/verify/states/wanted-paths.ts';
import { VerifyReport } from '#usecases/verify/report.ts';
import { rawName } from '#domain/manifest/hashes.ts';
import { writeFiles, type FileTree } from '../files.ts';
import { createMemoryRepository, type MemoryRepository } from '../workspace.ts';

/** Takes a manifest from one work tree to the next, as captures do, and looks at what came of it. */
export class ManifestBench {
  readonly repository: MemoryRepository = createMemoryRepository();
  #files: ObjectId | null = null;
  #written: WrittenDirectory | undefined;

  /** Updates the manifest; says how many objects that wrote and which trees it read. */
  async goTo(files: FileTree): Promise<{ readonly written: number; readonly read: readonly string[] }> {
    const { workspace } = this.repository;
    const tree = await writeFiles(workspace.writer, files);
    const changes = await workspace.comparer.compare(this.#files, tree);
    const read: string[] = [];
    const added = new Set<string>();
    const batch = workspace.writer.batch();
    const counting = {
      ...batch,
      add: (...args: Parameters<typeof batch.add>) => remember(added, batch.add(...args)),
      addTree: (...args: Parameters<typeof batch.addTree>) => remember(added, batch.addTree(...args)),
    };
    const parent = this.#written?.tree ?? null;
    this.#written = await updateManifest(listening(workspace, read), counting, { parent, changes });
    await batch.write();
    this.#files = tree;
    return { written: added.size, read };
  }

  /** The manifest as it was written last. */
  written(): WrittenDirectory {
    if (this.#written === undefined) throw new Error('nothing was written yet');
    return this.#written;
  }

  /** What a verification from scratch finds, the manifest's own id included; with `only`, at these paths. */
  async problems(only: WantedPaths = 'all', files = this.#files ?? ''): Promise<readonly Finding[]> {
    const report = new VerifyReport();
    const { tree, id } = this.written();
    const verifier = new ManifestVerifier(this.repository.workspace, report, {
      hidden: new Map(),
      partly: new Map(),
      names: new Map(),
      records: new Map(),
      masks: new Map(),
    });
    const found = await verifier.verify({ manifest: tree, files }, 'the manifest', only);
    if (found !== id) report.find('state', 'the manifest', 'it has another id than was returned');
    return report.result().findings;
  }

  /** Every entry by its escaped path. */
  async entries(): Promise<ReadonlyMap<string, ManifestEntry>> {
    const entries = new Map<string, ManifestEntry>();
    await this.#collect(this.written().tree, '', entries);
    return entries;
  }

  /** Names of the files that hold the root's list. */
  async listNames(): Promise<readonly string[]> {
    const rows = (await this.repository.workspace.objects.readTree(this.written().tree)) ?? [];
    return rows.map(({ name }) => decodeUtf8(name) ?? '').filter((name) => name.startsWith('_'));
  }

  /** The tree of a subdirectory's manifest. */
  async subtree(name: string): Promise<ObjectId> {
    const { subtrees } = await readDirectory(this.repository.workspace, this.written().tree);
    return subtrees.get(name) ?? '';
  }

  async #collect(tree: ObjectId, above: string, entries: Map<string, ManifestEntry>): Promise<void> {
    const directory = await readDirectory(this.repository.workspace, tree);
    for (const entry of directory.entries) {
      const path = `${above}${entry.name}`;
      entries.set(path, entry);
      const below = directory.subtrees.get(rawKey(rawName(entry.name)));
      if (below !== undefined) await this.#collect(below, `${path}/`, entries);
    }
  }
}

function remember(added: Set<string>, id: string): string {
  added.add(id);
  return id;
}

function listening(workspace: Workspace, read: string[]): Workspace {
  const { objects } = workspace;
  const listened: ObjectReader = {
    read: (name, most) => objects.read(name, most),
    readMany: (names, most) => objects.readMany(names, most),
    streamBlobs: (ids, sink) => objects.streamBlobs(ids, sink),
    listFiles: (tree) => objects.listFiles(tree),
    readTree(name) {
      read.push(name);
      return objects.readTree(name);
    },
    readTrees(trees) {
      read.push(...trees);
      return objects.readTrees(trees);
    },
  };
  return { ...workspace, objects: listened };
}
