import { escapePath } from '#domain/encoding/percent-escape.ts';
import { HeddleError } from '#domain/error.ts';
import type { RedactionNotice } from '#domain/results/work-results.ts';
import type { ObjectId } from '#ports/objects.ts';
import type { Workspace } from '#ports/workspace.ts';
import { rawKey } from '#usecases/manifest/change-tree.ts';
import type { LoadedTombstones } from '#usecases/tombstones/load-tombstones.ts';
import { blobAt } from './blob-at.ts';
import { HiddenEntries } from './hidden-entries.ts';
import { noticesOf } from './redaction-notices.ts';
import { loadRefusalCheck } from './refused-content.ts';

/** Lines of a larger file are for programs. */
const LARGEST_TEXT = 64 * 1024 * 1024;

/** A file as lines. */
export interface ReadLines {
  /** Without their line feeds. Bytes that are not UTF-8 are replaced. Empty where this clone refuses the content. */
  readonly lines: readonly string[];
  readonly refused: boolean;
  /** Why it is refused, or what stands as a replacement in it. */
  readonly redacted: readonly RedactionNotice[];
}

/**
 * Reads one file for people, line by line. What this clone refuses is not read, wherever it stands. Throws `NOT_FOUND`
 * where there is no file, `FORMAT_INVALID` for one above 64 MiB.
 *
 * @param manifest Git tree of the manifest, where a state stands behind the files.
 */
export async function readLines(
  workspace: Workspace,
  tombstones: LoadedTombstones,
  { files, manifest, path }: FileAt,
): Promise<ReadLines> {
  const blob = await blobAt(workspace, files, path);
  if (blob === undefined) throw missing(path);
  const refusedBy = (await loadRefusalCheck(workspace, tombstones))(blob);
  if (refusedBy !== undefined) {
    return { lines: [], refused: true, redacted: noticesOf([{ path, tombstone: refusedBy }]) };
  }
  const found = await workspace.objects.read(blob, LARGEST_TEXT);
  if (found === undefined) throw missing(path);
  return {
    lines: linesOf(new TextDecoder().decode(found.content)),
    refused: false,
    redacted: await replacedAt(workspace, tombstones, { manifest, path }),
  };
}

export interface FileAt {
  /** Git tree of the files. */
  readonly files: ObjectId;
  readonly manifest: ObjectId | null;
  /** Raw bytes. */
  readonly path: Uint8Array;
}

async function replacedAt(
  workspace: Workspace,
  tombstones: LoadedTombstones,
  { manifest, path }: Pick<FileAt, 'manifest' | 'path'>,
): Promise<readonly RedactionNotice[]> {
  if (manifest === null) return [];
  const [entries = []] = await new HiddenEntries(workspace, tombstones).find([manifest]);
  const wanted = rawKey(path);
  return noticesOf(entries.filter((entry) => rawKey(entry.path) === wanted));
}

function linesOf(text: string): readonly string[] {
  const lines = text.split('\n');
  return lines.at(-1) === '' ? lines.slice(0, -1) : lines;
}

function missing(path: Uint8Array): HeddleError {
  return new HeddleError('NOT_FOUND', 'there is no such file', {
    facts: { path: escapePath(path) },
    preserved: 'nothing was changed',
  });
}
