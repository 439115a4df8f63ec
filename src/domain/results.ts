/*
 * What each verb answers: the published JSON (`docs/schemas/<kind>.v1.json`) without its `schema` field.
 * Absent values are null and empty lists `[]`, so every field is always there. Type aliases, not interfaces:
 * only those count as JSON where a result is kept in the operation log. Types by area in `results/`; here is the whole
 * published surface, beside one schema each.
 */
import type { AttributionExportResult, AttributionImportResult } from './results/attribution-results.ts';
import type { BlameResult, WhoResult } from './results/blame-results.ts';
import type { CanMatrixResult, CanResult } from './results/decision-results.ts';
import type {
  GrantAddResult,
  GrantListResult,
  GrantLogResult,
  GrantRemoveResult,
} from './results/grant-results.ts';
import type {
  FreezeResult,
  KeyAddResult,
  KeyExportResult,
  KeyListResult,
  KeyNewResult,
  KeyRevokeResult,
  KeyRotateResult,
  UnfreezeResult,
} from './results/key-results.ts';
import type { PolicyLogResult, PolicySetResult, PolicyShowResult } from './results/policy-results.ts';
import type {
  IncidentCheckResult,
  IncidentPaperResult,
  IncidentResult,
} from './results/removal/incident-results.ts';
import type {
  PurgeResult,
  CleanOfResult,
  RedactFindResult,
  RedactResult,
  TombstoneListResult,
  TombstoneReceiveResult,
  TombstoneShowResult,
  TombstoneVerifyResult,
} from './results/removal-results.ts';
import type {
  ApproveResult,
  DenyResult,
  RequestListResult,
  RequestResult,
  RequestShowResult,
} from './results/request-results.ts';
import type {
  HookInstallResult,
  HookRunResult,
  HookStatusResult,
  HookUninstallResult,
} from './results/hooks/hook-results.ts';
import type {
  PurgeApproveResult,
  PurgeProposalsResult,
  PurgeProposeResult,
} from './results/removal/proposal-results.ts';
import type {
  ServerInstallResult,
  ServerReceiveResult,
  ServerStatusResult,
  ServerUninstallResult,
} from './results/hooks/server-results.ts';
import type { AbortResult, ContinueResult, LandResult } from './results/landing-results.ts';
import type { ReviewListResult, ReviewResult, ReviewShowResult } from './results/review-results.ts';
import type { RunExplainResult, RunListResult, RunResult, RunShowResult } from './results/run-results.ts';
import type {
  LoginResult,
  TokenAttenuateResult,
  TokenInspectResult,
  TokenListResult,
  TokenMintResult,
  TokenRevokeResult,
  TokenVerifyResult,
} from './results/token-results.ts';
import type {
  ThreadClaimResult,
  ThreadDropResult,
  ThreadReleaseResult,
  ThreadRenameResult,
  ThreadSplitResult,
} from './results/thread-results.ts';
import type { HarnessResult, IntegrateResult } from './results/boundary/harness-results.ts';
import type { EvidenceExportResult, EvidenceVerifyResult } from './results/boundary/evidence-results.ts';
import type { VerifyRangeResult } from './results/boundary/verification-results.ts';
import type {
  CloneResult,
  PullResult,
  PushResult,
  RemoteAddResult,
  RemoteListResult,
} from './results/boundary/remote-results.ts';
import type { SecretsAllowResult, SecretsListResult } from './results/boundary/secret-results.ts';
import type { RedoResult, UndoListResult, UndoPreviewResult, UndoResult } from './results/undo-results.ts';
import type {
  CaptureResult,
  DiffResult,
  DoctorResult,
  InitResult,
  LogResult,
  OplogResult,
  RestoreResult,
  ShowResult,
  StartResult,
  StatusResult,
  ThreadListResult,
  ThreadShowResult,
  VerifyResult,
  WhoamiResult,
} from './results/work-results.ts';

/** Each kind of answer by the name in its schema. */
export type Results = {
  readonly init: InitResult;
  readonly status: StatusResult;
  readonly login: LoginResult;
  readonly whoami: WhoamiResult;
  readonly 'key-new': KeyNewResult;
  readonly 'key-list': KeyListResult;
  readonly 'key-add': KeyAddResult;
  readonly 'key-export': KeyExportResult;
  readonly start: StartResult;
  readonly capture: CaptureResult;
  readonly restore: RestoreResult;
  readonly log: LogResult;
  readonly show: ShowResult;
  readonly diff: DiffResult;
  readonly blame: BlameResult;
  readonly who: WhoResult;
  readonly 'attribution-export': AttributionExportResult;
  readonly 'attribution-import': AttributionImportResult;
  readonly 'thread-list': ThreadListResult;
  readonly 'thread-show': ThreadShowResult;
  readonly 'thread-drop': ThreadDropResult;
  readonly 'thread-rename': ThreadRenameResult;
  readonly 'secrets-allow': SecretsAllowResult;
  readonly 'secrets-list': SecretsListResult;
  readonly 'thread-claim': ThreadClaimResult;
  readonly 'thread-release': ThreadReleaseResult;
  readonly 'thread-split': ThreadSplitResult;
  readonly 'token-mint': TokenMintResult;
  readonly 'token-attenuate': TokenAttenuateResult;
  readonly 'token-inspect': TokenInspectResult;
  readonly 'token-verify': TokenVerifyResult;
  readonly 'token-list': TokenListResult;
  readonly 'grant-add': GrantAddResult;
  readonly 'grant-remove': GrantRemoveResult;
  readonly 'grant-list': GrantListResult;
  readonly 'grant-log': GrantLogResult;
  readonly 'policy-set': PolicySetResult;
  readonly 'policy-show': PolicyShowResult;
  readonly 'policy-log': PolicyLogResult;
  readonly can: CanResult;
  readonly 'can-matrix': CanMatrixResult;
  readonly undo: UndoResult;
  readonly 'undo-list': UndoListResult;
  readonly 'undo-preview': UndoPreviewResult;
  readonly redo: RedoResult;
  readonly oplog: OplogResult;
  readonly verify: VerifyResult;
  readonly 'verify-range': VerifyRangeResult;
  readonly 'evidence-export': EvidenceExportResult;
  readonly 'evidence-verify': EvidenceVerifyResult;
  readonly 'clean-of': CleanOfResult;
  readonly redact: RedactResult;
  readonly 'redact-find': RedactFindResult;
  readonly purge: PurgeResult;
  readonly 'purge-propose': PurgeProposeResult;
  readonly 'purge-approve': PurgeApproveResult;
  readonly 'purge-apply': PurgeResult;
  readonly 'purge-cancel': DenyResult;
  readonly 'purge-proposals': PurgeProposalsResult;
  readonly clone: CloneResult;
  readonly push: PushResult;
  readonly pull: PullResult;
  readonly 'remote-add': RemoteAddResult;
  readonly 'remote-list': RemoteListResult;
  readonly 'tombstone-list': TombstoneListResult;
  readonly 'tombstone-receive': TombstoneReceiveResult;
  readonly 'hook-install-server': ServerInstallResult;
  readonly 'hook-status-server': ServerStatusResult;
  readonly 'hook-uninstall-server': ServerUninstallResult;
  readonly 'hook-receive': ServerReceiveResult;
  readonly 'tombstone-show': TombstoneShowResult;
  readonly 'tombstone-verify': TombstoneVerifyResult;
  readonly incident: IncidentResult;
  readonly 'incident-paper': IncidentPaperResult;
  readonly 'incident-check': IncidentCheckResult;
  readonly doctor: DoctorResult;
  readonly 'token-revoke': TokenRevokeResult;
  readonly 'key-revoke': KeyRevokeResult;
  readonly 'key-rotate': KeyRotateResult;
  readonly freeze: FreezeResult;
  readonly unfreeze: UnfreezeResult;
  readonly request: RequestResult;
  readonly 'request-list': RequestListResult;
  readonly 'request-show': RequestShowResult;
  readonly approve: ApproveResult;
  readonly deny: DenyResult;
  readonly land: LandResult;
  readonly review: ReviewResult;
  readonly 'review-show': ReviewShowResult;
  readonly 'review-list': ReviewListResult;
  readonly continue: ContinueResult;
  readonly abort: AbortResult;
  readonly integrate: IntegrateResult;
  readonly harness: HarnessResult;
  readonly 'hook-install': HookInstallResult;
  readonly 'hook-uninstall': HookUninstallResult;
  readonly 'hook-status': HookStatusResult;
  readonly 'hook-run': HookRunResult;
  readonly run: RunResult;
  readonly 'run-list': RunListResult;
  readonly 'run-show': RunShowResult;
  readonly 'run-explain': RunExplainResult;
};

export type ResultKind = keyof Results;
