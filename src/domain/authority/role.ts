/** The role ladder; each role can do what those before it can. */
export const ROLES = ['reader', 'developer', 'maintainer', 'admin', 'owner'] as const;
export type Role = (typeof ROLES)[number];

/** Tells whether `held` is at or above `needed`. */
export function satisfiesRole(held: Role, needed: Role): boolean {
  return ROLES.indexOf(held) >= ROLES.indexOf(needed);
}

/** `needed` and every role above it. */
export function rolesSatisfying(needed: Role): readonly Role[] {
  return ROLES.slice(ROLES.indexOf(needed));
}

/** The request operations of the authorization table: what authorisation is asked for. */
export const REQUEST_OPERATIONS = [
  'state:read',
  'evidence:export',
  'thread:start',
  'thread:claim',
  'thread:drop',
  'undo',
  'request',
  'state:capture',
  'remote:push',
  'thread:land',
  'review',
  'redact:apply',
  'grant:write',
  'hook:remove',
  'token:revoke',
  'key:write',
  'policy:write',
  'owner:write',
  'repo:freeze',
  'repo:unfreeze',
  'redact:lift',
  'redacted:read',
  'purge:apply',
  'secret:allow',
] as const;
export type RequestOperation = (typeof REQUEST_OPERATIONS)[number];
