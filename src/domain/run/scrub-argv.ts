const HIDDEN = '***';
const LONGEST_ARGUMENT = 400;
const MOST_ARGUMENTS = 200;
const SECRET_WORD =
  '(?:pass(?:word|wd|phrase)?|pwd|secret|token|api[-_]?key|access[-_]?key|key|auth(?:orization)?|credentials?|bearer|cookie|pat|pin|otp)';
/** An option whose value is hidden, alone or with the value behind `=`. */
const OPTION = new RegExp(`^--?(?:[\\w.]+[-_.])*${SECRET_WORD}(?:[-_.][\\w.]+)*$`, 'i');
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
    // A script or a prompt for a program that is named so is one argument too: it is looked through as text.
    scrubbed.push(hideNext && !argument.startsWith('-') ? HIDDEN : cut(scrubText(argument)));
    hideNext = OPTION.test(argument) || USER_OPTIONS.includes(argument);
  }
  const more = argv.length - MOST_ARGUMENTS;
  return more > 0 ? [...scrubbed, `… and ${more} more`] : scrubbed;
}

const RULES: readonly (readonly [RegExp, string])[] = [
  // scheme://user:password@host
  [/\b([a-z][a-z0-9+.-]*:\/\/)[^\s/@'"]+@/gi, `$1${HIDDEN}@`],
  [/\b(authorization\s*[:=]\s*)(?:(?:bearer|basic|token)\s+)?[^\s'"]+/gi, `$1${HIDDEN}`],
  [/\b(bearer|basic)\s+[A-Za-z0-9._~+/=-]{8,}/gi, `$1 ${HIDDEN}`],
  // --token=…, "api_key": …, password: …, and after a question mark in an address
  [
    new RegExp(
      `((?:^|[^A-Za-z])(?:\\w+[-_.])*${SECRET_WORD}(?:[-_.]\\w+)*["']?\\s*[=:]\\s*["']?)[^\\s'"&]+`,
      'gi',
    ),
    `$1${HIDDEN}`,
  ],
  [new RegExp(`(\\s--?(?:[\\w.]+[-_.])*${SECRET_WORD}\\s+)[^\\s'"-][^\\s'"]*`, 'gi'), `$1${HIDDEN}`],
  // KEY=…: environment on a command line
  [/(^|[\s;&|])([A-Z][A-Z0-9_]*=)("[^"]*"|'[^']*'|[^\s;&|]+)/g, `$1$2${HIDDEN}`],
  [
    /\b(?:sk|pk|rk|ghp|gho|ghu|ghs|ghr|github_pat|glpat|xox[abprs]|npm|pypi|hf)[-_][A-Za-z0-9_-]{12,}/g,
    HIDDEN,
  ],
  [/\b(?:AKIA|ASIA)[A-Z0-9]{12,}\b/g, HIDDEN],
  [/\beyJ[A-Za-z0-9_-]{10,}(?:\.[A-Za-z0-9_-]+)*/g, HIDDEN],
  [/\b[0-9a-fA-F]{32,}\b/g, HIDDEN],
];
const LONG_TEXT = /[A-Za-z0-9_+=-]{24,}/g;

function scrubText(text: string): string {
  const ruled = RULES.reduce((left, [pattern, by]) => left.replace(pattern, by), text);
  return ruled.replace(LONG_TEXT, (word) => (looksRandom(word) ? HIDDEN : word));
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
