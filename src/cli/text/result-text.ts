import type { ResultKind, Results } from '#domain/results.ts';
import type { TextStyle } from '#cli/command.ts';
import type { Terminal } from '#cli/terminal-text.ts';
import * as attribution from './interchange/attribution-text.ts';
import * as authority from './authority-text.ts';
import * as blame from './blame-text.ts';
import { blameLinePorcelain, blamePorcelain } from './interchange/blame-porcelain.ts';
import * as grant from './grant-text.ts';
import * as secrets from './boundary/secrets-text.ts';
import * as claims from './threads/claim-text.ts';
import * as history from './history-text.ts';
import * as hook from './boundary/hook-text.ts';
import * as landing from './threads/landing-text.ts';
import * as policy from './policy-text.ts';
import type { TextOf } from './shared-lines.ts';
import { harnessJson, harnessText, integrateText } from './boundary/harness-text.ts';
import { cleanOfText } from './removal/clean-of-text.ts';
import { redactFindText } from './removal/find-text.ts';
import * as incident from './removal/incident-text.ts';
import { purgeText } from './removal/purge-text.ts';
import { redactText } from './removal/redact-text.ts';
import * as tombstone from './removal/tombstone-text.ts';
import * as proposal from './removal/proposal-text.ts';
import * as remote from './boundary/remote-text.ts';
import * as request from './request-text.ts';
import * as review from './threads/review-text.ts';
import * as run from './run-text.ts';
import * as server from './boundary/server-text.ts';
import * as revocation from './revocation-text.ts';
import * as token from './token-text.ts';
import * as undo from './undo-text.ts';
import { verifyRangeJunit } from './verification/junit.ts';
import { evidenceExportText, evidenceVerifyText } from './verification/evidence-text.ts';
import { verifyRangeJson, verifyRangeText } from './verification/range-text.ts';
import { verifyRangeSarif } from './verification/sarif.ts';
import * as work from './work-text.ts';

const TEXTS: { readonly [Kind in ResultKind]: TextOf<Results[Kind]> } = {
  init: work.initText,
  status: work.statusText,
  start: work.startText,
  capture: work.captureText,
  restore: work.restoreText,
  log: work.logText,
  show: work.showText,
  diff: work.diffText,
  blame: blame.blameText,
  who: blame.whoText,
  'attribution-export': attribution.attributionExportText,
  'attribution-import': attribution.attributionImportText,
  login: authority.loginText,
  whoami: authority.whoamiText,
  'key-new': authority.keyNewText,
  'key-list': authority.keyListText,
  'key-add': authority.keyAddText,
  'key-export': authority.keyExportText,
  'grant-add': grant.grantAddText,
  'grant-remove': grant.grantRemoveText,
  'grant-list': grant.grantListText,
  'grant-log': grant.grantLogText,
  'policy-set': policy.policySetText,
  'policy-show': policy.policyShowText,
  'policy-log': policy.policyLogText,
  'token-mint': token.tokenMintText,
  'token-attenuate': token.tokenAttenuateText,
  'token-inspect': token.tokenInspectText,
  'token-verify': token.tokenVerifyText,
  'token-list': token.tokenListText,
  can: token.canText,
  'can-matrix': grant.canMatrixText,
  'thread-list': history.threadListText,
  'thread-show': history.threadShowText,
  'thread-drop': history.threadDropText,
  'thread-rename': history.threadRenameText,
  'secrets-allow': secrets.secretsAllowText,
  'secrets-list': secrets.secretsListText,
  'thread-claim': claims.threadClaimText,
  'thread-release': claims.threadReleaseText,
  'thread-split': history.threadSplitText,
  undo: undo.undoText,
  'undo-list': undo.undoListText,
  'undo-preview': undo.undoPreviewText,
  redo: undo.redoText,
  oplog: history.oplogText,
  verify: history.verifyText,
  'verify-range': verifyRangeText,
  'evidence-export': evidenceExportText,
  'evidence-verify': evidenceVerifyText,
  'clean-of': cleanOfText,
  doctor: history.doctorText,
  redact: redactText,
  'redact-find': redactFindText,
  purge: purgeText,
  'purge-propose': proposal.purgeProposeText,
  'purge-approve': proposal.purgeApproveText,
  'purge-apply': purgeText,
  'purge-cancel': request.denyText,
  'purge-proposals': proposal.purgeProposalsText,
  clone: remote.cloneText,
  push: remote.pushText,
  pull: remote.pullText,
  'remote-add': remote.remoteAddText,
  'remote-list': remote.remoteListText,
  'tombstone-list': tombstone.tombstoneListText,
  'tombstone-receive': tombstone.tombstoneReceiveText,
  'tombstone-show': tombstone.tombstoneShowText,
  'tombstone-verify': tombstone.tombstoneVerifyText,
  incident: incident.incidentText,
  'incident-paper': incident.incidentPaperText,
  'incident-check': incident.incidentCheckText,
  'token-revoke': revocation.tokenRevokeText,
  'key-revoke': revocation.keyRevokeText,
  'key-rotate': revocation.keyRotateText,
  freeze: revocation.freezeText,
  unfreeze: revocation.unfreezeText,
  request: request.requestText,
  'request-list': request.requestListText,
  'request-show': request.requestShowText,
  approve: request.approveText,
  deny: request.denyText,
  land: landing.landText,
  continue: landing.continueText,
  abort: landing.abortText,
  review: review.reviewText,
  'review-show': review.reviewShowText,
  'review-list': review.reviewListText,
  integrate: integrateText,
  harness: harnessText,
  'hook-install': hook.hookInstallText,
  'hook-uninstall': hook.hookUninstallText,
  'hook-status': hook.hookStatusText,
  'hook-run': hook.hookRunText,
  run: run.runText,
  'run-list': run.runListText,
  'run-show': run.runShowText,
  'run-explain': run.runExplainText,
  'hook-install-server': server.serverInstallText,
  'hook-status-server': server.serverStatusText,
  'hook-uninstall-server': server.serverUninstallText,
  'hook-receive': server.serverReceiveText,
};

const STYLES: Readonly<Record<TextStyle, { readonly [Kind in ResultKind]?: TextOf<Results[Kind]> }>> = {
  porcelain: { blame: blamePorcelain },
  'line-porcelain': { blame: blameLinePorcelain },
  json: { 'verify-range': verifyRangeJson, harness: harnessJson },
  junit: { 'verify-range': verifyRangeJunit },
  sarif: { 'verify-range': verifyRangeSarif },
};

interface Styled<Kind extends ResultKind> {
  readonly kind: Kind;
  readonly result: Results[Kind];
  readonly style?: TextStyle;
}

/** An answer for people: lines, safe for a terminal. */
export function resultText<Kind extends ResultKind>(
  { kind, result, style }: Styled<Kind>,
  terminal: Terminal,
): readonly string[] {
  const text = style === undefined ? TEXTS[kind] : STYLES[style][kind];
  if (text === undefined) throw new Error(`invariant: ${kind} has a text of this style`);
  return text(result, terminal);
}
