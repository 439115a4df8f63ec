import type { AuthorisationRequest } from '#domain/decision/decision.ts';
import { isActive } from '#domain/authority/authority-view.ts';
import { HeddleError } from '#domain/error.ts';
import { coversResource, parseResource, type Resource } from '#domain/resource/resource.ts';
import type { TokenChain } from '#domain/token/token.ts';

/** Resources that no scope and no grant tells apart: one of them is evaluated for all. */
export interface ResourceGroup {
  readonly representative: string;
  readonly resources: readonly string[];
}

/**
 * Groups the resources of a request by which of the chain's scopes and the principal's grants cover them.
 * Linear in the number of resources. In order of first appearance.
 */
export function groupResources(request: AuthorisationRequest, chain: TokenChain): readonly ResourceGroup[] {
  const mentioned = [...new Set([...scopes(chain), ...grantedAt(request, chain)])].flatMap(readable);
  const groups = new Map<string, string[]>();
  for (const text of request.resources) {
    const resource = parseResource(text);
    const covering = mentioned.flatMap((scope, index) => (coversResource(scope, resource) ? [index] : []));
    const key = covering.join();
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [text]);
    else group.push(text);
  }
  return Array.from(groups.values(), (resources) => ({ representative: resources[0] ?? '', resources }));
}

/** A scope that is no resource covers nothing. */
function readable(text: string): readonly Resource[] {
  try {
    return [parseResource(text)];
  } catch (error: unknown) {
    if (error instanceof HeddleError) return [];
    throw error;
  }
}

function scopes(chain: TokenChain): readonly string[] {
  return chain.blocks
    .flatMap((block) => block.checks)
    .flatMap((check) => (check.kind === 'resource' ? check.anyOf : []));
}

function grantedAt(request: AuthorisationRequest, chain: TokenChain): readonly string[] {
  return request.authority.grants
    .filter((grant) => grant.principal === chain.authority.principal && isActive(grant, request.now))
    .map((grant) => grant.resource);
}
