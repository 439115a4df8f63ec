import { readlinkSync } from 'node:fs';
import type { SecretForm } from '#domain/results/removal-results.ts';
import type { FoundFiles } from '#ports/removal.ts';
import { searchFile } from '#git/erase/file-search.ts';
import type { EraseGround } from '#git/erase/ground.ts';
import { isRealDirectory } from '#git/erase/store/real-files.ts';
import { InsideSearch } from '#git/erase/inside-search.ts';
import { NO_HITS } from '#git/erase/needles.ts';
import { OF_OBJECTS } from '#git/erase/survey/other-files.ts';
import { walkFiles, type WalkedFile } from '#git/erase/walk-files.ts';
import { guardFiles } from '#git/private-file.ts';
import { GitWorktrees } from '#git/worktree/worktrees.ts';
import type { SecretProbe, Sighting } from './secret-probe.ts';

type Found = FoundFiles['files'][number];
type Area = Pick<Found, 'area' | 'directory'>;

/** Looks through the Git directory, but for the objects that git itself reads, and through every work tree. */
export async function findInFiles(ground: EraseGround, probe: SecretProbe): Promise<FoundFiles> {
  const { runner, places } = ground;
  const { commonDir } = places;
  const roots = (await new GitWorktrees(runner, places).list())
    .map(({ directory }) => directory)
    .filter((directory) => isRealDirectory(directory));
  const others = new Set([...roots, commonDir]);
  const search = new FileLook(ground, probe);
  try {
    for (const file of walkFiles(commonDir)) {
      if (OF_OBJECTS.test(file.relative.toString('latin1'))) continue;
      await search.look(file, { area: 'git-dir', directory: commonDir });
    }
    for (const directory of roots) {
      // Another work tree below this one is looked through as such, and so is what a `.git` here stands for.
      const enter = (_: Buffer, path: Buffer): boolean => !others.has(path.toString());
      for (const file of walkFiles(directory, enter)) {
        if (file.relative.toString('latin1') !== '.git')
          await search.look(file, { area: 'worktree', directory });
      }
    }
  } finally {
    await search.close();
  }
  return { searched: search.searched, files: search.found };
}

class FileLook {
  readonly #probe: SecretProbe;
  readonly #tell: EraseGround['tell'];
  readonly #inside: InsideSearch;
  #compressed = new Set<SecretForm>();
  readonly found: Found[] = [];
  searched = 0;

  constructor(ground: EraseGround, probe: SecretProbe) {
    this.#probe = probe;
    this.#tell = ground.tell;
    this.#inside = new InsideSearch(ground, {
      search: (bytes) => this.#note(probe.search(bytes)),
      stream: () => {
        const stream = probe.stream();
        return { push: (piece) => stream.push(piece), end: () => this.#note(stream.end()) };
      },
    });
  }

  async look(file: WalkedFile, area: Area): Promise<void> {
    this.searched += 1;
    this.#tell?.('looking through files', this.searched, null);
    const { relative, path, kind } = file;
    const named = this.#probe.search(relative);
    const held =
      kind === 'link'
        ? this.#probe.search(guardFiles(path, () => readlinkSync(path, { encoding: 'buffer' })))
        : (searchFile(path, this.#probe) ?? new Set());
    const compressed = kind === 'file' && held.size === 0 ? await this.#findInside(path) : new Set<never>();
    const forms = [...new Set([...named, ...held, ...compressed])];
    if (forms.length === 0) return;
    this.found.push({
      ...area,
      path: Buffer.from(relative),
      forms,
      compressed: compressed.size > 0,
      named: named.size > 0,
    });
  }

  async close(): Promise<void> {
    await this.#inside.close();
  }

  async #findInside(path: Buffer): Promise<Sighting> {
    this.#compressed = new Set();
    await this.#inside.finds(path);
    return this.#compressed;
  }

  /** Every entry of a pack is looked at: the first that holds it may hold it in one form only. */
  #note(forms: Sighting): typeof NO_HITS {
    for (const form of forms) this.#compressed.add(form);
    return NO_HITS;
  }
}
