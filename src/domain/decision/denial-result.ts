import type { RecordedDenial } from './decision.ts';
import type { DenialResult } from '#domain/results.ts';

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
    gates: denial.gates,
    policy: denial.policy,
    rule: denial.rule,
    preserved,
  };
}
