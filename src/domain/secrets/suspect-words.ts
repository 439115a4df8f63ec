/**
 * What a text has to hold for a rule of the scanner to find anything in it: all words of one line. Each is in what every
 * match of a rule's pattern holds, and takes no pattern to look for. A test draws matches from the rules themselves.
 */
export const SUSPECT_WORDS: readonly (readonly string[])[] = [
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
export const ANY_CASE_WORD = 'https://hooks.slack.com/services/';
/** What `type` is in the files in which heddle keeps private keys. */
export const KEY_FILE_TYPES = ['credential', 'keys', 'replica'] as const;
/** Of files whose names end so a rule reads the values, which may be spelt with escapes. */
export const READ_BY_VALUE = '.json';
