import type { ObjectId } from '#ports/objects.ts';

/*
 * A commit or tag is header lines up to an empty line, then a message. A header is `<word> SP <value>`; lines that begin
 * with a space belong to the one before. Read and written in Latin-1, so that each byte stays what it is: encodings
 * that are wrong, NULs and odd dates included.
 */

/** What becomes of an id, or of the beginning of one with at least seven digits; as long as what was asked. */
export type NewId = (id: string) => string | undefined;

/** A text without what goes from it; undefined where nothing does. */
export type Mask = (bytes: Uint8Array) => Uint8Array | undefined;

/** What becomes of a text. */
export interface TextChange {
  readonly newId: NewId;
  /** Not there where the text is to be left alone. */
  readonly mask?: Mask | undefined;
}

/** A commit as far as a rewriting reads it. */
export interface CommitHead {
  readonly tree: ObjectId;
  readonly parents: readonly ObjectId[];
  readonly signed: boolean;
  /** First line of the message, in Latin-1. */
  readonly subject: string;
}

const SIGNATURE = /^gpgsig(?:-sha256)? /;
const ID_IN_TEXT = /(?<![0-9A-Za-z])[0-9a-f]{7,40}(?![0-9A-Za-z])/g;
const TAG_SIGNATURES = [
  '-----BEGIN PGP SIGNATURE-----',
  '-----BEGIN PGP MESSAGE-----',
  '-----BEGIN SSH SIGNATURE-----',
  '-----BEGIN SIGNED MESSAGE-----',
] as const;

/** Reads what a rewriting needs; undefined where there is no proper tree line. */
export function readCommitHead(content: Buffer): CommitHead | undefined {
  const { headers, message } = split(content);
  const tree = /^tree ([0-9a-f]{40})$/.exec(headers[0] ?? '')?.[1];
  if (tree === undefined) return undefined;
  const parents = headers.flatMap((header) => /^parent ([0-9a-f]{40})$/.exec(header)?.[1] ?? []);
  const [subject = ''] = message.split('\n', 1);
  return { tree, parents, signed: headers.some(losesSignature({ newId: () => undefined })), subject };
}

/** Tells of a header whether it is a signature, or an embedded tag of a commit that is replaced. */
function losesSignature({ newId, mask }: TextChange): (header: string) => boolean {
  return (header) => {
    if (SIGNATURE.test(header)) return true;
    const tagged = /^mergetag object ([0-9a-f]{40})(?:\n|$)/.exec(header)?.[1];
    return tagged !== undefined && (newId(tagged) !== undefined || mask?.(latin1(header)) !== undefined);
  };
}

/** The commit with another tree and other parents, without signatures; ids of replaced commits in its message follow. */
export function rewriteCommit(
  content: Buffer,
  { tree, ...change }: TextChange & { readonly tree: ObjectId },
): Buffer {
  const { headers, end, message } = split(content);
  const { newId } = change;
  const loses = losesSignature(change);
  const kept = headers
    .filter((header) => !loses(header))
    .map((header, index) => {
      if (index === 0) return `tree ${tree}`;
      const parent = /^parent ([0-9a-f]{40})$/.exec(header)?.[1];
      return parent === undefined ? header : `parent ${newId(parent) ?? parent}`;
    });
  return latin1(kept.join('\n') + end + changeText(message, change));
}

/** What an annotated tag is of; undefined for none. */
export function readTag(content: Buffer):
  | {
      readonly object: ObjectId;
      readonly kind: string;
      readonly signed: boolean;
    }
  | undefined {
  const { headers, message } = split(content);
  const object = /^object ([0-9a-f]{40})$/.exec(headers[0] ?? '')?.[1];
  const kind = /^type ([a-z]+)$/.exec(headers[1] ?? '')?.[1];
  if (object === undefined || kind === undefined) return undefined;
  const signed = headers.some((header) => SIGNATURE.test(header)) || signatureAt(message) !== undefined;
  return { object, kind, signed };
}

/** The tag of another object, without signature. */
export function rewriteTag(content: Buffer, object: ObjectId, change: TextChange): Buffer {
  const { headers, end, message } = split(content);
  const kept = headers
    .filter((header) => !SIGNATURE.test(header))
    .map((header, index) => (index === 0 ? `object ${object}` : header));
  const text = message.slice(0, signatureAt(message) ?? message.length);
  return latin1(kept.join('\n') + end + changeText(text, change));
}

function changeText(text: string, { newId, mask }: TextChange): string {
  const masked = mask?.(latin1(text));
  return followIds(masked === undefined ? text : Buffer.from(masked).toString('latin1'), newId);
}

function latin1(text: string): Buffer {
  return Buffer.from(text, 'latin1');
}

/** Ids of replaced commits, whole or abbreviated, each by that of the commit in its place. */
export function followIds(text: string, newId: NewId): string {
  return text.replace(ID_IN_TEXT, (id) => newId(id) ?? id);
}

/** As git does: the last line that begins one is where it begins. */
function signatureAt(message: string): number | undefined {
  let found: number | undefined;
  for (const mark of TAG_SIGNATURES) {
    for (let at = message.indexOf(mark); at !== -1; at = message.indexOf(mark, at + 1)) {
      if ((at === 0 || message[at - 1] === '\n') && at > (found ?? -1)) found = at;
    }
  }
  return found;
}

interface Parts {
  /** Each with the lines that continue it. */
  readonly headers: readonly string[];
  /** What stands between headers and message. */
  readonly end: string;
  readonly message: string;
}

function split(content: Buffer): Parts {
  const text = content.toString('latin1');
  const blank = text.indexOf('\n\n');
  const [head, end, message] =
    blank === -1
      ? [text.replace(/\n$/, ''), text.endsWith('\n') ? '\n' : '', '']
      : [text.slice(0, blank), '\n\n', text.slice(blank + 2)];
  const headers: string[] = [];
  for (const line of head.split('\n')) {
    if (line.startsWith(' ') && headers.length > 0) headers.push(`${headers.pop() ?? ''}\n${line}`);
    else headers.push(line);
  }
  return { headers, end, message };
}
