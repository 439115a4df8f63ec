import { beforeEach, describe, expect, it } from 'vitest';
import { formatId } from '#domain/id.ts';
import type { LoggedOperation } from '#domain/operation/operation.ts';
import type { Workspace } from '#ports/workspace.ts';
import type { HeardOf } from '#usecases/tombstones/late/suspect.ts';
import { readToldRemovals } from '#usecases/tombstones/late/told-removals.ts';
import { save, started } from '../../../support/memory/scenes.ts';
import type { MemoryRepository } from '../../../support/memory/workspace.ts';

const REVOCATION = formatId('hg', new Uint8Array(32).fill(7));

let repository: MemoryRepository;
let lines: readonly LoggedOperation[];
beforeEach(async () => {
  repository = await started();
  await save(repository, repository.workspace, { a: 'one' });
  lines = (await repository.workspace.log.check()).operations.toReversed();
});

/** What somebody had heard of who named the last line, where the log is one of these. */
async function heardIn(log: readonly LoggedOperation[]): Promise<HeardOf | undefined> {
  const workspace: Workspace = {
    ...repository.workspace,
    log: {
      ...repository.workspace.log,
      async *newest() {
        yield* log;
      },
    },
  };
  const seen = lines.slice(0, 1).map(({ id }) => id);
  const revocation = { id: REVOCATION, seen } as unknown as Parameters<typeof readToldRemovals>[1][number];
  return (await readToldRemovals(workspace, [revocation])).get(REVOCATION);
}

/** The same log, where the first line is of another verb and its sidecar was taken away. */
function without(op: LoggedOperation['line']['op']): readonly LoggedOperation[] {
  return lines.map((one) =>
    one.line.seq === 0 ? { ...one, line: { ...one.line, op }, texts: 'redacted' } : one,
  );
}

describe('a log that tells of what was redacted', () => {
  it('is read down to its first line, whatever became of texts that name no tombstone', async () => {
    const replica = lines[0]?.line.replica;
    expect(await heardIn(lines)).toMatchObject({ read: new Set([replica]), lacks: false });
    expect(await heardIn(without('capture'))).toMatchObject({ read: new Set([replica]), lacks: false });
  });

  it.each(['pull', 'receive', 'adopt'] as const)(
    'tells not all once the sidecar of a %s was taken away, by which tombstones may have come',
    async (op) => {
      expect(await heardIn(without(op))).toMatchObject({ read: new Set(), lacks: true });
    },
  );

  it('tells when a redaction was made whose sidecar was taken away', async () => {
    const first = lines.at(-1)?.line;
    expect(await heardIn(without('redact'))).toMatchObject({
      lacks: false,
      untold: new Set([`${first?.at} ${first?.actor.principal}`]),
    });
  });
});
