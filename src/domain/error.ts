/** The closed, append-only list of error codes; `cli/error-table.ts` gives each its exit code and hint. */
export type ErrorCode =
  // usage
  | 'USAGE'
  | 'PRINCIPAL_MISSING'
  | 'PROVIDER_MODEL_PAIR'
  | 'CONFIDENCE_INVALID'
  | 'RESOURCE_INVALID'
  | 'THREAD_NAME_INVALID'
  | 'PATH_INVALID'
  | 'DURATION_INVALID'
  | 'CONFIRMATION_MISSING'
  // the repository, the machine
  | 'NOT_A_REPOSITORY'
  | 'BARE_REPOSITORY'
  | 'REPOSITORY_UNTRUSTED'
  | 'NOT_A_WORK_TREE'
  | 'NOT_INITIALISED'
  | 'ADOPT_REFUSED'
  | 'NOT_BARE'
  | 'ALREADY_INITIALISED'
  | 'GIT_MISSING'
  | 'GIT_TOO_OLD'
  | 'GIT_UNSUPPORTED'
  | 'GIT_FAILED'
  | 'HOOKS_PATH_SHARED'
  | 'HOME_MISSING'
  | 'KEY_MISSING'
  | 'KEY_LOCKED'
  | 'PASSPHRASE_MISSING'
  | 'PASSPHRASE_WRONG'
  | 'KEY_FILE_MODE'
  | 'KEY_FILE_INVALID'
  | 'CREDENTIAL_FILE_MODE'
  | 'CREDENTIAL_FILE_INVALID'
  // well-formed but refused, or corrupt data
  | 'NOT_FOUND'
  | 'AMBIGUOUS'
  | 'THREAD_EXISTS'
  | 'THREAD_NAME_COLLISION'
  | 'THREAD_NOT_STARTED'
  | 'THREAD_DIVERGED'
  | 'WORKTREE_DIRTY'
  | 'FILE_TOO_LARGE'
  | 'FILE_UNREADABLE'
  | 'FILE_NAME_REFUSED'
  | 'FILTER_UNTRUSTED'
  | 'REF_NOT_LOGGED'
  | 'HOOK_INPUT_INVALID'
  | 'TOKEN_WIDENS'
  | 'TOKEN_INVALID'
  | 'KEY_REJECTED'
  | 'GRANT_INVALID'
  | 'POLICY_INVALID'
  | 'TOKEN_AGAINST_POLICY'
  | 'NOT_FROZEN'
  | 'KEY_REVOCATION_REFUSED'
  | 'REQUEST_LIMIT'
  | 'REQUEST_CLOSED'
  | 'REQUEST_UNFIXABLE'
  | 'AMEND_REFUSED'
  | 'EVIDENCE_REFUSED'
  | 'REVIEW_LIMIT'
  | 'UNDO_NOTHING'
  | 'UNDO_REFUSED'
  | 'OPERATION_ID_REUSED'
  | 'LAND_CONFLICT'
  | 'LAND_REFUSED'
  | 'LAND_PENDING'
  | 'LAND_UNRESOLVED'
  | 'LAND_NOT_PENDING'
  | 'NOT_REDACTABLE'
  | 'INCIDENT_REFUSED'
  | 'INTEGRATE_REFUSED'
  | 'CONTENT_SHUNNED'
  | 'SECRET_FOUND'
  | 'TOMBSTONE_INVALID'
  | 'QUARANTINE_MISSING'
  | 'PURGE_REFUSED'
  | 'REWRITE_REFUSED'
  | 'FORMAT_UNKNOWN'
  | 'FORMAT_INVALID'
  | 'OBJECT_CORRUPT'
  | 'AUTHORITY_INVALID'
  | 'AUTHORITY_SET_BACK'
  | 'LOG_SET_BACK'
  | 'CLONE_CHANGED'
  | 'LOG_CORRUPT'
  | 'PUBLISHED_LOG_INVALID'
  | 'PUBLISHED_LOG_ROLLED_BACK'
  | 'PUBLISHED_LOG_FORKED'
  | 'WASM_INVALID'
  // other repositories
  | 'REMOTE_UNKNOWN'
  | 'REMOTE_EXISTS'
  | 'REMOTE_REFUSED'
  | 'REMOTE_FAILED'
  | 'REMOTE_MOVED'
  | 'PUSH_REFUSED'
  // output, input, time
  | 'OUTPUT_EXISTS'
  | 'DISK_FULL'
  | 'IO_FAILED'
  | 'LOCK_HELD'
  | 'REF_MOVED'
  | 'FILE_CHANGING'
  | 'THREAD_CLAIMED'
  // denied: carries a Denial
  | 'DENIED';

/** Facts of an error: never a token, a key or file content. */
export type ErrorFacts = Readonly<Record<string, string | number | boolean | null | readonly string[]>>;

export interface HeddleErrorOptions {
  readonly facts?: ErrorFacts;
  /** What was left untouched, one clause. */
  readonly preserved?: string;
  readonly cause?: unknown;
}

/** An expected failure. Anything else that reaches the top is a bug in heddle. */
export class HeddleError extends Error {
  readonly code: ErrorCode;
  readonly facts: ErrorFacts;
  readonly preserved: string | null;

  constructor(code: ErrorCode, message: string, options: HeddleErrorOptions = {}) {
    super(message, { cause: options.cause });
    this.name = 'HeddleError';
    this.code = code;
    this.facts = options.facts ?? {};
    this.preserved = options.preserved ?? null;
  }
}

/** States what cannot be otherwise; a failure is a bug, not a user's error. */
export function invariant(condition: unknown, reason: string): asserts condition {
  if (!(condition === true || (typeof condition === 'object' && condition !== null) || Boolean(condition))) {
    throw new Error(`invariant: ${reason}`);
  }
}
