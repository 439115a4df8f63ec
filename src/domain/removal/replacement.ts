import { utf8 } from '#domain/encoding/bytes.ts';
import { invariant } from '#domain/error.ts';
import type { TombstoneId } from '#domain/id.ts';
import type { EntryKind } from '#domain/manifest/entry.ts';
import { COMMENT_SYNTAXES, commentSyntax, type CommentSyntax } from './comment-syntax.ts';
import type { TombstoneDeclaration } from './tombstone.ts';

/*
 * Template 1. What stands in the place of a removed file, in UTF-8:
 *
 *   OPEN "redacted " ID " by " PRINCIPAL " at " AT ": " REASON-CODE CLOSE LF
 *
 * OPEN and CLOSE make a comment where the file's name tells how, and are empty elsewhere (`comment-syntax.ts`). In
 * PRINCIPAL each byte but letters, digits, `.`, `@`, `_`, `+` and a `-` that follows none is `%XX`. A removed
 * symbolic link points to "redacted-" ID, without LF: a name beside it that nobody has.
 */

/** What a replacement is made from. */
export type ReplacingTombstone = {
  readonly id: TombstoneId;
  readonly declaration: Pick<TombstoneDeclaration, 'actor' | 'at' | 'reasonCode'>;
};

/**
 * What stands in the place of a removed content: a function of the tombstone and of the entry's name and kind. It
 * tells nothing of the content, its length included, and nothing of the reason's text.
 */
export function replacementBytes(
  tombstone: ReplacingTombstone,
  entry: { readonly name: string; readonly kind: EntryKind },
): Uint8Array {
  invariant(isReplaceable(entry.kind), 'only files and symbolic links have a content that can be replaced');
  return entry.kind === 'symlink' ? linkTarget(tombstone) : notice(tombstone, commentSyntax(entry.name));
}

/** Tells whether an entry of this kind has a content that a tombstone can cover. */
export function isReplaceable(kind: EntryKind): boolean {
  return kind === 'file' || kind === 'symlink';
}

/** Every replacement that a tombstone can make, whatever the name, each once. */
export function replacementVariants(tombstone: ReplacingTombstone): readonly Uint8Array[] {
  return [...COMMENT_SYNTAXES.map((syntax) => notice(tombstone, syntax)), linkTarget(tombstone)];
}

function notice({ id, declaration }: ReplacingTombstone, { open, close }: CommentSyntax): Uint8Array {
  const { actor, at, reasonCode } = declaration;
  return utf8(
    `${open}redacted ${id} by ${escapePrincipal(actor.principal)} at ${at}: ${reasonCode}${close}\n`,
  );
}

function linkTarget({ id }: ReplacingTombstone): Uint8Array {
  return utf8(`redacted-${id}`);
}

/** A principal chose its name, and must not end the comment that it stands in. */
function escapePrincipal(principal: string): string {
  return principal.replace(/[^A-Za-z0-9.@_+-]|(?<=-)-/gu, (character) =>
    Array.from(utf8(character), (byte) => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`).join(''),
  );
}
