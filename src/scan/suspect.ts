import type { SuspectsSecret } from '#ports/secrets/secret-scan.ts';
import { ANY_CASE_WORD, READ_BY_VALUE, SUSPECT_WORDS } from '#domain/secrets/suspect-words.ts';
import { findOwnSecrets } from './own-secrets.ts';

/**
 * Whether the scanner may find anything in a text: it finds nothing where this says no. It takes a hundredth of the time
 * that loading the rules does.
 */
export const suspectsSecret: SuspectsSecret = (text, name) =>
  SUSPECT_WORDS.some((words) => words.every((word) => text.includes(word))) ||
  (text.includes('://') && text.toLowerCase().includes(ANY_CASE_WORD)) ||
  (name?.endsWith(READ_BY_VALUE) === true && mayNameKey(text)) ||
  findOwnSecrets(text).length > 0;

/** A name in JSON is spelt as it is, or with a letter that is escaped. */
function mayNameKey(text: string): boolean {
  return text.includes('private_key_id') || text.includes(String.raw`\u`);
}
