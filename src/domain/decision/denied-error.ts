import type { RecordedDenial } from './decision.ts';
import { HeddleError } from '#domain/error.ts';

/** Tells the caller that a request was refused and, by `recorded`, everything about why. Exit 77. */
export class DeniedError extends HeddleError {
  readonly recorded: RecordedDenial;

  constructor(recorded: RecordedDenial) {
    const { stage, operation, resource } = recorded.denial;
    super('DENIED', `denied at ${stage}: ${operation} on ${resource}`, { preserved: recorded.preserved });
    this.name = 'DeniedError';
    this.recorded = recorded;
  }
}
