import { beforeAll, describe, expect, it } from 'vitest';
import { utf8 } from '#domain/encoding/bytes.ts';
import type { Workspace } from '#ports/workspace.ts';
import { findShunCheck, type ShunCheck } from '#usecases/content/shunned.ts';
import { setPolicy } from '#usecases/policy/set-policy.ts';
import { adopt } from '#usecases/receive/adopt.ts';
import { redactPath } from '../../support/memory/removal/removal-scenes.ts';
import { fetched, save, started } from '../../support/memory/scenes.ts';
import { fc } from '../../support/seed.ts';

const REMOVED = ['a', 'secret', 'secret\n', 'secret\r\n'];

let check: ShunCheck;
let blobOf: (content: string) => string;
beforeAll(async () => {
  const origin = await started();
  const { workspace } = origin;
  const files = Object.fromEntries(REMOVED.map((content, index) => [`src/${index}.ts`, content]));
  await save(origin, workspace, files);
  const rules = { shunList: 'travelling' } as const;
  await setPolicy(workspace, { resource: null, rules, reason: null, dryRun: false });
  for (const path of Object.keys(files)) await redactPath(workspace, path);
  const clone = await fetched(origin);
  const theirs: Workspace = {
    ...clone.workspace,
    keys: workspace.keys,
    credentials: workspace.credentials,
  };
  await adopt(theirs, null);
  expect(await theirs.shun.read()).toEqual([]);
  const found = await findShunCheck(theirs);
  if (found === undefined) throw new Error('a list travels');
  check = found;
  blobOf = (content) => workspace.writer.batch().add('blob', utf8(content));
});

describe('a list that travels', () => {
  it('refuses what was removed, and nothing else', async () => {
    const near = fc.tuple(fc.constantFrom(...REMOVED), fc.string({ maxLength: 2 }));
    const content = fc.oneof(
      fc.constantFrom(...REMOVED),
      fc.string(),
      near.map(([a, b]) => a + b),
    );
    await fc.assert(
      fc.asyncProperty(content, async (text) => {
        expect((await check(blobOf(text))) !== undefined).toBe(REMOVED.includes(text));
      }),
      { numRuns: 2000 },
    );
  });
});
