import { HeddleError } from '#domain/error.ts';
import type { ObjectId } from '#ports/objects.ts';
import { CatFile } from '#git/objects/cat-file.ts';
import { corrupt } from '#git/objects/object-name.ts';
import type { GitRunner } from '#git/run.ts';

const LARGEST = 256 * 1024 * 1024;

/** One object as git gives it. */
export interface RawObject {
  readonly kind: string;
  readonly content: Buffer;
}

/** Reads trees and commits by id through one git, whatever they hold. */
export class RawObjects {
  readonly #git: CatFile;

  constructor(runner: GitRunner) {
    this.#git = new CatFile(runner);
  }

  /** Throws `OBJECT_CORRUPT` for what is missing. */
  async read(id: ObjectId): Promise<RawObject> {
    const found = await this.find(id);
    if (found === undefined) throw corrupt(id);
    return found;
  }

  /** Undefined for what is missing. */
  async find(id: ObjectId): Promise<RawObject | undefined> {
    const pieces: Buffer[] = [];
    let kind: string | undefined;
    await this.#git.contents([id], {
      header: (_index, header) => {
        if (header === 'missing') return;
        if (header.size > LARGEST) {
          throw new HeddleError('FORMAT_INVALID', 'a Git object is too large', { facts: { object: id } });
        }
        kind = header.kind;
      },
      piece: (_index, piece) => {
        pieces.push(Buffer.from(piece));
      },
      end: () => undefined,
    });
    return kind === undefined ? undefined : { kind, content: Buffer.concat(pieces) };
  }

  async close(): Promise<void> {
    await this.#git.close();
  }
}
