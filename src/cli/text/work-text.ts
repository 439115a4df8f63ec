import type { CredentialSummary } from '#domain/results/token-results.ts';
import type {
  CaptureResult,
  DiffResult,
  InitResult,
  LogResult,
  RestoreResult,
  ShowResult,
  StartResult,
  StatusResult,
} from '#domain/results/work-results.ts';
import type { Terminal } from '#cli/terminal-text.ts';
import {
  actorText,
  attentionLines,
  budgetsText,
  changedLines,
  countText,
  fieldLines,
  indented,
  onlyText,
  patchLines,
  redactionLines,
  roleText,
  stateLines,
  unfaithfulLines,
  whoText,
  type TextOf,
} from './shared-lines.ts';
import { claimText } from './threads/claim-text.ts';

/** Text of `init`. */
export const initText: TextOf<InitResult> = (result, terminal) => [
  result.adopted === null
    ? `${terminal.paint('place', terminal.safe(result.repository))} begins with ${terminal.safe(result.principal)} as owner`
    : `this clone begins with what was fetched of ${terminal.paint('place', terminal.safe(result.repository))}`,
  ...fieldLines({
    genesis: terminal.safe(result.genesis),
    replica: terminal.safe(result.replica),
    ...adoptedFields(result, terminal),
    keys: result.keyMade ? 'made for this principal' : null,
    git: result.gitMade ? 'repository made' : null,
  }),
  ...attentionLines(result.adopted?.attention ?? [], terminal),
];

/** What was verified, and what only people can tell: whether it is the genesis that they mean. */
function adoptedFields({ adopted }: InitResult, terminal: Terminal): Readonly<Record<string, string>> {
  if (adopted === null) return {};
  const { owners, threads, tombstones, signatures } = adopted;
  return {
    owners: owners.map((owner) => terminal.safe(owner)).join(', '),
    verified: [
      countText(signatures, 'signature'),
      countText(threads, 'thread'),
      countText(tombstones, 'tombstone'),
    ].join(', '),
    trust: 'compare the genesis with the one that an owner tells you',
  };
}

const HOOKS = { enforce: 'git asks heddle', observe: 'git asks heddle, which only records' } as const;

/** Text of `status`. */
export const statusText: TextOf<StatusResult> = (result, terminal) => [
  ...fieldLines({
    repository: terminal.paint('place', terminal.safe(result.repository)),
    thread: result.thread === null ? 'none in this worktree' : terminal.safe(result.thread),
    state: result.state === null ? 'none yet' : terminal.id(result.state),
    claimed: claimText(result.claim, terminal),
    ...credentialFields(result.credential, terminal),
    role: result.role === null ? null : roleText(result.role, terminal),
    agent: result.agentDetected === null ? null : `detected by ${terminal.safe(result.agentDetected)}`,
    hooks: result.hooks === null ? null : HOOKS[result.hooks.mode],
    wired: result.harness === null ? null : `to ${result.harness}, see \`heddle integrate\``,
  }),
  ...workLines(result, terminal),
  ...attentionLines(result.attention, terminal),
];

/** What changed, and below it what a landing left in conflict: each path once. */
function workLines({ changed, landing }: StatusResult, terminal: Terminal): readonly string[] {
  const unmerged = landing?.unmerged ?? [];
  const settled = changed?.filter(({ path }) => !unmerged.includes(path)) ?? [];
  const conflicts = unmerged.map((path) => `  ${terminal.paint('bad', 'C')} ${terminal.safe(path)}`);
  return [
    ...(settled.length === 0 ? [] : ['changed:', ...changedLines(settled, terminal)]),
    ...(conflicts.length === 0 ? [] : ['in conflict:', ...conflicts]),
    ...(changed?.length === 0 && conflicts.length === 0 ? ['nothing changed'] : []),
  ];
}

/** Whose authority a credential carries and what is left of it. */
export function credentialFields(
  credential: CredentialSummary | null,
  terminal: Terminal,
): Readonly<Record<string, string | null>> {
  if (credential === null) return { credential: 'none' };
  return {
    credential: `${whoText(credential.principal, credential.via, terminal)} (${credential.kind})`,
    expires:
      credential.expires === null
        ? null
        : `${terminal.time(credential.expires)}, ${terminal.distance(credential.expires)}`,
    may: credential.operations === null ? null : terminal.safe(credential.operations.join(', ')),
    only: onlyText(credential.resources, terminal),
    depth: credential.depthLeft === null ? null : `${credential.depthLeft} more`,
    budget: budgetsText(credential.budgets),
  };
}

/** Text of `start`. */
export const startText: TextOf<StartResult> = (result, terminal) => [
  `${terminal.paint('place', terminal.safe(result.thread))} is open`,
  ...fieldLines({
    task: terminal.safe(result.task ?? ''),
    from: originText(result, terminal),
    worktree: terminal.safe(result.worktree),
  }),
];

function originText({ from, base }: StartResult, terminal: Terminal): string {
  if (from !== null) return terminal.id(from);
  return base === null ? 'nothing' : `commit ${terminal.paint('id', terminal.safe(base.slice(0, 12)))}`;
}

/** Text of `capture`. */
export const captureText: TextOf<CaptureResult> = (result, terminal) => {
  const where = terminal.paint('place', terminal.safe(result.thread));
  if (!result.created) return [`nothing changed since ${terminal.id(result.state)} on ${where}`];
  const instead = result.replaces === null ? '' : `, in the place of ${terminal.id(result.replaces)}`;
  return [
    `captured ${terminal.id(result.state)} on ${where}${instead}`,
    ...changedLines(result.changed, terminal),
    ...unfaithfulLines(result.unfaithful, terminal),
  ];
};

/** Text of `restore`. */
export const restoreText: TextOf<RestoreResult> = ({ from, restored }, terminal) => {
  const source = from?.startsWith('hs-') === true ? terminal.id(from) : `commit ${from?.slice(0, 12) ?? ''}`;
  if (restored.length === 0) return [`nothing differs from ${source}`];
  return [`restored from ${source}`, ...changedLines(restored, terminal)];
};

/** Text of `log`. */
export const logText: TextOf<LogResult> = ({ thread, path, states }, terminal) => {
  if (states.length > 0) return states.flatMap((state) => stateLines(state, terminal));
  if (path === null) return [`${terminal.safe(thread)} has no states yet`];
  return [`no state of ${terminal.safe(thread)} changed ${terminal.safe(path === '' ? '.' : path)}`];
};

/** Text of `show`. */
export const showText: TextOf<ShowResult> = ({ state, changed, patch }, terminal) => [
  `state ${terminal.paint('id', terminal.safe(state.state))} on ${terminal.paint('place', terminal.safe(state.thread))}`,
  ...fieldLines({
    by: actorText(state, terminal),
    'agent session': terminal.safe(state.actor.session ?? ''),
    confidence: terminal.safe(state.actor.confidence ?? ''),
    at: terminal.time(state.capturedAt),
    attestation: terminal.paint(state.attestation === 'verified' ? 'good' : 'bad', state.attestation),
    parents: state.parents.map(terminal.id).join(' '),
    task: terminal.safe(state.task ?? ''),
  }),
  ...(state.intent === null ? [] : ['', ...indented(state.intent, terminal)]),
  ...(changed.length === 0 ? [] : ['', ...changedLines(changed, terminal)]),
  ...(state.redacted.length === 0 ? [] : ['', ...redactionLines(state.redacted, terminal)]),
  ...(patch === null || patch === '' ? [] : ['', ...patchLines(patch, terminal)]),
];

/** Text of `diff`: the patch, and above it what it does not show. */
export const diffText: TextOf<DiffResult> = ({ changed, patch, redacted }, terminal) => {
  const notices = redactionLines(redacted, terminal);
  if (patch === null) return [...notices, ...changedLines(changed, terminal)];
  return [...notices, ...(patch === '' ? [] : patchLines(patch, terminal))];
};
