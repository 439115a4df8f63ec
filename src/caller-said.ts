import type { ContextOptions } from '#cli/command.ts';
import { HeddleError } from '#domain/error.ts';
import type { CallerSaid, Said } from '#ports/workspace.ts';
import type { Environment } from '#platform/environment.ts';

/** Joins what flags and environment say of the caller; a flag goes before a variable. */
export function callerSaid(options: ContextOptions, environment: Environment): CallerSaid {
  if (environment.principalConflict.length > 0) {
    throw new HeddleError('USAGE', 'the environment names different principals', {
      facts: { variables: environment.principalConflict },
      preserved: 'nothing was changed',
    });
  }
  const { said } = options;
  return {
    principal: first(said.principal, environment.principal),
    agent: first(said.agent, environment.agent),
    provider: first(said.provider, environment.provider),
    model: first(said.model, environment.model),
    session: first(said.session, environment.session),
    confidence: first(said.confidence, environment.confidence),
    credentialPath: options.credentialPath ?? environment.credentialPath,
    agentDetected: environment.agentDetected,
    operationId: options.operationId ?? environment.operationId,
  };
}

function first(flag: string | null, variable: string | null): Said | null {
  if (flag !== null) return { value: flag, source: 'flag' };
  return variable === null ? null : { value: variable, source: 'environment' };
}
