import type { Terminal } from '#cli/terminal-text.ts';
import type {
  ServerInstallResult,
  ServerReceiveResult,
  ServerUninstallResult,
} from '#domain/results/hooks/server-results.ts';
import { countText, fieldLines, type TextOf } from './shared-lines.ts';

/** Text of `hook install --server`. */
export const serverInstallText: TextOf<ServerInstallResult> = (result, terminal) => {
  const { repository, genesis, written } = result;
  const lead =
    written.length === 0
      ? 'pushes to this repository are verified already'
      : 'pushes to this repository are verified from now on';
  return [
    lead,
    ...fieldLines({
      repository: repository === null ? null : terminal.safe(repository),
      genesis:
        genesis === null ? 'none yet: the first push that brings one is believed' : terminal.safe(genesis),
      hooks: terminal.safe(result.directory),
      home: terminal.safe(result.home),
      branches: 'move by landings alone, unless a policy opens them',
      receipts: result.endorsed
        ? 'are believed'
        : 'wait: run this again with a credential, once a chain is here',
    }),
    ...hookLines(result.hooks, terminal),
  ];
};

/** Text of `hook uninstall --server`. */
export const serverUninstallText: TextOf<ServerUninstallResult> = ({ removed, hooks }, terminal) =>
  removed.length === 0
    ? ['no hook of heddle is here']
    : [
        `${removed.join(' and ')} taken away; what is pushed is verified no longer`,
        ...hookLines(hooks, terminal),
      ];

/** Text of `hook run pre-receive` and `hook run post-receive`. */
export const serverReceiveText: TextOf<ServerReceiveResult> = (
  { hook, refs, trusted, applied },
  terminal,
) => {
  if (hook === 'post-receive')
    return applied.length === 0
      ? []
      : [`heddle: ${countText(applied.length, 'content')} hidden, given back or destroyed on the server`];
  return [
    `heddle: ${countText(refs, 'ref')} verified`,
    ...(trusted === null
      ? []
      : [`heddle: this server begins with ${terminal.safe(trusted)}, which this push brought`]),
  ];
};

function hookLines(hooks: ServerInstallResult['hooks'], terminal: Terminal): readonly string[] {
  return hooks.flatMap(({ hook, status, chained }) => {
    if (status === 'installed' && !chained) return [];
    const first = chained ? ', after the one that was there before' : '';
    return [`  ${terminal.safe(hook)}: ${status}${first}`];
  });
}
