import { createHash } from 'node:crypto';
import { renameSync, utimesSync, writeFileSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';
import { AUTHORITY_REF, TOMBSTONES_REF } from '#domain/refs.ts';
import {
  ANY_CASE_WORD,
  KEY_FILE_TYPES,
  READ_BY_VALUE,
  SUSPECT_WORDS,
} from '#domain/secrets/suspect-words.ts';
import { findDirectories } from '#platform/directories.ts';
import { AGENT_NAMES, type Variables } from '#platform/environment.ts';
import { guardFiles } from '#git/private-file.ts';
import type { StandingPass } from '#ports/boundary/hooks.ts';
import { PASS_NAME, quote } from './shell-text.ts';

/*
 * What `pre-commit` found out about a person, for as long as it stays so: one file, a line each.
 *
 *   of which shell text it is for (see `stamp`)
 *   until when, in seconds since 1970
 *   the branch, as a ref
 *   the object that the authority's ref led to
 *   the directory that holds the person's keys and credentials
 *   what the variables said that tell who somebody is, one behind the other
 *
 * The shell believes it where all of that is as it was, no key or credential came or went since, no agent is at work, no
 * tombstone is there, and nothing that is staged has a word which every secret has. Otherwise it starts heddle.
 */
export const STANDING_NAME = 'heddle/hook-standing';

/** They say who somebody is, and where their keys are. */
const WHO = [
  'HEDDLE_PRINCIPAL',
  'HEDDLE_PRINCIPAL_EMAIL',
  'HEDDLE_PRINCIPAL_NAME',
  'HEDDLE_HOME',
  'XDG_DATA_HOME',
  'HOME',
];
/** Where one of these is in the environment, in whatever way, heddle is started: an agent may be at work. */
const AGENT_SIGNS = ['HEDDLE_CREDENTIAL', 'HEDDLE_AGENT', 'CODEX_', ...AGENT_NAMES];
/** More is staged than a shell should go through: characters of what git says of it. */
const MOST_STAGED = 16_384;

const KEY_FILES = KEY_FILE_TYPES.map((type) => `"type":"${type}"`);
const ALONE = [...SUSPECT_WORDS.flatMap((words) => (words.length === 1 ? words : [])), ...KEY_FILES];
const TOGETHER = [...SUSPECT_WORDS.filter((words) => words.length > 1), ['://', ANY_CASE_WORD]];

function lacks(words: readonly string[]): string {
  return `lacks ${words.map((word) => `-e ${quote(word)}`).join(' ')}`;
}

function different(texts: readonly string[]): readonly string[] {
  return [...new Set(texts)];
}

/** One search, where it finds nothing; else one more for each word that is suspect only beside another. */
const NOTHING_SUSPECT = [
  `${lacks(different([...ALONE, ...TOGETHER.flatMap(([first = '']) => first)]))} || {`,
  `    ${lacks(ALONE)} || return 1`,
  ...different(TOGETHER.map((words) => words.map((word) => lacks([word.toLowerCase()])).join(' -i || '))).map(
    (either) => `    ${either} -i || return 1`,
  ),
  '  }',
].join('\n');

/** The shell has to say it again, byte for byte. */
const SAID = WHO.map((name) => `$${name}`).join('|');

/** No object can be called so: git says that it is missing, and does so last, where it went through all before. */
const LAST = 'the..last';

/*
 * git is asked as heddle asks it, about what is here and nothing put in its place. `lacks` counts on no exit code, which
 * of what went wrong tell one alone: what git says of the last name has to come through, and nothing but that. Without
 * its zeros, UTF-16 has the words, and each grep reads on behind one.
 */
const FUNCTIONS = `ask() {
  GIT_NO_REPLACE_OBJECTS=1 GIT_NO_LAZY_FETCH=1 GIT_ALLOW_PROTOCOL=none git "$@"
}
lacks() {
  found=$(
    printf '%s${LAST}\\n' "$ids" | ask cat-file --batch | LC_ALL=C tr -d '\\000' |
      LC_ALL=C grep -aoF -m 2 -e "$missing" "$@"
  )
  [ "$found" = "$last" ]
}
stands() {
  note="$home/${STANDING_NAME}"
  [ -f "$note" ] || return 1
  {
    read -r stamp && read -r until && read -r ref && read -r authority && IFS= read -r data && IFS= read -r said
  } <"$note" || return 1
  [ "$stamp $said" = "$1 ${SAID}" ] || return 1
  [ "$note" -nt "$data/keys" ] && [ "$note" -nt "$data/credentials" ] || return 1
  case $(export -p) in ${AGENT_SIGNS.map((name) => `*${name}*`).join(' | ')}) return 1 ;; esac
  [ "$(date +%s)" -lt "$until" ] || return 1
  refs=$(ask for-each-ref --format='%(HEAD) %(objectname) %(refname)' "$ref" ${AUTHORITY_REF} ${TOMBSTONES_REF}) || return 1
  old=\${refs#'* '}
  old=\${old%% *}
  [ "$refs" = "* $old $ref$end  $authority ${AUTHORITY_REF}" ] || return 1
  staged=$(ask -c core.fsmonitor=false diff-index --cached --no-renames --no-abbrev HEAD --) || return 1
  [ \${#staged} -lt ${MOST_STAGED} ] || return 1
  case $staged in *'${READ_BY_VALUE}'*) return 1 ;; esac
  last='${LAST} missing'
  missing=$last
  ids=
  while [ -n "$staged" ]; do
    id=\${staged#* * * }
    id=\${id%% *}
    case $id in *[!0]*) ids="$ids$id$end" missing="$missing$end$id missing" ;; esac
    case $staged in *"$end"*) staged=\${staged#*"$end"} ;; *) staged= ;; esac
  done
  ${NOTHING_SUSPECT}
  [ ! -h "$home/${PASS_NAME}" ] && echo "$PPID $old $ref" >"$home/${PASS_NAME}"
}`;

/** Leaves a hook where what was allowed stands; silent, since heddle says what is wrong. */
export function leaveWhereStanding(): string {
  return `end='\n'\n${FUNCTIONS}\nstands ${stamp()} 2>/dev/null && exit 0`;
}

/** Which shell text a note is for: where words were added since, an older hook starts heddle. */
function stamp(): string {
  return createHash('sha256').update(FUNCTIONS).digest('hex').slice(0, 16);
}

/**
 * Writes the note; one that the shell could not read as it is meant is not written, nor one for a home whose place depends
 * on where somebody stands.
 */
export function writeStandingPass(
  commonDir: string,
  { until, branch, authority }: StandingPass,
  variables: Variables,
): void {
  const { data } = findDirectories(variables);
  const said = WHO.map((name) => variables[name] ?? '').join('|');
  const seconds = Math.floor(until / 1000);
  const lines = [stamp(), String(seconds), branch, authority, data, said];
  if (lines.some((line) => line.includes('\n')) || !isAbsolute(variables['HEDDLE_HOME'] || '/')) return;
  const path = join(commonDir, STANDING_NAME);
  const temporary = `${path}.${process.pid}`;
  const began = Math.floor(performance.timeOrigin / 1000);
  guardFiles(path, () => {
    // Nothing of it need last: without it, heddle is started once more.
    writeFileSync(temporary, `${lines.join('\n')}\n`, { mode: 0o600 });
    // As old as what it tells: keys and credentials may have changed since they were read.
    utimesSync(temporary, began, began);
    renameSync(temporary, path);
  });
}
