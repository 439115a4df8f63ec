import { HeddleError, type ErrorFacts } from './error.ts';

/** A mistake in what was typed, found before anything ran; `help` names the verb whose help says how it is typed. */
export function usageError(help: string, message: string, facts: ErrorFacts = {}): HeddleError {
  return new HeddleError('USAGE', message, { facts: { ...facts, help }, preserved: 'nothing was changed' });
}
