import type { RequestOperation } from '#domain/authority/role.ts';
import type { TokenBlock } from '#domain/token/token.ts';
import { tokenLife } from './life-limit.ts';
import type { PolicySubject } from './policy-breach.ts';

/** What a policy looks at of a token by itself, whatever its holder will say beside it. */
export function tokenSubject(blocks: readonly TokenBlock[], operation: RequestOperation): PolicySubject {
  const [authority] = blocks;
  const agents = blocks.filter((block) => block.kind === 'delegation');
  const leaf = agents.at(-1);
  return {
    operation,
    agent: leaf?.agent ?? null,
    provider: leaf?.provider ?? null,
    model: leaf?.model ?? null,
    depth: agents.length,
    life: authority?.kind === 'authority' ? tokenLife(authority) : null,
    continues: [],
  };
}
