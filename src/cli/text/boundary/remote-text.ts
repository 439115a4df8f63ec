import { shellWord } from '#domain/encoding/shell-line.ts';
import type {
  BeatenRecord,
  CloneResult,
  PulledThread,
  PullResult,
  PushResult,
  RemoteAddResult,
  RemoteListResult,
} from '#domain/results/boundary/remote-results.ts';
import { columns, type Terminal } from '#cli/terminal-text.ts';
import { attentionLines, countText, fieldLines, findingLines, type TextOf } from '#cli/text/shared-lines.ts';

/** Text of `push`. */
export const pushText: TextOf<PushResult> = (result, terminal) => {
  const { remote, threads, branches, records, said, operation } = result;
  const to = terminal.safe(remote);
  const moved = [
    ...threads
      .filter(({ outcome }) => outcome === 'new' || outcome === 'advanced')
      .map((one) => [`  ${terminal.safe(one.thread)}`, terminal.id(one.state), ...newText(one)]),
    ...branches
      .filter(({ outcome }) => outcome !== 'current')
      .map((one) => [`  ${terminal.safe(one.branch)}`, one.commit.slice(0, 10), ...newText(one)]),
  ];
  const told = said.map((line) => `${to}: ${terminal.safe(line)}`);
  if (moved.length + records.length === 0) {
    const current = operation === null ? 'up to date' : 'up to date, which this clone did not know';
    return [...told, `${to} is ${current}`, ...stayed(result, terminal), ...nothingChosen(result)];
  }
  const beside =
    records.length > 0 ? `  records: ${records.map((name) => terminal.safe(name)).join(', ')}` : null;
  return [
    ...told,
    `pushed to ${to}`,
    ...columns(moved),
    ...(beside === null ? [] : [beside]),
    ...stayed(result, terminal),
    ...nothingChosen(result),
  ];
};

function newText({ outcome }: { readonly outcome: string }): readonly string[] {
  return outcome === 'new' ? ['new'] : [];
}

/** Threads that went on there, or two ways, keep no other one here. */
function stayed({ remote, threads }: PushResult, terminal: Terminal): readonly string[] {
  const to = terminal.safe(remote);
  return threads.flatMap(({ thread, outcome }) => {
    const name = terminal.safe(thread);
    if (outcome === 'behind')
      return [`${name} went on at ${to}: \`heddle pull ${terminal.safe(shellWord(remote))}\``];
    if (outcome !== 'diverged') return [];
    return [
      `${name} went another way at ${to}, and stays as it is on both sides`,
      `  ${renameLine(thread, terminal)}`,
    ];
  });
}

function renameLine(thread: string, terminal: Terminal): string {
  const [name, other] = [thread, `${thread}-mine`].map((one) => terminal.safe(shellWord(one)));
  return `yours is pushed under another name: \`heddle thread rename ${name} ${other}\`, or where another one opened it \`heddle start ${other} --from ${name} --worktree\``;
}

function nothingChosen({ threads, branches }: PushResult): readonly string[] {
  if (threads.length + branches.length > 0) return [];
  return ['no thread was pushed: none stands in this worktree; name one with --thread, or say --all'];
}

/** Text of `pull`. */
export const pullText: TextOf<PullResult> = (result, terminal) => {
  const { remote, authority, beaten, tombstones, sets, lines, threads, findings } = result;
  const { added, applied } = tombstones;
  const from = terminal.safe(remote);
  const shown = threads.filter(({ outcome }) => outcome !== 'current');
  const moved = threads.some(({ outcome }) => outcome === 'new' || outcome === 'advanced');
  const news = [
    ...(authority ? ['new records of authority'] : []),
    ...(added.length > 0 ? [countText(added.length, 'new tombstone')] : []),
    ...(applied.length > 0
      ? [`${countText(applied.length, 'content')} hidden, given back or destroyed here`]
      : []),
    ...(lines > 0 ? [`${countText(lines, 'operation')} of other clones`] : []),
    ...(sets.length > 0 ? [`new ${sets.map((name) => terminal.safe(name)).join(', ')}`] : []),
  ];
  const isNew = moved || news.length > 0;
  return [
    isNew ? `pulled from ${from}` : `nothing new from ${from}`,
    ...news.map((line) => `  ${line}`),
    ...beatenLines(beaten, terminal),
    ...columns(shown.map((one) => threadCells(one, terminal))).map((line) => `  ${line}`),
    ...shown.flatMap((one) => divergedLines(one, from, terminal)),
    ...findingLines(findings, terminal),
  ];
};

/** What was given on one side, and on the other one taken away or given to somebody else. */
function beatenLines(beaten: PullResult['beaten'], terminal: Terminal): readonly string[] {
  if (beaten.length === 0) return [];
  return [
    'both sides changed authority; joined, these records give nothing any more:',
    ...beaten.flatMap((one) => {
      const by = `by ${terminal.safe(one.by)} (record ${terminal.id(one.record)})`;
      return [`  ${beatenWords(one, terminal)}, ${by}`, ...givenAgain(one, terminal)];
    }),
  ];
}

function beatenWords({ kind, principal, role, resource }: BeatenRecord, terminal: Terminal): string {
  const [whom, at] = [principal, resource].map((text) => terminal.safe(text ?? ''));
  switch (kind) {
    case 'grant':
      return `${role ?? ''} at ${at} for ${whom}`;
    case 'key':
      return `keys of ${whom}`;
    case 'policy':
      return `what a policy loosened at ${at}`;
    case 'replica':
      return 'a clone that was registered';
    case 'unfreeze':
      return 'the end of a freeze';
  }
}

/** What helps where it is still meant. */
function givenAgain(
  { kind, principal, role, resource }: BeatenRecord,
  terminal: Terminal,
): readonly string[] {
  const [whom, at] = [principal, resource].map((text) => terminal.safe(shellWord(text ?? '')));
  if (kind === 'grant') return [`    still meant: \`heddle grant add ${whom} ${role ?? ''} ${at}\``];
  if (kind === 'key')
    return [
      `    an admin registers others: \`heddle key add ${whom} PUBLIC-KEY\`, as \`heddle key export\` writes it`,
    ];
  return kind === 'unfreeze' ? ['    still meant: `heddle unfreeze`'] : [];
}

const OUTCOMES: Readonly<Record<PulledThread['outcome'], string>> = {
  new: 'new',
  advanced: 'moved forward',
  current: 'current',
  ahead: 'has work that is not pushed',
  diverged: 'went on here and there',
  dropped: 'was dropped here',
};

function threadCells({ thread, outcome, state }: PulledThread, terminal: Terminal): readonly string[] {
  return [terminal.safe(thread), terminal.id(state), OUTCOMES[outcome]];
}

/** Nothing of either side is lost; what brings them together is said. */
function divergedLines(
  { thread, outcome, state }: PulledThread,
  from: string,
  terminal: Terminal,
): readonly string[] {
  if (outcome !== 'diverged') return [];
  const name = terminal.safe(thread);
  return [
    `${name} stays as it is here; what ${from} has is kept: \`heddle show ${terminal.id(state)}\``,
    `  go on from it under another name with \`heddle start ${terminal.safe(shellWord(`${thread}-theirs`))} --from ${terminal.id(state)} --worktree\``,
    `  ${renameLine(thread, terminal)}`,
  ];
}

/** Text of `remote add`. */
export const remoteAddText: TextOf<RemoteAddResult> = ({ remote, url }, terminal) => [
  `${terminal.safe(remote)} is ${terminal.safe(url)}`,
];

/** Text of `remote list`. */
export const remoteListText: TextOf<RemoteListResult> = ({ remotes, replicas }, terminal) => [
  ...(remotes.length === 0
    ? ['no remotes: add one with `heddle remote add NAME URL`']
    : columns(
        remotes.map(({ name, url, threads, pushedAt, pulledAt }) => [
          terminal.safe(name),
          terminal.safe(url),
          countText(threads, 'thread'),
          `pushed ${pushedAt === null ? 'never' : terminal.time(pushedAt)}`,
          `pulled ${pulledAt === null ? 'never' : terminal.time(pulledAt)}`,
        ]),
      )),
  ...replicaLines(replicas, terminal),
];

function replicaLines(replicas: RemoteListResult['replicas'], terminal: Terminal): readonly string[] {
  if (replicas.length === 0) return [];
  const rows = replicas.map(({ replica, principal, remote, operations, publishedAt }) => [
    `  ${terminal.safe(replica.slice(0, 11))}`,
    terminal.safe(principal ?? 'nobody answers for it'),
    remote === null ? '' : `from ${terminal.safe(remote)}`,
    countText(operations, 'operation'),
    `published ${terminal.time(publishedAt)}`,
  ]);
  return ['other clones that told what they did:', ...columns(rows)];
}

/** What the remote's `HEAD` names is not there: git leaves the work tree empty then. */
const NO_BRANCH = 'none is checked out: `git branch --remotes` lists them, `git switch BRANCH` takes one';

/** Text of `clone`. */
export const cloneText: TextOf<CloneResult> = (result, terminal) => [
  `${terminal.safe(result.repository)} is cloned into ${terminal.safe(result.directory)}`,
  ...fieldLines({
    branch: result.branch === null ? NO_BRANCH : terminal.safe(result.branch),
    threads: String(result.threads),
    owners: result.owners.map((owner) => terminal.safe(owner)).join(', '),
    genesis: terminal.safe(result.genesis),
    trust: result.trustedOnFirstUse
      ? 'believed on first use: compare the genesis with the one that an owner tells you'
      : 'it is the genesis that was named',
  }),
  ...attentionLines(result.attention, terminal),
];
