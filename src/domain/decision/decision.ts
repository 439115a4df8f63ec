import type { Actor } from '#domain/actor/actor.ts';
import type { Gate } from './gate.ts';
import type { AuthorityView } from '#domain/authority/authority.ts';
import type { AuthorityId, OperationId, RequestId } from '#domain/id.ts';
import type { RequestOperation, Role } from '#domain/authority/role.ts';
import type { LandingSubject, StandingReview } from '#domain/landing/landing-rules.ts';
import type { ContinuedState } from '#domain/policy/policy-breach.ts';
import type { PolicyRules } from '#domain/policy/policy.ts';
import type { Agreement, Author } from '#domain/request/agreement.ts';
import type { ActInQuestion } from '#domain/request/intended-act.ts';
import type { Instant } from '#domain/time.ts';
import type { Spending, Spent } from '#domain/token/budget.ts';
import type { PublicKeyHex, TokenChain } from '#domain/token/token.ts';

/** Closed and append-only. */
export const DENIAL_CODES = [
  'FROZEN',
  'CREDENTIAL_MISSING',
  'CREDENTIAL_MALFORMED',
  'CREDENTIAL_UNTRUSTED',
  'CREDENTIAL_TAMPERED',
  'CREDENTIAL_EXPIRED',
  'CREDENTIAL_REVOKED',
  'CREDENTIAL_WRONG_REPOSITORY',
  'HOLDER_MISMATCH',
  'ACTOR_MISMATCH',
  'UNLOCK_NEEDED',
  'FLOOR',
  'SCOPE_OPERATION',
  'SCOPE_RESOURCE',
  'SCOPE_TIME',
  'SCOPE_ACTOR',
  'SCOPE_DEPTH',
  'SCOPE_BUDGET',
  'ROLE_INSUFFICIENT',
  'ROLE_NONE',
  'ATTRIBUTION_MISSING',
  'ATTESTATION_MISSING',
  'QUORUM_MISSING',
  'TIMELOCK',
  'EVALUATION_LIMIT',
  'POLICY_ACTOR',
  'POLICY_LIFE',
  'POLICY_DEPTH',
  'REVIEW_MISSING',
  'REVIEW_REJECTED',
  'POLICY_TRAILERS',
] as const;
export type DenialCode = (typeof DENIAL_CODES)[number];

/** A credential as the strict reader left it. */
export type PresentedCredential =
  | {
      readonly kind: 'none';
      /** True where an agent was detected, whose device session is not used. */ readonly agentDetected: boolean;
    }
  | {
      readonly kind: 'unreadable';
      /** `CREDENTIAL_UNTRUSTED`: none of the registered root keys signed the first block. */
      readonly code: 'CREDENTIAL_MALFORMED' | 'CREDENTIAL_TAMPERED' | 'CREDENTIAL_UNTRUSTED';
      readonly why: string;
    }
  | { readonly kind: 'chain'; readonly chain: TokenChain; readonly bytes: Uint8Array };

/** Everything a decision depends on; it looks nothing up. */
export interface AuthorisationRequest {
  readonly operation: RequestOperation;
  /** Formatted resources, each asked by itself; one refused refuses all. Never empty. */
  readonly resources: readonly string[];
  readonly credential: PresentedCredential;
  /** The key that signs the request's log line; null where the caller has none. */
  readonly holder: PublicKeyHex | null;
  readonly actor: Actor;
  /** Flags or variables that contradict the credential: field, said, credential. Empty where none do. */
  readonly contradictions: readonly {
    readonly field: string;
    readonly said: string;
    readonly credential: string;
  }[];
  /** Principals whose root key is unlocked in this process, as root public keys. */
  readonly unlocked: readonly PublicKeyHex[];
  /**
   * For `grant:write`: the role that the grant gives or takes; for `key:write`: the highest role of the principal
   * whose keys change. It may not exceed the caller's.
   */
  readonly granting: Role | null;
  /** For `repo:freeze`: true of one that waits for nobody, for which a policy may ask less. */
  readonly breakGlass?: boolean;
  /** For `key:write`: true where somebody new is let in, which ends no incident. */
  readonly registering?: boolean;
  /** True where only the caller's own work, token or keys are concerned, which needs less. */
  readonly own?: boolean;
  /** States that new work continues, where a policy asks whether they are signed. */
  readonly continues?: readonly ContinuedState[];
  /** Who agreed to what, where the operation is guarded; nobody where it is left out. */
  readonly agreements?: readonly Agreement[];
  /** Who has a part in it beside the caller, for words only: each of `agreements` has its own. */
  readonly authors?: readonly Author[];
  /** What exactly is about to be done; where it is left out, nobody has agreed to it. */
  readonly act?: ActInQuestion | undefined;
  /** True where somebody only agrees to another's request: never an agent, root key unlocked, and nobody else asked. */
  readonly agreeing?: boolean;
  /** What is landed, for `thread:land`; where it is left out nobody approved it. */
  readonly landing?: LandingSubject;
  /** What people who may review said of it; nothing where left out. */
  readonly reviews?: readonly StandingReview[];
  readonly now: Instant;
  readonly authority: AuthorityView;
  /** What was used up before, for each holder that a budget names; a budget of one that is missing refuses. */
  readonly spent?: readonly Spent[];
  /** What the request itself uses up; nothing where left out. */
  readonly asks?: Spending;
}

/** Facts that the engine gets for one representative resource. All hierarchy is computed before. */
export interface EngineFacts {
  readonly operation: RequestOperation;
  /** The resource and each ancestor. */
  readonly within: readonly string[];
  /** The needed role and each above it. */
  readonly satisfies: readonly Role[];
  /** This principal's grants at the resource and its ancestors. */
  readonly grants: readonly { readonly role: Role; readonly resource: string }[];
  readonly time: Instant;
  readonly depth: number;
  readonly provider: string | null;
  readonly model: string | null;
  /** What was used up before, by holder. */
  readonly spent: readonly Spent[];
  /** What the request adds to each of them. */
  readonly asks: Spending;
}

/** What the Biscuit engine said. Indices name blocks and checks of {@link TokenChain.blocks}. */
export type EngineVerdict =
  | { readonly kind: 'allow' }
  /** No policy matched: a denial of role. `failed` is empty. */
  | { readonly kind: 'no-match' }
  | {
      readonly kind: 'checks-failed';
      readonly failed: readonly { readonly block: number; readonly check: number }[];
    }
  | { readonly kind: 'limit'; readonly why: string };

/** Runs the Biscuit engine on a token whose root key is `root`. Pure: same input, same verdict. */
export type EvaluateToken = (token: Uint8Array, root: PublicKeyHex, facts: EngineFacts) => EngineVerdict;

export interface Via {
  readonly agent: string;
  readonly block: number;
  readonly key: PublicKeyHex;
}

export interface HeldRole {
  readonly role: Role;
  readonly at: string;
  readonly grant: AuthorityId;
  readonly by: string;
  readonly since: Instant;
}

export interface FailedCheck {
  readonly block: number;
  /** The agent of the block that holds the check; null for the authority block. */
  readonly agent: string | null;
  /** Plain words, made from the decoded check, never from the engine's text. */
  readonly check: string;
  readonly datalog: string;
  readonly expected: readonly string[];
  readonly actual: string;
}

/** A promise: run as it stands by one of `who`, the same request passes, or reaches the gate in `why`. */
export interface Fix {
  readonly argv: readonly string[];
  readonly who: readonly string[];
  readonly needs: { readonly role: Role; readonly at: string } | null;
  readonly why: string;
}

/** The rule of a policy that refused. */
export interface AskedRule {
  readonly rule: keyof PolicyRules;
  /** The record that set it. */
  readonly policy: AuthorityId;
  readonly at: string;
  readonly by: string;
  readonly since: Instant;
}

/** `heddle/denial/v1` without what only the caller knows (`id`, `preserved`). */
export interface Denial {
  readonly code: DenialCode;
  readonly stage: Gate;
  readonly operation: RequestOperation;
  readonly resource: string;
  /** Every refused resource. */
  readonly denied: readonly string[];
  readonly principal: string | null;
  readonly via: readonly Via[];
  readonly required: { readonly role: Role; readonly at: string } | null;
  readonly held: HeldRole | null;
  /** Where nothing is held there: the nearest place where the principal holds something. */
  readonly nearest: HeldRole | null;
  readonly failed: readonly FailedCheck[];
  readonly fixes: readonly Fix[];
  /** Why there is no fix, where there is none; else null. */
  readonly why: string | null;
  readonly gates: readonly Gate[];
  readonly policy: AuthorityId;
  /** Null where no policy refused. */
  readonly rule: AskedRule | null;
  /** One clause that says what was wrong. */
  readonly message: string;
}

/** An allowed request: the gates that ran and the grant that allowed it, for `can`. */
export interface Allowance {
  readonly operation: RequestOperation;
  readonly resources: readonly string[];
  readonly principal: string;
  readonly via: readonly Via[];
  readonly required: { readonly role: Role; readonly at: string };
  /** Null where what is one's own needed no role. */
  readonly held: HeldRole | null;
  readonly scope: readonly {
    readonly block: number;
    readonly agent: string | null;
    readonly plain: readonly string[];
  }[];
  readonly gates: readonly Gate[];
  readonly policy: AuthorityId;
  /** What a policy asks for without refusing; clauses. */
  readonly warnings: readonly string[];
}

export type Decision =
  | {
      readonly kind: 'allow';
      readonly allowance: Allowance;
      /** The request by which others agreed, where somebody had to; it is used up by what was asked for. */
      readonly consent: RequestId | undefined;
    }
  | { readonly kind: 'deny'; readonly denial: Denial };

/** A denial as it is shown: with the log line that recorded it (null under `can`). */
export interface RecordedDenial {
  readonly denial: Denial;
  readonly id: OperationId | null;
  readonly preserved: string;
}
