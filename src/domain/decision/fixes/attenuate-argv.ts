import { isPlainName } from '#domain/actor/principal.ts';
import type { AuthorisationRequest } from '#domain/decision/decision.ts';
import { utf8 } from '#domain/encoding/bytes.ts';
import { ancestorsOf, commonAncestor, formatResource, parseResource } from '#domain/resource/resource.ts';
import { formatBudget, type Budget } from '#domain/token/budget.ts';
import type { TokenBlock, TokenCheck } from '#domain/token/token.ts';

/** More would not fit a token; a longer list is no narrow one either. */
const MOST_RESOURCES = 16;
/** Bytes of one text in a token, and of a list that leaves room for the rest of it. */
const LONGEST_TEXT = 1024;
const LONGEST_LIST = 4096;

/** The resources that a new token names: each, or what they have in common where its parent's blocks have that. */
export function nameableResources(
  request: AuthorisationRequest,
  parent: readonly TokenBlock[],
): readonly string[] | undefined {
  if (fitsToken(request.resources)) return request.resources;
  const common = commonAncestor(request.resources.map(parseResource));
  if (common === undefined) return undefined;
  const one = [formatResource(common)];
  const near = ancestorsOf(formatResource(common));
  const has = resourceChecks(parent).every((check) => near.some((scope) => check.anyOf.includes(scope)));
  return has && fitsToken(one) ? one : undefined;
}

function fitsToken(resources: readonly string[]): boolean {
  const lengths = resources.map((resource) => utf8(resource).length);
  return (
    resources.length <= MOST_RESOURCES &&
    lengths.every((length) => length <= LONGEST_TEXT) &&
    lengths.reduce((sum, length) => sum + length, 0) <= LONGEST_LIST
  );
}

/** What the new credential names of the agent's provider and model; null where it names neither. */
export function plainActor({
  actor: { provider, model },
}: AuthorisationRequest): { readonly provider: string; readonly model: string } | null {
  const named = provider !== null && model !== null && isPlainName(provider) && isPlainName(model);
  return named ? { provider, model } : null;
}

/** The command that makes a credential for an agent. Names that could be an option or hide something are left out. */
export function attenuateArgv(
  request: AuthorisationRequest,
  child: { readonly agent: string; readonly resources: readonly string[]; readonly budget: Budget },
): readonly string[] {
  const { agent, resources } = child;
  const budget = formatBudget(child.budget);
  const named = plainActor(request);
  return [
    'heddle',
    'token',
    'attenuate',
    '--agent',
    isPlainName(agent) ? agent : 'agent',
    ...(named === null ? [] : ['--provider', named.provider, '--model', named.model]),
    '--allow',
    request.operation,
    ...resources.flatMap((resource) => ['--resource', resource]),
    ...(budget === undefined ? [] : ['--budget', budget]),
    '--out',
    credentialFileName(agent),
  ];
}

/** Only what is harmless in a file name is kept of an agent's name. */
function credentialFileName(agent: string): string {
  const name = agent
    .replace(/[^A-Za-z0-9_-]/g, '')
    .replace(/^-+/, '')
    .slice(0, 40);
  return `${name === '' ? 'agent' : name}.hcred`;
}

function resourceChecks(blocks: readonly TokenBlock[]): readonly Extract<TokenCheck, { kind: 'resource' }>[] {
  return blocks.flatMap((block) => block.checks).filter((check) => check.kind === 'resource');
}
