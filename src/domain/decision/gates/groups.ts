import type { AuthorisationRequest } from '#domain/decision/decision.ts';
import { isActive } from '#domain/authority/authority-view.ts';
import { grantsOf } from '#domain/authority/grant-index.ts';
import { HeddleError } from '#domain/error.ts';
import { ancestors, coversResource, parseResource, type Resource } from '#domain/resource/resource.ts';
import type { TokenChain } from '#domain/token/token.ts';

/** Resources that no scope and no grant tells apart: one of them is evaluated for all. */
export interface ResourceGroup {
  readonly representative: string;
  readonly resources: readonly string[];
}

/** Up to so many scopes and grants each is compared with a resource; of more, those above a resource are looked up. */
const FEW = 64;

/**
 * Groups the resources of a request by which of the chain's scopes and the principal's grants cover them.
 * Linear in the number of resources; in that of grants, too, where there is more than one resource. In order of first
 * appearance. Throws `RESOURCE_INVALID`.
 */
export function groupResources(request: AuthorisationRequest, chain: TokenChain): readonly ResourceGroup[] {
  const resources = request.resources.map(parsed);
  const [only, ...others] = resources;
  if (only !== undefined && others.length === 0)
    return [{ representative: only.text, resources: [only.text] }];
  const keyOf = coveringKey([...new Set([...scopes(chain), ...grantedAt(request, chain)])]);
  const groups = new Map<string, string[]>();
  for (const { text, resource } of resources) {
    const key = keyOf(resource);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [text]);
    else group.push(text);
  }
  return Array.from(groups.values(), (texts) => ({ representative: texts[0] ?? '', resources: texts }));
}

function parsed(text: string): { readonly text: string; readonly resource: Resource } {
  return { text, resource: parseResource(text) };
}

/** Names which of the mentioned resources cover one: the same text for the same ones. */
function coveringKey(mentioned: readonly string[]): (resource: Resource) => string {
  if (mentioned.length > FEW) {
    const places = new Map(mentioned.map((text, index) => [text, index]));
    // A resource has one spelling, so what covers it is found by its text.
    return (resource) =>
      ancestors(resource)
        .flatMap((text) => places.get(text) ?? [])
        .join();
  }
  const scopesAndGrants = mentioned.flatMap(readable);
  return (resource) =>
    scopesAndGrants.flatMap((scope, index) => (coversResource(scope, resource) ? [index] : [])).join();
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
  return grantsOf(request.authority.grants, chain.authority.principal)
    .filter((grant) => isActive(grant, request.now))
    .map((grant) => grant.resource);
}
