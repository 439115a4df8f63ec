import type { Role } from '#domain/authority/role.ts';
import type { AuthorityId, Digest } from '#domain/id.ts';
import type { TokenChain } from '#domain/token/token.ts';

/** Tombstones and purges that were made with what had been taken away by then. */
export interface LateRecords {
  /** By id, of a purge its digest: the revocation whose author had not seen it. */
  readonly late: ReadonlyMap<string, AuthorityId>;
  /** Whether logs that are not here may tell otherwise: that there are more, or that one was heard of. */
  readonly isOpen: boolean;
}

/** Something signed under a token that was revoked, or by somebody who has not the role for it now. */
export interface Suspect {
  readonly id: string;
  readonly principal: string;
  /** What it needs. */
  readonly role: Role;
  readonly policy: AuthorityId;
  readonly chain: TokenChain;
  readonly isHeardOf: (told: HeardOf) => boolean;
}

/** What the author of a revocation had heard of. */
export interface HeardOf {
  /** Logs that were read from such a line down to the first one, and in which nothing was taken away that may tell. */
  readonly read: ReadonlySet<Digest>;
  /** Whether there are others: of a line that is not here nobody can tell which. */
  readonly lacks: boolean;
  readonly tombstones: ReadonlySet<string>;
  /** Tombstones of which they had heard that they are to be purged. */
  readonly purges: ReadonlySet<string>;
  /** Redactions whose sidecars were taken away: when each was made and by whom, as `<time> <principal>`. */
  readonly untold: ReadonlySet<string>;
}
