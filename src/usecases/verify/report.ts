import type { Finding } from '#domain/result-parts.ts';
import type { VerifyResult } from '#domain/results/work-results.ts';
import { HeddleError } from '#domain/error.ts';

export type Counted = keyof VerifyResult['checked'];

/** Collects what a verification looked at and what it found. */
export class VerifyReport {
  readonly #findings: Finding[] = [];
  readonly #counts: Record<Counted, number> = {
    states: 0,
    signatures: 0,
    chains: 0,
    operations: 0,
    records: 0,
    objects: 0,
    tombstones: 0,
  };

  count(kind: Counted, by = 1): void {
    this.#counts[kind] += by;
  }

  find(kind: string, subject: string, message: string): void {
    this.#findings.push({ kind, subject, message });
  }

  /** Runs one check; what heddle refuses there becomes a finding about `subject` instead of ending the rest. */
  async guard(kind: string, subject: string, check: () => Promise<void>): Promise<void> {
    try {
      await check();
    } catch (error) {
      if (!(error instanceof HeddleError)) throw error;
      this.find(kind, subject, error.message);
    }
  }

  result(): VerifyResult {
    return { ok: this.#findings.length === 0, checked: { ...this.#counts }, findings: this.#findings };
  }
}
