import type { SuspectsSecret } from '#ports/secrets/secret-scan.ts';
import { findOwnSecrets } from './own-secrets.ts';

/**
 * What a text has to hold for a rule of the scanner to find anything in it: all words of one line. Each is in what every
 * match of a rule's pattern holds, and takes no pattern to look for. A test draws matches from the rules themselves.
 */
const WORDS: readonly (readonly string[])[] = [
  ...['secret', 'Secret', 'SECRET'].flatMap((secret) =>
    ['access', 'Access', 'ACCESS'].map((access) => [secret, access]),
  ),
  // Whoever is named in an address, of databases too.
  ['://', '@'],
  ['_authToken='],
  ['npm_'],
  ['xox'],
  ['xapp-'],
  ['T3BlbkFJ'],
  ['sk-ant-api0'],
  ['lin_api_'],
  ['-----BEGIN'],
  ['SG.'],
  ...['shppa_', 'shpca_', 'shpat_', 'shpss_'].map((word) => [word]),
  ...['ghp_', 'gho_', 'ghu_', 'ghs_', 'ghr_', 'github_pat_'].map((word) => [word]),
  ['ops_ey'],
];
/** The one that its rule takes in letters of any case. */
const ANY_CASE = 'https://hooks.slack.com/services/';

/**
 * Whether the scanner may find anything in a text: it finds nothing where this says no. It takes a hundredth of the time
 * that loading the rules does.
 */
export const suspectsSecret: SuspectsSecret = (text, name) =>
  WORDS.some((words) => words.every((word) => text.includes(word))) ||
  (text.includes('://') && text.toLowerCase().includes(ANY_CASE)) ||
  (name?.endsWith('.json') === true && mayNameKey(text)) ||
  findOwnSecrets(text).length > 0;

/** A name in JSON is spelt as it is, or with a letter that is escaped. */
function mayNameKey(text: string): boolean {
  return text.includes('private_key_id') || text.includes(String.raw`\u`);
}
