import { beforeAll, describe, expect, it } from 'vitest';
import { authorise } from '#domain/decision/authorise.ts';
import type { Decision, EngineVerdict, EvaluateToken } from '#domain/decision/decision.ts';
import { evaluateDecoded, foretell } from '#domain/decision/foretell.ts';
import { openWholeEngine } from '../support/tokens/biscuit-engine.ts';
import { requestOf, type Presented } from '../support/model/case-request.ts';
import { differs, outcomeOf } from '../support/model/compare.ts';
import { describeCase, type DecisionCase } from '../support/model/decision-case.ts';
import { caseOf, sketch } from '../support/model/generate-case.ts';
import { Chance } from '../support/model/random.ts';
import { RealChains } from '../support/model/real-chain.ts';
import { naiveDecision } from '../support/naive-decision.ts';
import { TOKENS } from '../support/tokens.ts';
import { DEEP, SEED } from '../support/seed.ts';

const CASES = DEEP ? 50_000 : 2000;
/** Making a token costs more than many questions about it. */
const CASES_A_TOKEN = 20;
const LONG = 1_200_000;

let engine: EvaluateToken;
let chains: RealChains;
beforeAll(async () => {
  engine = await TOKENS.loadEngine();
  chains = new RealChains(await openWholeEngine());
});

function problemOf(wanted: DecisionCase, presented: Presented): string | undefined {
  const model = naiveDecision(wanted);
  const request = requestOf(wanted, presented);
  const problems: (string | undefined)[] = [];
  const decision = authorise(request, (token, root, facts) => {
    const verdict = engine(token, root, facts);
    const told = evaluateDecoded(presented.chain, facts);
    for (const kind of kindsOf(told, presented.chain)) foretold.set(kind, (foretold.get(kind) ?? 0) + 1);
    problems.push(amiss(told, verdict));
    return verdict;
  });
  problems.push(amiss(foretell(request), decision));
  const heddle = outcomeOf(decision);
  if (differs(model, heddle))
    problems.push(`the model says ${JSON.stringify(model)}\nheddle says    ${JSON.stringify(heddle)}`);
  const problem = problems.find((each) => each !== undefined);
  return problem && `seed ${SEED}\n${describeCase(wanted)}\n${problem}`;
}

/** Of each kind of verdict on a token, and of each kind of check that failed, how often it was foretold. */
const foretold = new Map<string, number>();

function kindsOf(verdict: EngineVerdict, { blocks }: Presented['chain']): readonly string[] {
  const failed = verdict.kind === 'checks-failed' ? verdict.failed : [];
  return [
    verdict.kind,
    ...failed.map(({ block, check }) => blocks[block]?.checks[check]?.kind ?? 'no such check'),
  ];
}

function amiss(told: Decision | EngineVerdict, said: typeof told): string | undefined {
  const [a, b] = [JSON.stringify(told), JSON.stringify(said)];
  return a === b ? undefined : `foretold is ${a}\nand it is   ${b}`;
}

describe('the decision on real tokens by the real engine, the same without it, and a naive model', () => {
  it(
    'agree',
    () => {
      const codes = new Map<string, number>();
      let deepest = 0;
      const chance = new Chance(SEED);
      for (let index = 0; index < CASES; index += CASES_A_TOKEN) {
        const made = sketch(chance);
        const presented = chains.make(made.chain);
        deepest = Math.max(
          deepest,
          presented.chain.blocks.filter(({ kind }) => kind === 'delegation').length,
        );
        for (let each = 0; each < CASES_A_TOKEN; each += 1) {
          const wanted = caseOf(chance, made);
          expect(problemOf(wanted, presented)).toBeUndefined();
          const { code } = naiveDecision(wanted);
          codes.set(code, (codes.get(code) ?? 0) + 1);
        }
      }
      expect(deepest).toBeGreaterThanOrEqual(8);
      for (const code of [
        'allow',
        'ROLE_NONE',
        'ROLE_INSUFFICIENT',
        'SCOPE_RESOURCE',
        'SCOPE_OPERATION',
        'SCOPE_ACTOR',
      ]) {
        expect(codes.get(code) ?? 0, code).toBeGreaterThan(CASES / 1000);
      }
      const checks = ['operation', 'resource', 'time', 'provider', 'model', 'depth', 'budget'];
      const verdicts = ['allow', 'no-match', 'checks-failed'];
      expect([...foretold.keys()].toSorted()).toEqual([...checks, ...verdicts].toSorted());
      for (const [kind, count] of foretold) expect(count, kind).toBeGreaterThan(CASES / 1000);
    },
    LONG,
  );

  it('would not agree if the engine read another token than the decision', () => {
    const chance = new Chance(SEED);
    const noticed = Array.from({ length: 200 }, () => sketch(chance)).find((made) => {
      const presented = chains.make(made.chain);
      const other = chains.make({ ...made.chain, blocks: made.chain.blocks.slice(0, 1) });
      return problemOf(caseOf(chance, made), { ...presented, bytes: other.bytes }) !== undefined;
    });
    expect(noticed).toBeDefined();
  });
});
