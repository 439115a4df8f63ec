import type { TokenChain } from '#domain/token/token.ts';

/**
 * Tells whether whoever acts under `author` stands above a block, and may take it back without any role: it is
 * the block they act under, one of a token made from theirs, or, for a principal in person, one of any token of
 * their own. A block is named by its signature, so `shown` cannot be a chain that was made up to hold it; a
 * session is only a name that anybody may copy, and is nobody's own.
 */
export function standsAbove(author: TokenChain, block: string, shown: TokenChain | undefined): boolean {
  const leaf = author.revocationIds.length - 1;
  if (author.revocationIds[leaf] === block) return true;
  if (shown?.root !== author.root) return false;
  const at = shown.revocationIds.indexOf(block);
  if (at < 0) return false;
  if (isInPerson(author)) return shown.authority.principal === author.authority.principal;
  return at > leaf && author.revocationIds.every((id, index) => shown.revocationIds[index] === id);
}

/** A session that nobody narrowed speaks for the root key, which is above every token of its principal. */
function isInPerson({ blocks, authority }: TokenChain): boolean {
  return blocks.length === 1 && authority.checks.every(({ kind }) => kind === 'time');
}
