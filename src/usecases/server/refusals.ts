import type { Denial } from '#domain/decision/decision.ts';
import { HeddleError } from '#domain/error.ts';
import { MOST_TOLD, type PushRefusal, type PushRefusalCode } from '#domain/server/push-refusal.ts';
import { toldDenial } from '#domain/server/told-denial.ts';
import type { VerifyReport } from '#usecases/verify/report.ts';
import type { Uncovered } from './lines/coverage.ts';

/** Collects what is wrong with a push. */
export class Refusals {
  #found: PushRefusal[] = [];
  /** The lines that do not hold behind refused moves, by ref. */
  readonly #lines = new Map<string, string>();

  /** In the order in which it was found. */
  get all(): readonly PushRefusal[] {
    return this.#found;
  }

  refuse(code: PushRefusalCode, subject: string, message: string): void {
    this.#found.push({ code, subject, message });
  }

  /** Refuses a move that no line answers for. */
  refuseMove(ref: string, { code, why, line }: Uncovered): void {
    this.refuse(code, ref, why);
    if (line !== undefined) this.#lines.set(ref, line);
  }

  /** Adds the denials behind what is told, where the decision refused it. */
  async explain(denialOf: (work: string) => Promise<Denial | undefined>): Promise<void> {
    const explained: PushRefusal[] = [];
    for (const refusal of this.#found.slice(0, MOST_TOLD)) {
      const { subject } = refusal;
      const denial = await denialOf(this.#lines.get(subject) ?? subject);
      explained.push(denial === undefined ? refusal : { ...refusal, denial: toldDenial(subject, denial) });
    }
    this.#found = [...explained, ...this.#found.slice(MOST_TOLD)];
  }

  /** Takes over what a verification found, but for what was there before. */
  takeOver(report: VerifyReport, before?: VerifyReport): void {
    const known = new Set(before?.result().findings.map(asText));
    for (const finding of report.result().findings) {
      if (!known.has(asText(finding)))
        this.refuse(CODES[finding.kind] ?? 'RECORD_REFUSED', finding.subject, finding.message);
    }
  }

  /** Runs one check; what heddle refuses there is wrong with the push. */
  async guard(code: PushRefusalCode, subject: string, check: () => Promise<void>): Promise<void> {
    try {
      await check();
    } catch (error) {
      if (!(error instanceof HeddleError)) throw error;
      this.refuse(code, subject, error.message);
    }
  }
}

/** The rest is about sets of records. */
const CODES: Readonly<Record<string, PushRefusalCode>> = {
  authority: 'AUTHORITY_REFUSED',
  state: 'STATE_REFUSED',
  operation: 'LINE_REFUSED',
};

function asText(finding: {
  readonly kind: string;
  readonly subject: string;
  readonly message: string;
}): string {
  return `${finding.kind} ${finding.subject} ${finding.message}`;
}
