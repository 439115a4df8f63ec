import type { Freeze } from '#domain/authority/authority.ts';
import type { AuthorityId, OperationId } from '#domain/id.ts';
import type { Instant } from '#domain/time.ts';
import type { PublicKeyHex } from '#domain/token/token.ts';

export type KeyResult = {
  readonly principal: string;
  readonly root: PublicKeyHex;
  readonly record: PublicKeyHex;
};

/** With the `heddle-key:` text that `key add` takes. */
export type KeyNewResult = KeyResult & { readonly text: string; readonly encrypted: boolean };

export type KeyExportResult = KeyResult & { readonly text: string };

export type KeyAddResult = KeyResult & { readonly id: AuthorityId; readonly operation: OperationId };

export type KeyListResult = {
  readonly keys: readonly (KeyResult & {
    /** True where the private keys are in this home. */
    readonly here: boolean;
    /** Null where they are not here. */
    readonly encrypted: boolean | null;
    /** Null outside a repository. */
    readonly registered: boolean | null;
    readonly revoked: boolean;
  })[];
};

/** The keys that are live now; `id` is the record's. */
export type KeyRotateResult = KeyResult & {
  readonly id: AuthorityId;
  /** The root key that they replaced. */
  readonly replaced: PublicKeyHex;
  readonly operation: OperationId;
};

/** The keys that ended; `id` is the record's. */
export type KeyRevokeResult = KeyResult & { readonly id: AuthorityId; readonly operation: OperationId };

/** A record that stops all work; `id` names it. */
export type FreezeResult = {
  readonly id: AuthorityId;
  readonly by: string;
  readonly since: Instant;
  readonly reason: string | null;
  /** True of one that waited for nobody, which a policy may let others than owners do. */
  readonly breakGlass: boolean;
  readonly operation: OperationId;
};

export type UnfreezeResult = {
  readonly id: AuthorityId;
  /** What ended. */
  readonly frozen: Freeze;
  readonly operation: OperationId;
};
