import { decodeCanonical, type Json } from '#domain/encoding/canonical-json.ts';
import { encodeOperationTexts } from '#domain/operation/operation-codec.ts';
import type { LoggedOperation } from '#domain/operation/operation.ts';
import { decodeStateTexts } from '#domain/state/state-codec.ts';
import type { RemovedSidecar } from '#ports/removal.ts';
import type { Workspace } from '#ports/workspace.ts';
import { rawKey } from '#usecases/manifest/change-tree.ts';
import { LARGEST_SIDECAR, type HeldSidecar } from './held-sidecar.ts';
import { setSidecars } from './set-sidecars.ts';
import { foreignOperations } from '#usecases/segments/published-operations.ts';
import { listCarriers, STATE_TEXTS, type Carrier } from '#usecases/states/list-carriers.ts';

const AT_ONCE = 128;

/** Every sidecar that a removal can take out, those of states first. What was redacted already is left out. */
export async function* heldSidecars(workspace: Workspace): AsyncGenerator<HeldSidecar> {
  yield* ofStates(workspace);
  yield* setSidecars(workspace);
  yield* ofOperations(workspace, workspace.log.newest());
  yield* ofOperations(workspace, foreignOperations(workspace));
}

async function* ofStates(workspace: Workspace): AsyncGenerator<HeldSidecar> {
  const { carriers } = await listCarriers(workspace);
  const rows = carriers.flatMap((carrier) => {
    const blob = carrier.rows.find(({ name }) => rawKey(name) === STATE_TEXTS)?.id;
    return blob === undefined ? [] : [{ carrier, blob }];
  });
  for (let from = 0; from < rows.length; from += AT_ONCE) {
    const some = rows.slice(from, from + AT_ONCE);
    const objects = await workspace.objects.readMany(
      some.map(({ blob }) => blob),
      LARGEST_SIDECAR,
    );
    for (const [index, row] of some.entries()) {
      const bytes = objects[index]?.content;
      if (bytes === undefined || 'redactedBy' in decodeStateTexts(bytes)) continue;
      yield ofState(row.carrier, { bytes, blob: row.blob });
    }
  }
}

function ofState(
  { id, state }: Carrier,
  { bytes, blob }: Pick<RemovedSidecar, 'bytes' | 'blob'>,
): HeldSidecar {
  return { record: id, bytes, blob, what: 'state', thread: state.thread, states: [id], says: parse(bytes) };
}

async function* ofOperations(
  workspace: Workspace,
  operations: AsyncIterable<LoggedOperation>,
): AsyncGenerator<HeldSidecar> {
  for await (const { id, line, texts } of operations) {
    if (texts === 'redacted') continue;
    const bytes = encodeOperationTexts(texts);
    const blob = workspace.writer.batch().add('blob', bytes);
    yield { record: id, bytes, blob, what: line.op, thread: null, states: line.states, says: parse(bytes) };
  }
}

function parse(bytes: Uint8Array): Json {
  return decodeCanonical(bytes, 'sidecar', LARGEST_SIDECAR);
}
