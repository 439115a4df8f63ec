import { beforeEach, describe, expect, it } from 'vitest';
import { REQUEST_OPERATIONS, ROLES } from '#domain/authority/role.ts';
import { operationRule } from '#domain/decision/operation-rules.ts';
import type { CanMatrixResult } from '#domain/results/decision-results.ts';
import type { Workspace } from '#ports/workspace.ts';
import { addGrant } from '#usecases/keys/grants.ts';
import { can, canMatrix } from '#usecases/tokens/can.ts';
import { DEV, OWNER } from '../../../support/decisions.ts';
import { delegate, initialised, join, start } from '../../../support/memory/scenes.ts';
import { picture } from '../../../support/memory/steps.ts';
import { asPrincipal, saying, type MemoryRepository } from '../../../support/memory/workspace.ts';

const ADA = 'ada@example.com';
let repository: MemoryRepository;
let workspace: Workspace;
let dev: Workspace;
beforeEach(async () => {
  repository = await initialised();
  ({ workspace } = repository);
  dev = await join(repository, DEV, null);
  await addGrant(workspace, { principal: DEV, role: 'developer', resource: 'acme/core@task', until: null });
});

function answers({ rows }: CanMatrixResult): Readonly<Record<string, readonly string[]>> {
  return Object.fromEntries(
    rows.map(({ operation, cells }) => [
      operation,
      cells.map(({ answer, code }) => (code === null || answer === 'own' ? answer : code)),
    ]),
  );
}

describe('what another may', () => {
  it('is decided as if that one asked in person, with nothing narrowed and the root key unlocked', async () => {
    const yes = await can(workspace, { operation: 'state:capture', resource: 'acme/core@task:src', as: DEV });
    expect(yes).toMatchObject({
      as: DEV,
      allowed: true,
      decision: { principal: DEV, via: [], held: { role: 'developer', at: 'acme/core@task' } },
    });
    const no = await can(workspace, { operation: 'grant:write', resource: 'acme/core@task', as: DEV });
    expect(no).toMatchObject({
      allowed: false,
      denial: { id: null, code: 'ROLE_INSUFFICIENT', principal: DEV, fixes: [{ who: [OWNER] }] },
    });
    expect(no.denial?.fixes[0]?.argv).toEqual(['heddle', 'grant', 'add', DEV, 'admin', 'acme/core@task']);
  });

  it('is what that one is told, for every role and operation', async () => {
    for (const role of ROLES) {
      const name = `a.${role}@example.com`;
      const theirs = await join(repository, name, role);
      const resources = ['acme/core', 'acme/core@task:a'];
      const asked = await canMatrix(workspace, { resources, as: name });
      const told = await canMatrix(theirs, { resources });
      expect(asked.rows).toEqual(told.rows);
      expect([asked.principal, told.principal, asked.as, told.as]).toEqual([name, name, name, null]);
    }
  });

  it('is nothing for somebody without keys, and says how that changes', async () => {
    const { denial } = await can(workspace, { operation: 'state:read', resource: 'acme/core', as: 'nobody' });
    expect(denial).toMatchObject({ code: 'CREDENTIAL_MISSING', principal: 'nobody', fixes: [] });
    expect(denial?.why).toContain('heddle key add');
  });

  it('is denied to whoever may not read there, in the same words whoever is asked about', async () => {
    const ask = { operation: 'state:capture', resource: 'acme/core@release/1' } as const;
    const before = await picture(workspace);
    const denials = await Promise.all(
      [OWNER, DEV, 'nobody'].map(async (as) =>
        can(dev, { ...ask, as }).then(
          () => 'told',
          (error: unknown) => JSON.stringify(error),
        ),
      ),
    );
    expect(new Set(denials).size).toBe(1);
    await expect(can(dev, { ...ask, as: OWNER })).rejects.toMatchObject({
      code: 'DENIED',
      recorded: { id: null, denial: { code: 'ROLE_NONE', operation: 'state:read' } },
    });
    const resources = ['acme/core@task', 'acme/core@release/1'];
    await expect(canMatrix(dev, { resources, as: OWNER })).rejects.toMatchObject({ code: 'DENIED' });
    await expect(can(dev, { ...ask, resource: 'acme/core@task', as: OWNER })).resolves.toMatchObject({
      allowed: true,
    });
    expect(await picture(workspace)).toEqual(before);
  });

  it('is denied to an agent that may not read, and to whoever has no credential', async () => {
    const worker = await delegate(dev, 'worker', {
      operations: ['state:capture'],
      resources: ['acme/core@task'],
    });
    const ask = { operation: 'state:capture', resource: 'acme/core@task', as: OWNER } as const;
    await expect(can(worker, ask)).rejects.toMatchObject({
      recorded: { denial: { code: 'SCOPE_OPERATION' } },
    });
    await expect(can(asPrincipal(workspace, 'nobody'), ask)).rejects.toMatchObject({
      recorded: { denial: { code: 'CREDENTIAL_MISSING' } },
    });
  });

  it('makes no credential that anybody could use', async () => {
    const before = await picture(workspace);
    await canMatrix(workspace, { resources: ['acme/core'], as: DEV });
    expect(await picture(workspace)).toEqual(before);
  });
});

describe('the matrix', () => {
  it('holds every operation, at the repository and the current thread where nothing is named', async () => {
    await start(dev, 'task/login');
    const matrix = await canMatrix(dev, { resources: [] });
    expect(matrix.resources).toEqual(['acme/core', 'acme/core@task/login']);
    expect(matrix.rows.map(({ operation }) => operation)).toEqual(REQUEST_OPERATIONS);
    for (const { operation, role } of matrix.rows) expect(role).toBe(operationRule(operation).role);
    expect(answers(matrix)).toMatchObject({
      'state:read': ['ROLE_NONE', 'yes'],
      'state:capture': ['ROLE_NONE', 'yes'],
      'thread:land': ['ROLE_NONE', 'ROLE_INSUFFICIENT'],
      undo: ['ROLE_NONE', 'own'],
      'thread:drop': ['ROLE_NONE', 'own'],
      'grant:write': ['ROLE_NONE', 'ROLE_INSUFFICIENT'],
    });
  });

  it('is that of a credential: its narrowing and the floor show', async () => {
    const worker = await delegate(dev, 'worker', {
      operations: ['state:capture', 'undo'],
      resources: ['acme/core@task:src'],
    });
    const matrix = await canMatrix(worker, { resources: ['acme/core@task:src/a', 'acme/core@task:docs'] });
    expect(matrix).toMatchObject({ principal: DEV, via: ['worker'] });
    expect(answers(matrix)).toMatchObject({
      'state:capture': ['yes', 'SCOPE_RESOURCE'],
      'state:read': ['SCOPE_OPERATION', 'SCOPE_OPERATION'],
      undo: ['own', 'SCOPE_RESOURCE'],
      'grant:write': ['FLOOR', 'FLOOR'],
    });
  });

  it('agrees with each single answer', async () => {
    await join(repository, ADA, 'maintainer');
    const ada = asPrincipal(workspace, ADA);
    const resources = ['acme/core', 'acme', 'acme/core-evil', 'acme/core@task:src'];
    for (const who of [workspace, dev, ada, asPrincipal(workspace, 'nobody')]) {
      const { rows } = await canMatrix(who, { resources });
      for (const { operation, cells } of rows) {
        for (const { resource, answer, code, stage } of cells) {
          const single = await can(who, { operation, resource });
          expect(answer === 'yes', `${operation} ${resource}`).toBe(single.allowed);
          expect([stage, code]).toEqual([single.denial?.stage ?? null, single.denial?.code ?? null]);
        }
      }
    }
  });

  it('names a resource once, in the one spelling, and refuses what is none', async () => {
    const resources = ['acme/core', 'acme/core'];
    expect((await canMatrix(workspace, { resources })).resources).toEqual(['acme/core']);
    await expect(canMatrix(workspace, { resources: ['acme//core'] })).rejects.toMatchObject({
      code: 'RESOURCE_INVALID',
    });
  });

  it('shows a detected agent without a credential that it may nothing', async () => {
    const detected = saying(workspace, { agentDetected: 'CLAUDECODE' });
    const cells = (await canMatrix(detected, { resources: ['acme/core'] })).rows.flatMap((row) => row.cells);
    expect(new Set(cells.map(({ code }) => code))).toEqual(new Set(['CREDENTIAL_MISSING']));
  });
});
