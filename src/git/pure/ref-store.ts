import { lstatSync } from 'node:fs';
import { join } from 'node:path';
import { HeddleError } from '#domain/error.ts';
import { HEDDLE_REFS } from '#domain/refs.ts';
import { refSegmentProblem } from '#domain/resource/thread-name.ts';
import { isObjectId, NO_OBJECT } from '#git/objects/hash.ts';
import { isHeddleRef, requireHeddleRef } from '#git/refs/ref-name.ts';
import { guardFiles } from '#git/private-file.ts';
import type { RefStore } from '#ports/refs.ts';
import { listDirectory, readBoundedFile, readGitFile } from '#git/plain/bounded-file.ts';
import { noGit } from '#git/read-only/no-git.ts';
import { notRead } from '#git/plain/unsupported.ts';

/*
 * A loose ref is a file below the common directory: an id and a newline, or `ref: <other ref>`. `packed-refs` has
 * the rest: comments from `#`, lines `<id> SP <ref>`, and `^<id>` behind a tag for what it leads to. A loose ref
 * goes before a packed one.
 */

const LARGEST_PACKED = 64 * 1024 * 1024;
const LARGEST_LOOSE = 4096;
/** Symbolic refs behind one another; git follows as many. */
const MOST_STEPS = 5;
const DEEPEST = 64;

/** Reads heddle's refs without git. Nothing can be moved. */
export class PureRefStore implements RefStore {
  readonly #commonDir: string;

  constructor(commonDir: string) {
    this.#commonDir = commonDir;
  }

  async list(prefix: string): Promise<ReadonlyMap<string, string>> {
    if (!prefix.startsWith(HEDDLE_REFS)) {
      throw new HeddleError('FORMAT_INVALID', 'not a prefix of refs', {
        facts: { prefix: prefix.slice(0, 200) },
      });
    }
    const packed = this.#readPacked();
    const wanted = (name: string): boolean =>
      name.startsWith(prefix) && (prefix.endsWith('/') || name === prefix || name[prefix.length] === '/');
    const names = new Set(
      [...packed.keys(), ...this.#looseBelow(HEDDLE_REFS.slice(0, -1), 0)].filter(wanted),
    );
    const found = new Map<string, string>();
    for (const name of [...names].toSorted(byBytes)) {
      if (!isHeddleRef(name)) throw damaged(name, 'its name is none');
      const id = this.#resolve(name, packed);
      if (id === undefined) throw damaged(name, 'it leads nowhere');
      found.set(name, id);
    }
    return found;
  }

  async read(name: string): Promise<string | undefined> {
    return (await this.list(requireHeddleRef(name))).get(name);
  }

  /** Nobody lands, and nobody asks, where there is no git. */
  async readBranch(): Promise<never> {
    throw noGit();
  }

  async prepare(): Promise<never> {
    throw noGit();
  }

  async removeStaleLocks(): Promise<never> {
    throw noGit();
  }

  #resolve(name: string, packed: ReadonlyMap<string, string>): string | undefined {
    let at = name;
    for (let steps = 0; steps <= MOST_STEPS; steps += 1) {
      const loose = this.#readLoose(at);
      if (loose === undefined) return packed.get(at);
      if (loose.kind === 'id') return loose.id;
      at = loose.target;
    }
    throw damaged(name, 'it leads back to itself');
  }

  #readLoose(
    name: string,
  ):
    | { readonly kind: 'id'; readonly id: string }
    | { readonly kind: 'symbolic'; readonly target: string }
    | undefined {
    const path = join(this.#commonDir, name);
    const file = readBoundedFile(path, LARGEST_LOOSE);
    // A directory stands where a packed ref of the same name may be.
    if (file.kind === 'missing' || (file.kind === 'refused' && file.why === 'is no file')) return undefined;
    if (file.kind === 'refused') throw damaged(name, file.why);
    if (isLink(path)) throw notRead('linkedRef', name);
    const text = file.bytes.toString('utf8');
    const target = /^ref:\s*(refs\/\S+)\s*$/.exec(text)?.[1];
    if (target !== undefined && target.split('/').every((part) => refSegmentProblem(part) === undefined)) {
      return { kind: 'symbolic', target };
    }
    const id = /^([0-9a-f]{40})(?:\s|$)/.exec(text)?.[1];
    if (id === undefined || id === NO_OBJECT) throw damaged(name, 'it is no object id');
    return { kind: 'id', id };
  }

  /** Names of the files below a directory of refs, locks left out as git leaves them out. */
  #looseBelow(directory: string, depth: number): readonly string[] {
    if (depth > DEEPEST) throw damaged(directory.slice(0, 200), 'it is nested too deeply');
    return listDirectory(join(this.#commonDir, directory)).flatMap(({ name, directory: isDirectory }) => {
      if (name.startsWith('.') || name.endsWith('.lock')) return [];
      return isDirectory ? this.#looseBelow(`${directory}/${name}`, depth + 1) : [`${directory}/${name}`];
    });
  }

  #readPacked(): ReadonlyMap<string, string> {
    const bytes = readGitFile(join(this.#commonDir, 'packed-refs'), LARGEST_PACKED);
    const refs = new Map<string, string>();
    const lines = bytes === undefined ? [] : bytes.toString('utf8').split('\n');
    if (bytes !== undefined && lines.pop() !== '') throw damaged('packed-refs', 'its last line is cut off');
    for (const line of lines) {
      if (line.startsWith('#') || /^\^[0-9a-f]{40}$/.test(line)) continue;
      const [id, name] = [line.slice(0, 40), line.slice(41)];
      if (!isObjectId(id) || line[40] !== ' ' || name === '')
        throw damaged('packed-refs', 'a line of it is none');
      refs.set(name, id);
    }
    return refs;
  }
}

function isLink(path: string): boolean {
  return guardFiles(path, () => lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() === true);
}

function byBytes(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}

function damaged(ref: string, why: string): HeddleError {
  return new HeddleError('OBJECT_CORRUPT', `a ref of the repository is damaged: ${why}`, {
    facts: { ref, why },
  });
}
