const HIDDEN = '***';
const LONGEST_ARGUMENT = 400;
/** So much of an argument is looked at; more is never shown. */
const LOOKED_AT = 4000;
const MOST_ARGUMENTS = 200;
const SECRET_WORD =
  /^(?:pass|passwd|password|passphrase|pwd|secret|secrets|token|apikey|key|auth|authorization|credential|credentials|bearer|cookie|pat|pin|otp)$/i;
/** curl and wget, for user and password. */
const USER_OPTIONS: readonly string[] = ['-u', '--user', '--proxy-user'];

/**
 * A command line fit for others' eyes: what looks like a secret is replaced by `***`, long arguments are cut. Somebody
 * may hide one better than this can see: the first rule is not to put any on a command line.
 */
export function scrubArgv(argv: readonly string[]): readonly string[] {
  const scrubbed: string[] = [];
  let hideNext = false;
  for (const argument of argv.slice(0, MOST_ARGUMENTS)) {
    // A script or a prompt is one argument too: it is looked through as text.
    scrubbed.push(
      hideNext && !argument.startsWith('-') ? HIDDEN : cut(scrubText(argument.slice(0, LOOKED_AT))),
    );
    hideNext = USER_OPTIONS.includes(argument) || isSecretOption(argument);
  }
  const more = argv.length - MOST_ARGUMENTS;
  return more > 0 ? [...scrubbed, `… and ${more} more`] : scrubbed;
}

function isSecretOption(argument: string): boolean {
  return /^--?[\w.-]{1,100}$/.test(argument) && isSecretName(argument);
}

/** `--github-token`, `api_key`, `X-Api-Key`, `apiKey`: one of its words is a secret's. */
function isSecretName(name: string): boolean {
  const words = name.replace(/([a-z0-9])([A-Z])/g, '$1-$2').split(/[^A-Za-z0-9]+/);
  return words.some((word) => SECRET_WORD.test(word));
}

type Replace = (whole: string, ...groups: readonly string[]) => string;

/** Every part of a pattern that repeats is bounded: whoever is run may have written the text. */
const RULES: readonly (readonly [pattern: RegExp, by: string | Replace])[] = [
  // scheme://user:password@host
  [/\b([a-z][a-z0-9+.-]{0,20}:\/\/)[^\s/@'"]{1,500}@/gi, `$1${HIDDEN}@`],
  [/\b(authorization\s{0,3}[:=]\s{0,3})(?:(?:bearer|basic|token)\s{1,3})?[^\s'"]+/gi, `$1${HIDDEN}`],
  [/\b(bearer|basic)\s{1,3}[A-Za-z0-9._~+/=-]{8,}/gi, `$1 ${HIDDEN}`],
  // --token=…, "api_key": …, password: …, and after a question mark in an address
  [
    /([\w.-]{1,100})(["']?\s{0,3}[=:]\s{0,3}["']?)([^\s'"&]+)/g,
    (whole, name = '', between = '') => (isSecretName(name) ? `${name}${between}${HIDDEN}` : whole),
  ],
  [
    /(\s--?[\w.-]{1,100})(\s{1,3})([^\s'"-][^\s'"]*)/g,
    (whole, name = '', between = '') => (isSecretName(name) ? `${name}${between}${HIDDEN}` : whole),
  ],
  // KEY=…: environment on a command line
  [/(^|[\s;&|])([A-Z][A-Z0-9_]{0,100}=)("[^"]*"|'[^']*'|[^\s;&|]+)/g, `$1$2${HIDDEN}`],
  [
    /\b(?:sk|pk|rk|ghp|gho|ghu|ghs|ghr|github_pat|glpat|xox[abprs]|npm|pypi|hf)[-_][A-Za-z0-9_-]{12,}/g,
    HIDDEN,
  ],
  [/\b(?:AKIA|ASIA)[A-Z0-9]{12,}\b/g, HIDDEN],
  [/\beyJ[\w.-]{10,}/g, HIDDEN],
  [/\b[0-9a-fA-F]{32,}\b/g, HIDDEN],
];
const LONG_TEXT = /[A-Za-z0-9_+=-]{24,}/g;

function scrubText(text: string): string {
  let left = text;
  for (const [pattern, by] of RULES) {
    left = typeof by === 'string' ? left.replace(pattern, by) : left.replace(pattern, by);
  }
  return left.replace(LONG_TEXT, (word) => (looksRandom(word) ? HIDDEN : word));
}

/** Base64 and the like: letters of both cases and digits, thoroughly mixed. */
function looksRandom(word: string): boolean {
  const kinds = Array.from(word, (letter) => {
    if (/\d/.test(letter)) return 'digit';
    if (/[a-z]/.test(letter)) return 'small';
    return /[A-Z]/.test(letter) ? 'capital' : 'other';
  });
  const changes = kinds.filter((kind, index) => index > 0 && kind !== kinds[index - 1]).length;
  return new Set(kinds.filter((kind) => kind !== 'other')).size === 3 && changes * 4 >= word.length;
}

function cut(text: string): string {
  const letters = Array.from(text);
  return letters.length <= LONGEST_ARGUMENT ? text : `${letters.slice(0, LONGEST_ARGUMENT).join('')}…`;
}
