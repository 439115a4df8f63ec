import type { Actor, ActorField, ActorSource, ActorSources } from '#domain/actor/actor.ts';
import { isPlainName } from '#domain/actor/principal.ts';
import { HeddleError } from '#domain/error.ts';
import type { TokenChain } from '#domain/token/token.ts';
import type { CallerSaid, Said } from '#ports/workspace.ts';

/** The caller's attribution: each field with its source, and what contradicts the credential. */
export interface Attribution {
  readonly actor: Actor;
  readonly sources: ActorSources;
  readonly contradictions: readonly {
    readonly field: string;
    readonly said: string;
    readonly credential: string;
  }[];
}

/** The principal of what was done before anybody was named, such as adopting a clone. */
export const NOBODY = 'unknown';

interface Field {
  readonly value: string | null;
  readonly source: ActorSource;
}

/**
 * Resolves who acts. What the credential names comes from it; what it does not name comes from flags, then
 * from the environment; nothing else is ever asked. Throws `PROVIDER_MODEL_PAIR`, `CONFIDENCE_INVALID`,
 * and `USAGE` for a name that is not plain text.
 */
export function resolveAttribution(
  chain: TokenChain | null,
  said: CallerSaid,
  fallbackPrincipal: string | null,
): Attribution {
  for (const field of NAMES) assertName(field, said[field]);
  const named = chain === null ? NOTHING : namedByChain(chain);
  const fields: Record<ActorField, Field> = {
    principal: pick(named.principal ?? null, said.principal, fallbackPrincipal),
    agent: pick(named.agent ?? null, said.agent),
    provider: pick(named.provider ?? null, said.provider),
    model: pick(named.model ?? null, said.model),
    session: pick(null, said.session),
    confidence: pick(null, normaliseConfidence(said.confidence)),
  };
  assertPair(fields.provider.value, fields.model.value);
  return {
    actor: {
      principal: fields.principal.value ?? NOBODY,
      agent: fields.agent.value,
      provider: fields.provider.value,
      model: fields.model.value,
      session: fields.session.value,
      confidence: fields.confidence.value,
    },
    sources: {
      principal: fields.principal.source,
      agent: fields.agent.source,
      provider: fields.provider.source,
      model: fields.model.source,
      session: fields.session.source,
      confidence: fields.confidence.source,
    },
    contradictions: contradictionsOf(named, said),
  };
}

const NAMES = ['principal', 'agent', 'provider', 'model', 'session'] as const;
const LONGEST_NAME = 200;

/** A name that no record may hold is refused before anything is decided. */
function assertName(field: (typeof NAMES)[number], said: Said | null): void {
  if (
    said === null ||
    (isPlainName(said.value) && (field === 'principal' || said.value.length <= LONGEST_NAME))
  ) {
    return;
  }
  throw new HeddleError('USAGE', `the ${field} is no plain name`, {
    facts: { field, source: said.source, expected: `visible characters, at most ${LONGEST_NAME}` },
    preserved: 'nothing was changed',
  });
}

type Named = Partial<Record<'principal' | 'agent' | 'provider' | 'model', string>>;
const NOTHING: Named = {};

/** Provider and model are the acting agent's own: what its parent ran on says nothing about it. */
export function namedByChain(chain: TokenChain): Named {
  const leaf = chain.blocks.findLast((block) => block.kind === 'delegation');
  return {
    principal: chain.authority.principal,
    ...(leaf === undefined ? {} : { agent: leaf.agent }),
    ...(leaf === undefined || leaf.provider === null ? {} : { provider: leaf.provider }),
    ...(leaf === undefined || leaf.model === null ? {} : { model: leaf.model }),
  };
}

function pick(credential: string | null, said: Said | null, fallback: string | null = null): Field {
  if (credential !== null) return { value: credential, source: 'credential' };
  if (said !== null) return { value: said.value, source: said.source };
  return fallback === null ? { value: null, source: 'none' } : { value: fallback, source: 'default' };
}

function contradictionsOf(named: Named, said: CallerSaid): Attribution['contradictions'] {
  return (['principal', 'agent', 'provider', 'model'] as const).flatMap((field) => {
    const credential = named[field];
    const value = said[field]?.value;
    const differs = credential !== undefined && value !== undefined && credential !== value;
    return differs ? [{ field, said: value, credential }] : [];
  });
}

function assertPair(provider: string | null, model: string | null): void {
  if ((provider === null) === (model === null)) return;
  const missing = provider === null ? 'provider' : 'model';
  throw new HeddleError(
    'PROVIDER_MODEL_PAIR',
    `a ${provider === null ? 'model' : 'provider'} is named without its ${missing}`,
    {
      facts: { missing, flag: `--${missing}`, variable: `HEDDLE_AGENT_${missing.toUpperCase()}` },
      preserved: 'nothing was changed',
    },
  );
}

/** `0.8` and `.8` become `0.80`; only 0 to 1 with at most two decimals is a confidence. */
function normaliseConfidence(said: Said | null): Said | null {
  if (said === null) return null;
  const match = /^(?:(0)?(?:\.(\d{1,2}))?|(1)(?:\.0{1,2})?)$/.exec(said.value);
  if (match === null || said.value === '') {
    throw new HeddleError('CONFIDENCE_INVALID', `not a confidence: ${said.value.slice(0, 20)}`, {
      facts: { expected: '0.00 to 1.00, two decimals at most' },
      preserved: 'nothing was changed',
    });
  }
  const value = match[3] === undefined ? `0.${(match[2] ?? '').padEnd(2, '0')}` : '1.00';
  return { ...said, value };
}
