import type { Json } from '#domain/encoding/canonical-json.ts';
import type { RequestOperation, Role } from '#domain/authority/role.ts';
import type { RequestId, StateId } from '#domain/id.ts';
import type { LandingSubject } from '#domain/landing/landing-rules.ts';
import type { ContinuedState } from '#domain/policy/policy-breach.ts';
import type { Effect, OperationKind, RefChange } from '#domain/operation/operation.ts';
import type { ActInQuestion } from '#domain/request/intended-act.ts';
import type { Instant } from '#domain/time.ts';
import type { Spending } from '#domain/token/budget.ts';
import type { ReplicaIdentity } from '#ports/keys.ts';
import type { ObjectBatch } from '#ports/objects.ts';
import type { KnownAuthority } from '#usecases/authority/load-authority.ts';
import type { AuthorityDraft } from '#usecases/authority/draft.ts';
import type { Caller } from '#usecases/caller/identify.ts';

/** What a mutation stands on: read once, under the lock, and verified again when the refs are locked. */
export interface Ground {
  readonly authority: KnownAuthority;
  readonly caller: Caller;
  readonly replica: ReplicaIdentity;
  readonly now: Instant;
}

/** What a mutation asks to be allowed. */
export interface Ask {
  readonly operation: RequestOperation;
  /** Formatted resources, never empty. */
  readonly resources: readonly string[];
  /** True where the request concerns the caller's own work alone. */
  readonly own?: boolean;
  /** The role that a grant gives. */
  readonly granting?: Role;
  /** Left out: whichever act of the kind; `mutate` asks about its own. */
  readonly act?: ActInQuestion;
  /** True where somebody only agrees to another's request. */
  readonly agreeing?: boolean;
  /** States that the work continues, where a policy asks whether they are signed. */
  readonly continues?: readonly ContinuedState[];
  /** True where keys of somebody new are registered. */
  readonly registering?: boolean;
  /** True of a freeze that waits for nobody. */
  readonly breakGlass?: boolean;
  /** What is landed, for rules about that. */
  readonly landing?: LandingSubject;
  /** What is used up of budgets; nothing where left out. */
  readonly asks?: Spending;
}

/** What an allowed mutation will do. Made without any visible effect. */
export interface Plan<R> {
  readonly states: readonly StateId[];
  readonly refs: readonly RefChange[];
  readonly effects: readonly Effect[];
  /** What `undo` does, or null where nothing can. */
  readonly inverse: {
    readonly refs: readonly RefChange[];
    readonly effects: readonly Effect[];
  } | null;
  readonly paths: readonly string[];
  /** The verb's answer, without the operation's id; the log keeps it, so nothing that a removal has to take away. */
  readonly result: R;
  /** The same with what the log must not keep. */
  readonly answer?: R;
  /** What is told beside the answer, clauses; the log does not keep them. */
  readonly notes?: readonly string[];
}

/** Where a plan puts what must be durable before the commit point. */
export interface Drafts {
  readonly batch: ObjectBatch;
  readonly authority: AuthorityDraft;
  /** Requests by which others agreed to what is done; none where nobody had to. */
  readonly consents: readonly RequestId[];
}

export type Proposal<R> =
  | { readonly kind: 'nothing'; readonly result: R }
  | {
      readonly kind: 'ask';
      readonly ask: Ask;
      /** What has to be allowed besides. */
      readonly also?: readonly Ask[];
      /** Where what is asked for turns out to have another name in the log than the verb. */
      readonly op?: OperationKind;
      /** What of `ask.asks` the rest of the line does not say, and is kept in its sidecar. */
      readonly spent?: { readonly lines: number };
      readonly plan: (drafts: Drafts) => Promise<Plan<R>>;
    };

/** One mutating verb: what it is called in the log, and how it gets from the ground to a plan. */
export interface Mutation<R extends Json> {
  readonly op: OperationKind;
  /** The verb's arguments as the log keeps them; never a secret. */
  readonly args: Json;
  /** The consent that it is done by, where the caller names one. */
  readonly consent?: RequestId | undefined;
  /** True where a person is asked before the lock is taken: nobody waits for a lock until somebody typed. */
  readonly asksPassphrase: boolean;
  readonly propose: (ground: Ground) => Promise<Proposal<R>>;
  /**
   * For a verb that looks up what its arguments name: what is asked before whoever may not read is told anything of it.
   * It depends on the arguments and the work tree's place alone, never on what was found. Undefined for what is the
   * caller's own.
   */
  readonly blind?: (ground: Ground) => Promise<Ask | undefined>;
}
