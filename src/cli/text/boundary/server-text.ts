import type { Terminal } from '#cli/terminal-text.ts';
import type {
  ServerInstallResult,
  ServerReceiveResult,
  ServerStatusResult,
  ServerUninstallResult,
} from '#domain/results/hooks/server-results.ts';
import type { Finding } from '#domain/result-parts.ts';
import { countText, fieldLines, findingLines, type TextOf } from '#cli/text/shared-lines.ts';

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
    ...adviceLines(result.advice, terminal),
  ];
};

/** Text of `hook status --server`. */
export const serverStatusText: TextOf<ServerStatusResult> = (result, terminal) => {
  const { hooks, repository, genesis, home, endorsedBy } = result;
  const refuses = hooks.some(({ hook, status }) => hook === 'pre-receive' && status === 'installed');
  const begins = result.trustFirst
    ? 'none yet: the first push that brings one is believed'
    : 'none yet, and none is believed';
  return [
    refuses
      ? 'pushes to this repository are verified'
      : 'pushes to this repository are not verified: see `heddle hook install --server`',
    ...fieldLines({
      repository: repository === null ? null : terminal.safe(repository),
      genesis: genesis === null ? begins : terminal.safe(genesis),
      hooks: terminal.safe(result.directory),
      home: home === null ? null : terminal.safe(home),
      branches: branchWords(result.branches),
      receipts:
        endorsedBy === null
          ? 'wait: nobody answers for this server’s key'
          : `are believed: ${terminal.safe(endorsedBy)} answers for this server’s key`,
    }),
    ...result.policies.map(({ at, branches }) => `  ${terminal.safe(at)}: ${branchWords(branches)}`),
    ...hookLines(hooks, terminal),
    ...findingLines(result.findings, terminal),
    ...adviceLines(result.advice, terminal),
  ];
};

function branchWords(rule: ServerStatusResult['branches']): string {
  return rule === 'open' ? 'move by whoever may push' : 'move by landings alone';
}

function adviceLines(advice: readonly Finding[], terminal: Terminal): readonly string[] {
  return advice.map(
    ({ subject, message }) =>
      `${terminal.paint('place', 'advice:')} ${terminal.safe(subject)}: ${terminal.safe(message)}`,
  );
}

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
