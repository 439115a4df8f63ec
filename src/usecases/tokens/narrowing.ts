import type { RequestOperation } from '#domain/authority/role.ts';
import { formatResource, parseResource } from '#domain/resource/resource.ts';
import type { TokenCheck } from '#domain/token/token.ts';

/** How a token is narrowed; empty lists narrow nothing. */
export interface Narrowing {
  readonly operations: readonly RequestOperation[];
  readonly resources: readonly string[];
  /** Milliseconds; null for the default. */
  readonly life: number | null;
  /** The default, milliseconds; the verb's own where left out. */
  readonly usualLife?: number;
}

/** The checks that narrow a token so; throws `RESOURCE_INVALID`. */
export function narrowingChecks({ operations, resources }: Narrowing): readonly TokenCheck[] {
  const canonical = resources.map((resource) => formatResource(parseResource(resource)));
  return [
    ...(operations.length === 0 ? [] : [{ kind: 'operation' as const, anyOf: operations }]),
    ...(canonical.length === 0 ? [] : [{ kind: 'resource' as const, anyOf: canonical }]),
  ];
}
