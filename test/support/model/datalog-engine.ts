import type { EvaluateToken } from '#domain/decision/decision.ts';
import type { TokenBlock } from '#domain/token/token.ts';
import { checkDatalog } from '#domain/token/token-words.ts';

/**
 * Stands for the Biscuit engine where that is too slow: the same checks, by their Datalog text and a little Datalog
 * of the test's own, so that it shares neither mistake with the product's second opinion nor with the model.
 */
export const DATALOG_ENGINE: EvaluateToken = (token, _root, facts) => {
  const blocks = JSON.parse(new TextDecoder().decode(token)) as readonly TokenBlock[];
  const known = new Set([
    `operation(${text(facts.operation)})`,
    ...facts.within.map((resource) => `within(${text(resource)})`),
    ...(facts.provider === null ? [] : [`actor_provider(${text(facts.provider)})`]),
    ...(facts.model === null ? [] : [`actor_model(${text(facts.model)})`]),
  ]);
  // Dates are whole seconds for Biscuit: what lies between is after the earlier one.
  const numbers = new Map<string, number>([
    ['time', Math.ceil(Date.parse(facts.time) / 1000)],
    ['depth', facts.depth],
    ...facts.spent.flatMap(({ holder, minutes, ...used }): readonly (readonly [string, number])[] => [
      [`spent_states hex:${holder}`, used.states + facts.asks.states],
      [`spent_files hex:${holder}`, used.files + facts.asks.files],
      [`spent_lines hex:${holder}`, used.lines + facts.asks.lines],
      [`spent_minutes hex:${holder}`, minutes],
    ]),
  ]);
  const failed = blocks.flatMap((block, index) =>
    block.checks.flatMap((check, place) =>
      holds(checkDatalog(check), known, numbers) ? [] : [{ block: index, check: place }],
    ),
  );
  if (failed.length > 0) return { kind: 'checks-failed', failed };
  const matches = facts.grants.some(
    ({ role, resource }) => facts.within.includes(resource) && facts.satisfies.includes(role),
  );
  return matches ? { kind: 'allow' } : { kind: 'no-match' };
};

function text(value: string): string {
  return `"${value.replace(/[\\"]/g, '\\$&')}"`;
}

const BOUND = /^check if (\w+)\((?:(hex:\w+), )?\$(\w+)\), \$(\w+) <= (\S+)$/;

function holds(check: string, known: ReadonlySet<string>, numbers: ReadonlyMap<string, number>): boolean {
  const bound = BOUND.exec(check);
  if (bound === null) return alternatives(check.slice('check if '.length)).some((fact) => known.has(fact));
  const [, name = '', key, variable, compared, most = ''] = bound;
  const value = numbers.get(key === undefined ? name : `${name} ${key}`);
  if (variable !== compared) throw new Error(`no such check: ${check}`);
  // Without a fact there is nothing that the check could hold for.
  return value !== undefined && value <= (most.endsWith('Z') ? Date.parse(most) / 1000 : Number(most));
}

/** `a("x") or a("y")`, where a text may hold ` or ` itself. */
function alternatives(source: string): readonly string[] {
  return [...source.matchAll(/\w+\("(?:[^"\\]|\\.)*"\)/g)].map(([fact]) => fact);
}
