import { NO_OBJECT } from '#git/objects/hash.ts';
import type { ClientHook } from '#domain/hooks/hook-name.ts';
import { PASS_NAME, quote } from './shell-text.ts';
import { leaveWhereStanding } from './standing-pass.ts';

/** What stands in the second line of every hook of heddle's. */
export const STUB_MARK = '# hook of heddle, v1: ';
/** What stood in a hook's place before is beside it under this ending. */
export const KEPT_ENDING = '.before-heddle';
/** The clone's record that its hooks are installed, below the common directory. */
export const RECORD_NAME = 'heddle/hooks.json';

/** What a hook starts, absolute. */
export interface StubProgram {
  readonly node: string;
  readonly script: string;
}

export interface StubOptions {
  readonly program: StubProgram;
  /** The common directory, as shell text: relative to the hook where it lies above it. */
  readonly commonDir: string;
}

/**
 * The shell text of a hook. It leaves before anything is started where the clone has no hooks any more, or nothing is
 * concerned, with what the shell has built in alone; and before heddle is started where a person was let pass and nothing
 * of that has changed.
 */
export function hookStub(hook: ClientHook, { program, commonDir }: StubOptions): string {
  return [
    '#!/bin/sh',
    `${STUB_MARK}${hook}. Made by \`heddle hook install\`, taken away by \`heddle hook uninstall\`.`,
    `home=${commonDir}`,
    `node=${quote(program.node)}`,
    `script=${quote(program.script)}`,
    ...BODIES[hook],
    '',
  ].join('\n');
}

/** What was there before runs first: what it changes is looked at, too. */
const BEFORE = `if [ -x "$0${KEPT_ENDING}" ]; then
  "$0${KEPT_ENDING}" "$@" || exit
fi`;

/** The lines again, for whoever reads them next. */
const LINES = `<<END_OF_LINES
\${lines%"$end"}
END_OF_LINES`;

/** The same for a hook that reads lines, which both get; of no lines there is not even an empty one. */
const BEFORE_WITH_LINES = `if [ -x "$0${KEPT_ENDING}" ]; then
  if [ -n "$lines" ]; then
    "$0${KEPT_ENDING}" "$@" ${LINES.replace('<<END_OF_LINES', '<<END_OF_LINES || exit')}
  else
    "$0${KEPT_ENDING}" "$@" </dev/null || exit
  fi
fi`;

/**
 * Left behind in a repository that has nothing of heddle's, a hook takes itself away: it costs each commit a shell, and
 * the first of them alone the last one. It does so only in the repository's own directory of hooks, where that is seen to
 * be one, and where nothing is kept beside it. What the clone's user alone may look into counts as there.
 */
const ENROLLED = `if [ ! -f "$home/${RECORD_NAME}" ]; then
  if [ "$home" = "\${0%/*}/.." ] && [ -d "$home/objects" ] && [ ! -e "$home/heddle" ] && [ ! -e "$0${KEPT_ENDING}" ]; then
    rm -f "$0" 2>/dev/null
  fi
  exit 0
fi`;

const NO_LINES = `end='
'
lines=`;

const READ_LINES = `${NO_LINES}
while IFS= read -r line || [ -n "$line" ]; do
  lines="$lines$line$end"
done`;

/** A heddle that is gone stops git, and says how to go on: what was there before comes back to its place. */
const REQUIRE_PROGRAM = `if [ ! -x "$node" ] || [ ! -f "$script" ]; then
  without="rm '$0'"
  if [ -e "$0${KEPT_ENDING}" ]; then without="mv '$0${KEPT_ENDING}' '$0'"; fi
  echo "heddle: this clone has hooks of heddle, and heddle is no longer at $script" >&2
  echo "hint: install heddle again and run 'heddle hook install'; to go on without it, $without" >&2
  exit 1
fi`;

/** Inside a Git directory there is no work tree: the main one stands above. The index stays the one that git named. */
const IN_WORK_TREE = `if [ ! -e .git ]; then
  case \${GIT_INDEX_FILE:-/} in /*) ;; *) GIT_INDEX_FILE=$PWD/$GIT_INDEX_FILE ;; esac
  cd "$home/.." 2>/dev/null || exit 1
fi`;

/** The worktree belongs to a thread. */
const ON_THREAD = `dir=\${GIT_DIR:-.git}
if [ -f "$dir" ]; then IFS=' ' read -r _ dir <"$dir"; fi
[ -f "$dir/heddle/worktree.json" ] || exit 0`;

function start(hook: ClientHook): string {
  return `exec "$node" "$script" hook run ${hook} -- "$@"`;
}

/**
 * While git packs refs it takes the file of each away in a transaction of its own. It stands in the packed ones then, and
 * they are not locked, as they are while a ref is deleted. Refs that are a tool's own, and bring nothing into anybody's
 * work, are passed over.
 */
const CONCERNED = `is_pruned() {
  case "$line" in *' ${NO_OBJECT} refs/'*) ;; *) return 1 ;; esac
  [ ! -e "$home/packed-refs.lock" ] && grep -qxF "\${line%% *} \${line##* }" "$home/packed-refs" 2>/dev/null
}
concerned=
pid=
if [ "$1" = prepared ] && [ -f "$home/${PASS_NAME}" ]; then
  read -r pid old ref <"$home/${PASS_NAME}"
fi
while IFS= read -r line || [ -n "$line" ]; do
  lines="$lines$line$end"
  case "$line" in
    *' refs/remotes/'* | *' refs/bisect/'* | *' refs/rewritten/'* | *' refs/worktree/'*) ;;
    *' refs/prefetch/'* | *' refs/heddle/remotes/'*) ;;
    *' refs/'* | *' HEAD')
      case "$pid $line" in
        "$PPID $old "*" $ref" | "$PPID $old "*' HEAD') ;;
        *) is_pruned || concerned=1 ;;
      esac ;;
  esac
done`;

const BODIES: Readonly<Record<ClientHook, readonly string[]>> = {
  'pre-commit': [BEFORE, ENROLLED, REQUIRE_PROGRAM, leaveWhereStanding(), IN_WORK_TREE, start('pre-commit')],
  // A person's commit names nobody else: only where a credential was handed over is anything started.
  'prepare-commit-msg': [
    BEFORE,
    ENROLLED,
    '[ -n "$HEDDLE_CREDENTIAL" ] || exit 0',
    REQUIRE_PROGRAM,
    IN_WORK_TREE,
    start('prepare-commit-msg'),
  ],
  'post-checkout': [
    BEFORE,
    ENROLLED,
    '[ "$3" = 1 ] && [ "$1" != "$2" ] || exit 0',
    ON_THREAD,
    `echo "heddle: this worktree belongs to a thread, and git has put other files here: see 'heddle status'" >&2`,
  ],
  'post-merge': [
    BEFORE,
    ENROLLED,
    ON_THREAD,
    `echo "heddle: what git merged here is not in the thread yet: see 'heddle status'" >&2`,
  ],
  'pre-push': [
    READ_LINES,
    BEFORE_WITH_LINES,
    ENROLLED,
    '[ -n "$lines" ] || exit 0',
    REQUIRE_PROGRAM,
    IN_WORK_TREE,
    `${start('pre-push')} ${LINES}`,
  ],
  'reference-transaction': [
    `if [ ! -x "$0${KEPT_ENDING}" ]; then`,
    '  [ "$1" = prepared ] || exit 0',
    `  ${ENROLLED}`,
    'fi',
    NO_LINES,
    CONCERNED,
    BEFORE_WITH_LINES,
    '[ "$1" = prepared ] && [ -n "$concerned" ] || exit 0',
    ENROLLED,
    REQUIRE_PROGRAM,
    IN_WORK_TREE,
    `${start('reference-transaction')} ${LINES}`,
  ],
};
