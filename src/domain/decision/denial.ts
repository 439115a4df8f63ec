import type { AskedRule, AuthorisationRequest, Decision, DenialCode, FailedCheck, Fix } from './decision.ts';
import { GATES } from './gate.ts';
import { invariant } from '#domain/error.ts';
import { DENIAL_TABLE } from './codes/denial-table.ts';
import {
  agentsOf,
  callerHolds,
  callerHoldsElsewhere,
  claimedPrincipal,
  neededRole,
  presentedChain,
} from './request-facts.ts';

/** Ways out of a denial: commands, or why there is none. */
export type Remedy =
  | { readonly kind: 'fixes'; readonly fixes: readonly Fix[] }
  | { readonly kind: 'none'; readonly why: string };

/** What a gate says when it refuses. */
export interface Refusal {
  readonly code: DenialCode;
  /** One clause that says what was wrong. */
  readonly message: string;
  readonly remedy: Remedy;
  /** The refused resources, first the one to explain; every one of the request where left out. */
  readonly denied?: readonly string[];
  readonly failed?: readonly FailedCheck[];
  /** The rule of a policy that refuses. */
  readonly rule?: AskedRule;
}

/** What the policies say to a request that everything before let pass. */
export interface PolicyFindings {
  readonly refusal: Refusal | null;
  /** Clauses about what is missing where a policy only warns. */
  readonly warnings: readonly string[];
}

/** A remedy of one command. */
export function oneFix(fix: Fix): Remedy {
  return { kind: 'fixes', fixes: [fix] };
}

/** No command helps; says why. */
export function noFix(why: string): Remedy {
  return { kind: 'none', why };
}

/** No command helps, and there is no more to say than what holds for every denial with the code. */
export function usualRemedy(code: DenialCode): Remedy {
  return noFix(DENIAL_TABLE[code].helps);
}

/** The only constructor of a denial: no field can be left out. */
export function deny(request: AuthorisationRequest, refusal: Refusal): Decision {
  const denied = refusal.denied ?? request.resources;
  const resource = denied[0];
  invariant(resource !== undefined, 'a denial is about at least one resource');
  const chain = presentedChain(request);
  const { code, remedy } = refusal;
  const { stage } = DENIAL_TABLE[code];
  const held = callerHolds(request, resource);
  return {
    kind: 'deny',
    denial: {
      code,
      stage,
      operation: request.operation,
      resource,
      denied,
      principal: claimedPrincipal(request),
      via: agentsOf(chain),
      required: { role: neededRole(request), at: resource },
      held,
      nearest: held === null ? callerHoldsElsewhere(request, resource) : null,
      failed: refusal.failed ?? [],
      fixes: remedy.kind === 'fixes' ? remedy.fixes : [],
      why: remedy.kind === 'none' ? remedy.why : null,
      gates: GATES.slice(0, GATES.indexOf(stage) + 1),
      policy: request.authority.head,
      rule: refusal.rule ?? null,
      message: refusal.message,
    },
  };
}
