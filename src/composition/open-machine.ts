import type { ContextOptions } from '#cli/command.ts';
import { HeddleError } from '#domain/error.ts';
import { formatInstant } from '#domain/time.ts';
import { nowMilliseconds } from '#platform/clock.ts';
import { userDirectories } from './user-directories.ts';
import { readEnvironment, type Environment } from '#platform/environment.ts';
import { lazily } from '#platform/lazily.ts';
import { randomBytes } from '#platform/random.ts';
import type { Passphrase } from '#ports/keys.ts';
import { suspectsSecret } from '#scan/suspect.ts';
import type { CallerSaid, Machine, Said } from '#ports/workspace.ts';

/** What there is without a repository: keys, tokens, clock, and what flags and environment say of the caller. */
export async function openMachine(options: ContextOptions): Promise<Machine> {
  const environment = readEnvironment(options.environment);
  const said = callerSaid(options, environment);
  const { data } = userDirectories(options.environment);
  const [{ createHasher }, ed25519, { createTokenService }, stores] = await Promise.all([
    import('#crypto/hasher.ts'),
    import('#crypto/ed25519.ts'),
    import('#tokens/tokens.ts'),
    import('#crypto/open-stores.ts'),
  ]);
  const costlyDigest = lazily(async () =>
    (await import('#crypto/travelling/costly-digest.ts')).openCostlyDigest(),
  );
  return {
    clock: { now: () => formatInstant(nowMilliseconds()) },
    random: randomBytes,
    hasher: createHasher(),
    verifySignature: ed25519.verifySignature,
    signerOf: ed25519.signerOf,
    tokens: createTokenService(ed25519.rawEd25519),
    ...stores.openStores(data),
    passphrase: lazily(() => readPassphrase(environment.passphraseFile)),
    repeatPassphrase: async (typed) => environment.passphraseFile !== null || repeats(typed),
    said,
    suspectsSecret,
    secretScanner: lazily(async () => (await import('#scan/secret-scanner.ts')).openSecretScanner()),
    costlyDigest: async (input) => (await costlyDigest())(input),
    progress: { step: () => undefined },
  };
}

async function readPassphrase(file: string | null): ReturnType<Machine['passphrase']> {
  if (file !== null) {
    const { readPassphraseFile } = await import('#crypto/passphrase-file.ts');
    return readPassphraseFile(file);
  }
  const { askSecret } = await import('#platform/ask-secret.ts');
  const value = await askSecret('passphrase of your keys: ');
  return value === undefined ? undefined : { kind: 'secret', value };
}

async function repeats(typed: Passphrase): Promise<boolean> {
  if (typed.kind === 'none') return true;
  const { askSecret } = await import('#platform/ask-secret.ts');
  const again = await askSecret('the same passphrase again: ');
  return again !== undefined && Buffer.compare(again, typed.value) === 0;
}

/** Joins what flags and environment say of the caller; a flag goes before a variable. */
function callerSaid(options: ContextOptions, environment: Environment): CallerSaid {
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
