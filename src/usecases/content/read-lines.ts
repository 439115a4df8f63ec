import { escapePath } from '#domain/encoding/percent-escape.ts';
import { HeddleError } from '#domain/error.ts';
import { masksIn } from '#domain/removal/spans/mask.ts';
import type { TombstoneRecord } from '#domain/removal/tombstone-set.ts';
import type { RedactionNotice } from '#domain/results/work-results.ts';
import type { ObjectId } from '#ports/objects.ts';
import type { Workspace } from '#ports/workspace.ts';
import { rawKey } from '#usecases/manifest/change-tree.ts';
import type { LoadedTombstones } from '#usecases/tombstones/load-tombstones.ts';
import { blobAt } from './blob-at.ts';
import { HiddenEntries } from './hidden-entries.ts';
import { noticesOf, type RedactedPath } from './redaction-notices.ts';
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
  const refusedBy = await (await loadRefusalCheck(workspace, tombstones))(blob);
  if (refusedBy !== undefined) {
    return { lines: [], refused: true, redacted: noticesOf([{ path, tombstone: refusedBy }]) };
  }
  const found = await workspace.objects.read(blob, LARGEST_TEXT);
  if (found === undefined) throw missing(path);
  const text = new TextDecoder().decode(found.content);
  const hidden = await hiddenAt(workspace, tombstones, { manifest, path });
  return {
    lines: linesOf(text),
    refused: false,
    redacted: noticesOf([...hidden, ...maskedIn(text, tombstones).map((tombstone) => ({ path, tombstone }))]),
  };
}

export interface FileAt {
  /** Git tree of the files. */
  readonly files: ObjectId;
  readonly manifest: ObjectId | null;
  /** Raw bytes. */
  readonly path: Uint8Array;
}

/** Masks stay in a file that somebody worked on since: what they stand for is hidden all the same. */
function maskedIn(text: string, { records }: LoadedTombstones): readonly TombstoneRecord[] {
  return masksIn(text).flatMap((id) => {
    const record = records.get(id);
    const hides = record !== undefined && record.hides && record.declaration.spans.length > 0;
    return hides ? [record] : [];
  });
}

async function hiddenAt(
  workspace: Workspace,
  tombstones: LoadedTombstones,
  { manifest, path }: Pick<FileAt, 'manifest' | 'path'>,
): Promise<readonly RedactedPath[]> {
  if (manifest === null) return [];
  const [entries = []] = await new HiddenEntries(workspace, tombstones).find([manifest]);
  const wanted = rawKey(path);
  return entries.filter((entry) => rawKey(entry.path) === wanted);
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
