/**
 * An independent answer to "where in these directories does this still stand?". It reads every format itself, with
 * Node's builtins alone: nothing of `src`, no git.
 */
import { lstatSync, readdirSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { identifierNeedles, secretNeedles } from './needles.ts';
import type { ScanReport, SeenObject } from './report.ts';
import { Search } from './search.ts';
import { FileFormats } from './file-formats.ts';
import { readWhole, streamFile } from './read-file.ts';

type Sought = Readonly<Record<string, string | Uint8Array>>;

export interface ScanOptions {
  /** Absolute paths of directories, or files; links are not followed, their targets are looked at. */
  readonly directories: readonly (string | Buffer)[];
  /** By a name for the report; at least eight bytes each. */
  readonly secrets?: Sought;
  /** Ids, hashes and salts by name: hexadecimal digits, or bytes. What would let somebody test a guess. */
  readonly identifiers?: Sought;
  /** Is told of every object in Git's storage. */
  readonly onObject?: (object: SeenObject) => void;
  /** How much of a large file is looked at together; for the scanner's own tests. */
  readonly chunkBytes?: number;
}

/** Looks for secrets and identifiers in every file, raw and in every format that it knows. */
export function scan(options: ScanOptions): ScanReport {
  const { directories, secrets = {}, identifiers = {}, onObject } = options;
  const search = new Search([
    ...Object.entries(secrets).flatMap(([what, secret]) => secretNeedles(what, secret)),
    ...Object.entries(identifiers).flatMap(([what, id]) => identifierNeedles(what, id)),
  ]);
  const formats = new FileFormats(search, onObject);
  const files = readFiles(directories, search);
  for (const file of files) readFile(file, { search, formats, chunkBytes: options.chunkBytes });
  // A pack that was on its way here leans on objects that stand elsewhere.
  const wanted = new Set(formats.wanted());
  if (wanted.size > 0) formats.finish(findObjects(files, wanted));
  return search.report();
}

/** The objects with these ids, from wherever they stand. */
function findObjects(files: readonly FoundFile[], ids: ReadonlySet<string>): ReadonlyMap<string, SeenObject> {
  const found = new Map<string, SeenObject>();
  const search = new Search([]);
  const formats = new FileFormats(search, (object) => {
    if (ids.has(object.id)) found.set(object.id, object);
  });
  for (const file of files) readFile(file, { search, formats, chunkBytes: undefined });
  return found;
}

interface FoundFile {
  readonly path: Buffer;
  readonly shown: string;
}

/** Every regular file below; looks at names and links on the way. */
function readFiles(directories: ScanOptions['directories'], search: Search): readonly FoundFile[] {
  const found = new Map<string, FoundFile>();
  const visit = (path: Buffer, relative: string): void => {
    // Latin-1 keeps a name's bytes apart, whatever they are.
    const shown = path.toString('latin1');
    if (found.has(shown)) return;
    const stat = search.attempt(shown, () => lstatSync(path));
    if (stat === undefined) return;
    for (const name of [relative, relative.replaceAll('/', '')]) {
      search.look(Buffer.from(name, 'latin1'), shown, 'name');
    }
    if (stat.isSymbolicLink()) {
      search.saw.links += 1;
      const target = search.attempt(shown, () => readlinkSync(path, 'buffer'));
      if (target !== undefined) search.look(target, shown, 'link target');
    } else if (stat.isDirectory()) {
      const names = search.attempt(shown, () => readdirSync(path, 'buffer')) ?? [];
      for (const name of names) {
        visit(Buffer.concat([path, Buffer.from('/'), name]), join(relative, name.toString('latin1')));
      }
    } else if (stat.isFile()) {
      found.set(shown, { path, shown });
    }
  };
  for (const directory of directories) visit(Buffer.from(directory), '');
  return [...found.values()];
}

interface Reading {
  readonly search: Search;
  readonly formats: FileFormats;
  readonly chunkBytes: number | undefined;
}

function readFile({ path, shown }: FoundFile, { search, formats, chunkBytes }: Reading): void {
  search.saw.files += 1;
  search.attempt(shown, () => {
    const layer = shown.includes('/logs/') ? 'reflog' : 'raw';
    const overlap = search.longest * 8;
    streamFile(path, { overlap, chunkBytes }, (chunk) => search.look(chunk, shown, layer));
    const bytes = readWhole(path);
    if (bytes === undefined) search.problem(shown, 'is too large to be read in its format');
    else formats.open(bytes, shown, []);
    search.saw.bytes += bytes?.length ?? 0;
    if (layer === 'reflog') search.saw.reflogLines += bytes?.toString('latin1').split('\n').length ?? 1;
    if (layer === 'reflog') search.saw.reflogLines -= 1;
  });
}
