import { beforeAll, describe, expect, it } from 'vitest';
import { authorise } from '#domain/decision/authorise.ts';
import { DENIAL_CODES, type EvaluateToken } from '#domain/decision/decision.ts';
import { differs, outcomeOf, plainDecision, plainRequest, report } from '../support/model/compare.ts';
import { DATALOG_ENGINE } from '../support/model/datalog-engine.ts';
import type { DecisionCase } from '../support/model/decision-case.ts';
import { caseOf, sketch } from '../support/model/generate-case.ts';
import { MUTANTS } from '../support/model/mutants.ts';
import { brokenPromise } from '../support/model/promise.ts';
import { Chance } from '../support/model/random.ts';
import { naiveDecision, RULES } from '../support/naive-decision.ts';
import { SEED } from '../support/seed.ts';

/** The same cases every day, so that a change is what breaks them; a deep run looks at others. */
const CASES = 50_000;
/** Of so many cases each code has at least this share. */
const OFTEN = CASES / 2500;
const LONG = 600_000;

function disagreement(wanted: DecisionCase, engine?: EvaluateToken): string | undefined {
  const model = naiveDecision(wanted);
  const heddle = outcomeOf(plainDecision(wanted, engine));
  if (!differs(model, heddle)) return undefined;
  return `the model says ${JSON.stringify(model)}\nheddle says    ${JSON.stringify(heddle)}`;
}

function unkept(wanted: DecisionCase): string | undefined {
  const request = plainRequest(wanted);
  const decision = authorise(request, DATALOG_ENGINE);
  return decision.kind === 'allow' ? undefined : brokenPromise(request, decision.denial, wanted.says);
}

/** Denials that only a landing meets, by what is landed: `landing-rules.test.ts` holds those to their properties. */
const OF_LANDINGS: ReadonlySet<string> = new Set(['REVIEW_MISSING', 'REVIEW_REJECTED', 'POLICY_TRAILERS']);

describe('the decision and a naive model', () => {
  const codes = new Map<string, number>();
  const fixes = new Map<string, number>();
  const problems: string[] = [];
  /** Those that nothing has told from the right rules yet. */
  const mutants = new Map(Object.entries(MUTANTS));
  const count = (counts: Map<string, number>, name: string): unknown =>
    counts.set(name, (counts.get(name) ?? 0) + 1);

  beforeAll(() => {
    const chance = new Chance(SEED);
    for (let index = 0; index < CASES && problems.length === 0; index += 1) {
      const wanted = caseOf(chance, sketch(chance));
      const request = plainRequest(wanted);
      const decision = authorise(request, DATALOG_ENGINE);
      const expected = naiveDecision(wanted);
      count(codes, expected.code);
      if (differs(expected, outcomeOf(decision))) problems.push(report(wanted, SEED, disagreement));
      for (const [name, mutant] of mutants) {
        if (naiveDecision(wanted, { ...RULES, ...mutant }).code !== expected.code) mutants.delete(name);
      }
      if (decision.kind === 'allow') continue;
      for (const fix of decision.denial.fixes) count(fixes, fix.argv.slice(1, 3).join(' '));
      if (decision.denial.fixes.length === 0) count(fixes, 'none');
      if (brokenPromise(request, decision.denial, wanted.says) !== undefined) {
        problems.push(report(wanted, SEED, unkept));
      }
    }
  }, LONG);

  it('agree on every case, and every fix of a denial is a promise that is kept', () => {
    expect(problems).toEqual([]);
  });

  it('were asked about every code that can be reached, often', () => {
    const reachable = DENIAL_CODES.filter((code) => !OF_LANDINGS.has(code));
    const rare = [...reachable, 'allow'].filter((code) => (codes.get(code) ?? 0) < OFTEN);
    expect(rare).toEqual([]);
    for (const kind of ['none', 'grant add', 'token attenuate', 'login --principal']) {
      expect(fixes.get(kind) ?? 0, kind).toBeGreaterThan(50 * OFTEN);
    }
  });

  it('would not agree if a rule were another one', () => {
    const chance = new Chance(SEED + 1);
    // A wrong rule that only few cases tell gets more of them.
    for (let more = 0; more < 2 * CASES && mutants.size > 0; more += 1) {
      const wanted = caseOf(chance, sketch(chance));
      const { code } = naiveDecision(wanted);
      for (const [name, mutant] of mutants) {
        if (naiveDecision(wanted, { ...RULES, ...mutant }).code !== code) mutants.delete(name);
      }
    }
    expect([...mutants.keys()]).toEqual([]);
  });

  it.each<readonly [string, EvaluateToken]>([
    ['lets everything pass', () => ({ kind: 'allow' })],
    ['never has an answer', () => ({ kind: 'limit', why: 'none' })],
    [
      'does not look at roles',
      (...asked) => {
        const verdict = DATALOG_ENGINE(...asked);
        return verdict.kind === 'no-match' ? { kind: 'allow' } : verdict;
      },
    ],
    [
      'forgets the last failed check',
      (...asked) => {
        const verdict = DATALOG_ENGINE(...asked);
        if (verdict.kind !== 'checks-failed' || verdict.failed.length < 2) return verdict;
        return { ...verdict, failed: verdict.failed.slice(0, -1) };
      },
    ],
  ])('would notice an engine that %s', (_, engine) => {
    const chance = new Chance(SEED);
    let noticed = false;
    for (let more = 0; more < 3000 && !noticed; more += 1)
      noticed = disagreement(caseOf(chance, sketch(chance)), engine) !== undefined;
    expect(noticed).toBe(true);
  });
});
