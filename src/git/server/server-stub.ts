import type { ServerHook, ServerHookOptions } from '#ports/server/server-hooks.ts';
import { quote } from '#git/hooks/shell-text.ts';
import { KEPT_ENDING, STUB_MARK, type StubProgram } from '#git/hooks/stub.ts';

/**
 * The shell text of a server's hook. It reads the lines that git gives it, so that what stood there before gets them
 * too; what that refuses is refused. A pusher may choose variables where ssh passes them on: none that node or heddle
 * would read counts.
 */
export function serverStub(
  hook: ServerHook,
  { program, home, trustFirst }: ServerHookOptions & { readonly program: StubProgram },
): string {
  return [
    '#!/bin/sh',
    `${STUB_MARK}${hook}. Made by \`heddle hook install --server\`, taken away by \`heddle hook uninstall --server\`.`,
    `node=${quote(program.node)}`,
    `script=${quote(program.script)}`,
    "end='\n'",
    'lines=',
    'while IFS= read -r line || [ -n "$line" ]; do lines="$lines$line$end"; done',
    `if [ -x "$0${KEPT_ENDING}" ]; then`,
    `  "$0${KEPT_ENDING}" "$@" <<END_OF_LINES || exit`,
    '${lines%"$end"}',
    'END_OF_LINES',
    'fi',
    'if [ ! -x "$node" ] || [ ! -f "$script" ]; then',
    '  echo "heddle: this server verifies pushes, and heddle is no longer at $script" >&2',
    `  exit ${hook === 'pre-receive' ? 1 : 0}`,
    'fi',
    'for name in $(env | sed -n -e "s/^\\(HEDDLE_[A-Za-z0-9_]*\\)=.*/\\1/p" -e "s/^\\(NODE_[A-Za-z0-9_]*\\)=.*/\\1/p"); do',
    '  unset "$name"',
    'done',
    'unset OPENSSL_CONF OPENSSL_MODULES',
    `HEDDLE_HOME=${quote(home)}`,
    'export HEDDLE_HOME',
    `exec "$node" "$script" hook run ${hook}${trustFirst && hook === 'pre-receive' ? ' --trust-first' : ''} <<END_OF_LINES`,
    '${lines%"$end"}',
    'END_OF_LINES',
    '',
  ].join('\n');
}

/** What such a text was made for; null where it names no home. */
export function optionsIn(text: string): ServerHookOptions | null {
  const quoted = /^HEDDLE_HOME='(.*)'$/m.exec(text)?.[1];
  if (quoted === undefined) return null;
  return {
    home: quoted.replaceAll(String.raw`'\''`, "'"),
    trustFirst: /^exec .* hook run pre-receive --trust-first /m.test(text),
  };
}
