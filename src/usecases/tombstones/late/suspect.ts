import type { AuthorityId } from '#domain/id.ts';
import type { TokenChain } from '#domain/token/token.ts';
import type { HeardOf } from './told-removals.ts';

/** Tombstones and purges that were signed with what had been revoked by then. */
export interface LateRecords {
  /** By id, of a purge its digest: the revocation whose author had not seen it. */
  readonly late: ReadonlyMap<string, AuthorityId>;
  /** Whether logs that are not here may tell that there are more. */
  readonly isOpen: boolean;
}

/** Something signed under a token that was revoked. */
export interface Suspect {
  readonly id: string;
  readonly principal: string;
  readonly policy: AuthorityId;
  readonly chain: TokenChain;
  readonly isHeardOf: (told: HeardOf) => boolean;
}
