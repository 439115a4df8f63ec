import { describe, expect, it } from 'vitest';
import { groupResources } from '#domain/decision/gates/groups.ts';
import { chainOf, DEV, requestBy, session, viewWith, type GrantSketch } from '../../../support/decisions.ts';
import { fc } from '../../../support/seed.ts';

/** Grants that cover nothing that is asked for: only their number matters. */
const ELSEWHERE: readonly GrantSketch[] = Array.from({ length: 100 }, (_, index) => ({
  principal: DEV,
  role: 'reader',
  resource: `acme/core@elsewhere/${index}`,
}));

function grouped(grants: readonly GrantSketch[], resources: readonly string[]) {
  const chain = chainOf(session(DEV));
  return groupResources(requestBy(chain, viewWith(grants), { resources }), chain);
}

const resource = fc
  .tuple(fc.constantFrom('', '@task', '@task/a', '@other'), fc.constantFrom('', ':src', ':src/a', ':doc/b'))
  .map(([thread, path]) => `acme/core${thread}${path}`);

describe('grouping resources', () => {
  it('is the same however many grants of the caller lie elsewhere', () => {
    const scopes = fc.array(fc.oneof(resource, fc.constantFrom('acme', 'acme/other')), { maxLength: 6 });
    fc.assert(
      fc.property(scopes, fc.array(resource, { minLength: 1, maxLength: 12 }), (granted, resources) => {
        const grants = granted.map((at) => ({ principal: DEV, role: 'developer' as const, resource: at }));
        expect(grouped([...grants, ...ELSEWHERE], resources)).toEqual(grouped(grants, resources));
      }),
    );
  });

  it('refuses what is no resource, the only one too', () => {
    for (const resources of [['acme/../core'], ['acme/core', 'acme//core']]) {
      expect(() => grouped([], resources)).toThrow(expect.objectContaining({ code: 'RESOURCE_INVALID' }));
    }
  });
});
