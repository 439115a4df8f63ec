import type { PromiseFsClient } from 'isomorphic-git';

/** Where isomorphic-git believes the repository to be. */
export const GIT_DIRECTORY = '/repository';

/**
 * The only files that isomorphic-git ever sees: those that were measured and put here. It finds no real path, no
 * configuration and no link, and can write nowhere.
 */
export class ApprovedFiles {
  readonly #files = new Map<string, Buffer>();
  /** What isomorphic-git takes for a file system. */
  readonly client: PromiseFsClient;

  constructor() {
    this.client = { promises: createClient(this.#files) };
  }

  /** @param name below the Git directory, such as `objects/pack/x.idx`. */
  put(name: string, bytes: Buffer): void {
    this.#files.set(`${GIT_DIRECTORY}/${name}`, bytes);
  }

  drop(name: string): void {
    this.#files.delete(`${GIT_DIRECTORY}/${name}`);
  }

  clear(): void {
    this.#files.clear();
  }
}

type Calls = PromiseFsClient['promises'];

function createClient(files: ReadonlyMap<string, Buffer>): Calls {
  const refuse = (): Promise<never> => Promise.reject(withCode('EROFS'));
  return {
    readFile: async (path: unknown) => {
      const bytes = typeof path === 'string' ? files.get(path) : undefined;
      if (bytes === undefined) throw withCode('ENOENT');
      return bytes;
    },
    readdir: async (path: unknown) =>
      [...files.keys()]
        .filter((name) => name.slice(0, name.lastIndexOf('/')) === path)
        .map((name) => name.slice(name.lastIndexOf('/') + 1)),
    stat: async (path: unknown) => {
      if (path !== GIT_DIRECTORY) throw withCode('ENOENT');
      return { isFile: () => false, isDirectory: () => true, isSymbolicLink: () => false };
    },
    lstat: refuse,
    readlink: refuse,
    writeFile: refuse,
    mkdir: refuse,
    rmdir: refuse,
    unlink: refuse,
    symlink: refuse,
  };
}

function withCode(code: string): Error {
  return Object.assign(new Error(code), { code });
}
