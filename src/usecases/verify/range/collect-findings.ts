import { escapePath } from '#domain/encoding/percent-escape.ts';
import { shortId } from '#domain/id.ts';
import { joinSpans, type LineSpan } from '#domain/attribution/line-spans.ts';
import {
  RANGE_RULES,
  type FindingLevel,
  type RangeFinding,
  type RangeRule,
} from '#domain/verification/range-rules.ts';
import type { ObjectId } from '#ports/objects.ts';
import type { CarriedState } from '#usecases/states/read-state.ts';
import type { StateProblem } from './state-checks.ts';

/** More are for nobody to read, and other programs refuse them. */
export const MOST_FINDINGS = 5000;

/** Where something is wrong. */
export interface FindingPlace {
  readonly commit: ObjectId | null;
  /** Raw bytes. */
  readonly path?: Uint8Array;
  readonly span?: LineSpan;
  readonly state?: CarriedState;
}

/** Collects what a range does not keep, and who its work is attributed to: what is wrong with them is known at the end. */
export class FindingCollector {
  readonly #found: (RangeFinding | Attributed)[] = [];
  readonly #unattributed: FindingLevel;

  readonly #secrets: FindingLevel;

  /** Of what no state has, and of what looks like a secret. */
  constructor({
    unattributed,
    secrets,
  }: {
    readonly unattributed: FindingLevel;
    readonly secrets: FindingLevel;
  }) {
    this.#unattributed = unattributed;
    this.#secrets = secrets;
  }

  find(rule: RangeRule, message: string, place: FindingPlace): void {
    this.#found.push(findingOf({ rule, message, place, level: this.#levelOf(rule) }));
  }

  /** The same for lines, joined; one finding for each run of them. */
  findLines(
    rule: RangeRule,
    message: string,
    { lines, ...place }: FindingPlace & { readonly lines: readonly number[] },
  ): void {
    for (const span of spansOf(lines)) this.find(rule, message, { ...place, span });
  }

  /** Remembers that something is attributed to a state. */
  attribute(state: CarriedState, place: FindingPlace & { readonly lines: readonly number[] }): void {
    this.#found.push({ attributed: state, place });
  }

  /** In the order in which they were found. */
  findings(problems: ReadonlyMap<string, StateProblem>): readonly RangeFinding[] {
    return this.#found.flatMap((found) => {
      if (!('attributed' in found)) return [found];
      const { attributed: state, place } = found;
      const problem = problems.get(state.id);
      if (problem === undefined) return [];
      const { lines, ...rest } = place;
      const spans = lines.length === 0 ? [undefined] : spansOf(lines);
      const message = `it is attributed to ${shortId(state.id)} of ${state.state.actor.principal}: ${problem.why}`;
      return spans.map((span) =>
        findingOf({
          rule: problem.rule,
          message,
          level: 'error',
          place: { ...rest, state, ...(span === undefined ? {} : { span }) },
        }),
      );
    });
  }

  #levelOf(rule: RangeRule): FindingLevel {
    if (rule === 'line-unattributed' || rule === 'change-unattributed') return this.#unattributed;
    if (rule === 'secret-found') return this.#secrets;
    return rule === 'trailer-agent' || rule === 'secret-unsearched' ? 'warning' : 'error';
  }
}

interface Attributed {
  readonly attributed: CarriedState;
  readonly place: FindingPlace & { readonly lines: readonly number[] };
}

function spansOf(lines: readonly number[]): readonly LineSpan[] {
  return joinSpans(lines.map((line) => ({ first: line, last: line })));
}

function findingOf({
  rule,
  message,
  level,
  place: { commit, path, span, state },
}: {
  readonly rule: RangeRule;
  readonly message: string;
  readonly level: FindingLevel;
  readonly place: FindingPlace;
}): RangeFinding {
  return {
    rule,
    level,
    commit,
    path: path === undefined ? null : escapePath(path),
    line: span?.first ?? null,
    lastLine: span?.last ?? null,
    state: state?.id ?? null,
    message,
    fix: RANGE_RULES[rule].help,
  };
}
