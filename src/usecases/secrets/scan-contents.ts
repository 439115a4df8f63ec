import { escapePath } from '#domain/encoding/percent-escape.ts';
import { kindOfMode } from '#domain/manifest/entry.ts';
import { maskSecret, type FoundSecret } from '#domain/secrets/found-secret.ts';
import { mayHoldSecret } from '#domain/secrets/spoken-texts.ts';
import { textOfBytes } from '#domain/secrets/text-of-bytes.ts';
import type { ObjectId, TreeChange } from '#ports/objects.ts';
import type { SecretScanner, SuspectedSecret } from '#ports/secrets/secret-scan.ts';
import type { Workspace } from '#ports/workspace.ts';

/** Of a content no more is looked at: 8 MiB. */
export const MOST_SCANNED = 8 * 1024 * 1024;

/** A suspected secret, and where it stands. Its value is for comparing and masking alone. */
export interface SecretHit extends SuspectedSecret {
  /** Percent-escaped path, or what a text is called. */
  readonly where: string;
}

/** What a search for secrets found. */
export interface ScannedContents {
  readonly hits: readonly SecretHit[];
  /** Percent-escaped paths of files of which only the beginning was looked at. */
  readonly partly: readonly string[];
}

/** What every scan needs. */
type Scanning = Pick<Workspace, 'objects' | 'secretScanner' | 'suspectsSecret'>;

const NOTHING: ScannedContents = { hits: [], partly: [] };

/**
 * Looks for secrets in what changes bring: in files and links that are new or changed. What already stood in one of the
 * files before, under the same rule, is not new, wherever it moved. With several lists, each against another parent,
 * only what differs from all of them is new. One content is in memory at a time.
 * The rules are loaded, and what is new read again, only where something may be found in it.
 */
export async function scanChanges(
  workspace: Scanning,
  [changes = [], ...others]: readonly (readonly TreeChange[])[],
): Promise<ScannedContents> {
  const sets = others.map((list) => new Set(list.map(placeAndBlob)));
  const fresh = changes.filter(
    (change) => bringsContent(change) && sets.every((set) => set.has(placeAndBlob(change))),
  );
  if (fresh.length === 0) return NOTHING;
  const suspected: Content[] = [];
  const partly = await readTexts(workspace, fresh.map(newContent), (text, content) => {
    if (workspace.suspectsSecret(text, content.path)) suspected.push(content);
  });
  if (suspected.length === 0) return { hits: [], partly };
  const scanner = await workspace.secretScanner();
  const hits = await scanBlobs(workspace, scanner, suspected);
  if (hits.length === 0) return { hits, partly };
  return { hits: await withoutOld(workspace, { hits, before: [changes, ...others].flat() }), partly };
}

/** Of what was found what stood in none of the contents that were there before. */
async function withoutOld(
  workspace: Scanning,
  { hits, before }: { readonly hits: readonly SecretHit[]; readonly before: readonly TreeChange[] },
): Promise<readonly SecretHit[]> {
  const old = await scanBlobs(workspace, await workspace.secretScanner(), before.flatMap(oldContent));
  const known = new Set(old.map(sameSecret));
  return hits.filter((hit) => !known.has(sameSecret(hit)));
}

/** Looks for secrets in what people and agents write: the texts of a record, by what they are called. */
export async function scanTexts(
  workspace: Pick<Workspace, 'secretScanner' | 'suspectsSecret'>,
  texts: Readonly<Record<string, string | null>>,
): Promise<readonly SecretHit[]> {
  const said = Object.entries(texts).flatMap(([where, text]) =>
    mayHoldSecret(text) && workspace.suspectsSecret(text, null) ? [{ where, text }] : [],
  );
  if (said.length === 0) return [];
  const scanner = await workspace.secretScanner();
  return said.flatMap(({ where, text }) => scanner.scan(text, null).map((hit) => ({ ...hit, where })));
}

/** A hit as people may be told of it. */
export function describeSecret({ rule, where, line, value }: SecretHit): FoundSecret {
  return { rule, where, line, masked: maskSecret(value) };
}

interface Content {
  readonly path: string;
  readonly blob: ObjectId;
}

async function scanBlobs(
  workspace: Pick<Workspace, 'objects'>,
  scanner: SecretScanner,
  contents: readonly Content[],
): Promise<readonly SecretHit[]> {
  const hits: SecretHit[] = [];
  await readTexts(workspace, contents, (text, { path }) => {
    for (const hit of scanner.scan(text, path)) hits.push({ ...hit, where: path });
  });
  return hits;
}

/** Reads contents one after the other; returns the paths of those of which only the beginning was looked at. */
async function readTexts(
  { objects }: Pick<Workspace, 'objects'>,
  contents: readonly Content[],
  look: (text: string, content: Content) => void,
): Promise<readonly string[]> {
  const partly: string[] = [];
  let [bytes, held] = [new Uint8Array(0), 0];
  await objects.streamBlobs(
    contents.map(({ blob }) => blob),
    {
      start: (index, size) => {
        if (size > MOST_SCANNED) partly.push(contents[index]?.path ?? '');
        bytes = new Uint8Array(Math.min(size, MOST_SCANNED));
        held = 0;
      },
      data: (_, piece) => {
        const taken = piece.subarray(0, bytes.length - held);
        bytes.set(taken, held);
        held += taken.length;
      },
      end: (index) => {
        const content = contents[index];
        if (content !== undefined) look(textOfBytes(bytes.subarray(0, held)), content);
      },
    },
  );
  return partly;
}

function bringsContent({ oldId, newId, newMode }: TreeChange): boolean {
  return newId !== null && newId !== oldId && isContent(newMode);
}

function isContent(mode: string | null): boolean {
  return mode !== null && kindOfMode(mode) !== 'submodule';
}

function newContent({ path, newId }: TreeChange): Content {
  return { path: escapePath(path), blob: newId ?? '' };
}

function oldContent({ path, oldId, oldMode }: TreeChange): readonly Content[] {
  return oldId === null || !isContent(oldMode) ? [] : [{ path: escapePath(path), blob: oldId }];
}

/** How a content is called at its place. */
function placeAndBlob({ path, newId }: Pick<TreeChange, 'path' | 'newId'>): string {
  return `${newId} ${escapePath(path)}`;
}

function sameSecret({ rule, value }: SuspectedSecret): string {
  return `${rule} ${value}`;
}
