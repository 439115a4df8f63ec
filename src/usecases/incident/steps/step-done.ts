import type { OperationId } from '#domain/id.ts';
import type { RedactFindResult } from '#domain/results/removal-results.ts';

/** What came of one step. */
export interface StepDone {
  /** The line that it wrote last; null where it wrote none. */
  readonly operation: OperationId | null;
  readonly notes: readonly string[];
  /** What a search saw; left out where nothing was looked for. */
  readonly found?: RedactFindResult | null;
  /** True where it has to be done again. */
  readonly failed?: boolean;
}
