import type { Denial } from '#domain/decision/decision.ts';
import type { Json } from '#domain/encoding/canonical-json.ts';
import { MOST_RESOURCES } from '#domain/request/request-codec.ts';
import { commonAncestor, formatResource, parseResource } from '#domain/resource/resource.ts';
import type { Ask } from './plan.ts';

/** What the line of a denial keeps of it: enough to ask others for what was refused. */
export function deniedResult(
  { operation, stage, denied }: Denial,
  { resources, own, granting }: Pick<Ask, 'resources' | 'own' | 'granting'>,
): Json {
  // What helps there is another credential, which has to reach all of it, and not only what this one did not.
  const anew = (stage === 'scope' || stage === 'policy') && resources.length > denied.length;
  return {
    operation,
    denied: [...denied],
    ...(anew ? { resources: requestable(resources) } : {}),
    own: own ?? false,
    granting: granting ?? null,
  };
}

/** Each, or what they have in common where they are more than a request names: a fix names that long before. */
function requestable(resources: readonly string[]): readonly string[] {
  if (resources.length <= MOST_RESOURCES) return resources;
  const common = commonAncestor(resources.map(parseResource));
  return common === undefined ? [] : [formatResource(common)];
}
