import type { RequestOperation, Role } from '#domain/authority/role.ts';

/** What an operation needs, whoever asks and wherever. */
export interface OperationRule {
  /** Asked at every resource of the request. */
  readonly role: Role;
  /** The role where the request says that it concerns the caller's own work. */
  readonly ownRole: Role;
  /** Never by a delegated or attenuated token, and only with the root key unlocked in the same process. */
  readonly floor: boolean;
  /**
   * What one's own needs beyond a live credential: `role` the own role and the scope, as for others'; `unlocked` only
   * the unlocked root key; `nothing` nothing.
   */
  readonly own: 'role' | 'unlocked' | 'nothing';
  /** While the repository is frozen: reads pass, what an owner needs to end an incident passes for owners. */
  readonly frozen: 'passes' | 'owner-passes' | 'refused';
}

function rule(role: Role, options: Partial<OperationRule> = {}): OperationRule {
  return { role, ownRole: role, floor: false, own: 'role', frozen: 'refused', ...options };
}

const READ = { frozen: 'passes' } as const;
const FLOOR = { floor: true } as const;
const OWN = { ownRole: 'developer' } as const;
const INCIDENT = { frozen: 'owner-passes' } as const;
const FLOOR_INCIDENT = { ...FLOOR, ...INCIDENT } as const;

const RULES: Readonly<Record<RequestOperation, OperationRule>> = {
  'state:read': rule('reader', READ),
  'evidence:export': rule('reader', READ),
  'thread:start': rule('developer'),
  'thread:claim': rule('developer'),
  'thread:drop': rule('maintainer', OWN),
  undo: rule('maintainer', OWN),
  // Whoever may do nothing else may still ask: it grants nothing.
  // Where others have to agree to a purge, or to the end of a freeze, an owner could end neither without asking.
  request: rule('developer', { own: 'nothing', ...INCIDENT }),
  'state:capture': rule('developer'),
  // A freeze that no other clone hears of stops nobody, and what was removed meanwhile has to reach the others.
  'remote:push': rule('developer', INCIDENT),
  'thread:land': rule('maintainer'),
  review: rule('maintainer'),
  'redact:apply': rule('maintainer', INCIDENT),
  'grant:write': rule('admin', FLOOR),
  'hook:remove': rule('admin'),
  'token:revoke': rule('admin', { ...FLOOR_INCIDENT, own: 'nothing' }),
  'key:write': rule('admin', { ...FLOOR_INCIDENT, own: 'unlocked' }),
  'policy:write': rule('owner', FLOOR),
  'owner:write': rule('owner', FLOOR),
  'repo:freeze': rule('owner', FLOOR),
  'repo:unfreeze': rule('owner', FLOOR_INCIDENT),
  'redact:lift': rule('owner', FLOOR_INCIDENT),
  'redacted:read': rule('owner', { ...FLOOR, ...READ }),
  'purge:apply': rule('owner', FLOOR_INCIDENT),
  // No agent lets its own secrets pass.
  'secret:allow': rule('developer', FLOOR),
};

/** The rule of an operation: the authorization table's row. */
export function operationRule(operation: RequestOperation): OperationRule {
  return RULES[operation];
}
