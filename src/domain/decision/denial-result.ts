import type { Denial, RecordedDenial } from './decision.ts';
import type { Gate } from './gate.ts';
import type { DenialResult } from '#domain/results/decision-results.ts';

/** Lays a denial out as published (`heddle/denial/v1` without its `schema`); also the `denial` of `can`. */
export function denialResult({ denial, id, preserved }: RecordedDenial): DenialResult {
  return {
    id,
    code: denial.code,
    message: denial.message,
    exit: 77,
    stage: denial.stage,
    operation: denial.operation,
    resource: denial.resource,
    denied: denial.denied,
    principal: denial.principal,
    via: denial.via,
    required: denial.required,
    held: denial.held,
    nearest: denial.nearest,
    failed: denial.failed,
    fixes: denial.fixes,
    why: denial.why,
    request: requestArgv(denial, id),
    gates: denial.gates,
    policy: denial.policy,
    rule: denial.rule,
    preserved,
  };
}

/** Before these a credential was not there to sign a request, or not the caller's. */
const TOO_EARLY: readonly Gate[] = ['freeze', 'credential', 'holder', 'floor'];

/** Asking is for those whom no fix names, and only a recorded denial can be referred to. */
function requestArgv(denial: Denial, id: RecordedDenial['id']): readonly string[] | null {
  const { fixes, principal, via, stage } = denial;
  const me = via.at(-1)?.agent ?? principal;
  const others = fixes.length > 0 && fixes.every(({ who }) => me === null || !who.includes(me));
  if (id === null || !others || TOO_EARLY.includes(stage)) return null;
  return ['heddle', 'request', '--denial', id];
}
