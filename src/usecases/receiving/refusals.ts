import type { PushRefusal, PushRefusalCode } from '#domain/receiving/push-refusal.ts';
import { HeddleError } from '#domain/error.ts';
import type { VerifyReport } from '#usecases/verify/report.ts';

/** Collects what is wrong with a push. */
export class Refusals {
  readonly #found: PushRefusal[] = [];

  /** In the order in which it was found. */
  get all(): readonly PushRefusal[] {
    return this.#found;
  }

  refuse(code: PushRefusalCode, subject: string, message: string): void {
    this.#found.push({ code, subject, message });
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
