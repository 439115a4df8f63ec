import type { RequestOperation } from '#domain/authority/role.ts';
import type { AuthorityId } from '#domain/id.ts';
import type { TrailerStyle } from '#domain/landing/landing-message.ts';
import type { ReviewerRule } from '#domain/review/party.ts';
import type { Instant } from '#domain/time.ts';

/** Whether what is missing refuses a request, or is only told. */
export type PolicyMode = 'required' | 'warn';

/** What a policy asks at its resource and below; null where it asks nothing. */
export interface PolicyRules {
  /** That an agent's states name provider and model. */
  readonly attribution: PolicyMode | null;
  /** That what a state continues is signed, and the signature verifies. */
  readonly attestation: PolicyMode | null;
  /** The only providers that agents may run on. */
  readonly providers: readonly string[] | null;
  /** The only models that agents may run on. */
  readonly models: readonly string[] | null;
  /** Seconds between the issue of a token and its end, at most. */
  readonly life: number | null;
  /** Agents in a chain, at most. */
  readonly depth: number | null;
  /** `any`: an agent without a credential of its own may use the device's session. For the whole repository only. */
  readonly agents: 'any' | null;
  /** Operations that `quorum` and `wait` are about. */
  readonly guarded: readonly RequestOperation[] | null;
  /** People who must agree, whoever does it included. */
  readonly quorum: number | null;
  /** Seconds that must pass between a request and what it asks for. */
  readonly wait: number | null;
  /** `author`: who asked for what is guarded, or redacted what is destroyed, is not among those who must agree. */
  readonly excluded: 'author' | null;
  /** The lowest role that freezes the repository at once, with a reason; owners do anyhow. */
  readonly breakGlass: 'maintainer' | null;
  /** People who must approve what is landed; 1 or more of them makes `reviewers` hold. */
  readonly approvals: number | null;
  /** In what they must differ from every author; where it is null, in the principal. */
  readonly reviewers: readonly ReviewerRule[] | null;
  /** The ways in which a landed commit may name agents. */
  readonly trailers: readonly TrailerStyle[] | null;
  /**
   * How a branch moves on a server: `landed`, by landings alone; `open`, by whoever may push. Where nothing is said, a
   * server takes landings alone.
   */
  readonly branches: BranchRule | null;
  /**
   * What happens where a capture, a commit or a push would bring what looks like a secret: `refuse` it, `warn` of it,
   * or do not look (`off`). Where nothing is said, it is refused.
   */
  readonly secrets: SecretRule | null;
  /**
   * What the hooks of a clone do with what they would refuse: `enforce`, they refuse it; `observe`, they record it. For
   * the whole repository only. Where nothing is said, they refuse it.
   */
  readonly hooks: HookRule | null;
  /**
   * The only places that anything is pushed to, as `remotePlace` writes them: each with all below it. For the whole
   * repository only.
   */
  readonly remotes: readonly string[] | null;
  /**
   * Whether what is removed is refused in clones that never held it, too: `travelling`, tombstones tell a costly digest
   * of it, by which whoever reads them can test guesses; `local`, nothing that travels does. For the whole repository
   * only. Where nothing is said, nothing does.
   */
  readonly shunList: ShunListRule | null;
}

/** `landed` is the stricter one. */
export type BranchRule = 'landed' | 'open';

/** `local` gives nothing away, and beats the other one. */
export type ShunListRule = 'local' | 'travelling';

/** `enforce` is the stricter one. */
export type HookRule = 'enforce' | 'observe';

/** The strictest first. */
export type SecretRule = 'refuse' | 'warn' | 'off';

/** A policy in force: the newest at its resource. */
export interface Policy {
  readonly id: AuthorityId;
  /** The repository, or a thread or prefix of threads in it. */
  readonly resource: string;
  readonly rules: PolicyRules;
  readonly by: string;
  readonly since: Instant;
}

/** Rules that ask nothing: what holds where there is no policy. */
export const NO_RULES: PolicyRules = {
  attribution: null,
  attestation: null,
  providers: null,
  models: null,
  life: null,
  depth: null,
  agents: null,
  guarded: null,
  quorum: null,
  wait: null,
  excluded: null,
  breakGlass: null,
  approvals: null,
  reviewers: null,
  trailers: null,
  branches: null,
  secrets: null,
  hooks: null,
  remotes: null,
  shunList: null,
};

/** Tells whether rules ask nothing at all. */
export function asksNothing(rules: PolicyRules): boolean {
  return Object.values(rules).every((rule: unknown) => rule === null);
}
