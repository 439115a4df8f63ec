import type { OperationKind, OperationTexts } from '#domain/operation/operation.ts';
import type { AuthorityId, StateId } from '#domain/id.ts';
import type { State } from '#domain/state/state.ts';
import type { Signer } from '#ports/keys.ts';
import type { ObjectId } from '#ports/objects.ts';
import type { Workspace } from '#ports/workspace.ts';
import { readState } from '#usecases/states/read-state.ts';
import { writeState } from '#usecases/states/write-state.ts';
import { readGround } from '#usecases/transaction/mutate.ts';
import { publish } from '#usecases/transaction/publish.ts';
import type { Stage } from '../cli/stage.ts';
import { openWorkspace } from '../cli/open-workspace.ts';

/** Who forges: an environment, and a credential where it is not the principal's own session. */
export interface Forger {
  readonly env: Readonly<Record<string, string>>;
  readonly credential?: string;
}

/** Opens the stage's repository as somebody whose program asks nobody. */
export async function asForger<T>(
  stage: Stage,
  forger: Forger,
  act: (workspace: Workspace) => Promise<T>,
): Promise<T> {
  const workspace = await openWorkspace({ path: stage.path, ...forger });
  try {
    return await act(workspace);
  } finally {
    await workspace.close();
  }
}

/** The signer of whoever a workspace is opened for. */
export async function signerOf(workspace: Workspace): Promise<Signer> {
  const { caller } = await readGround(workspace);
  if (caller.signer === null) throw new Error('invariant: a forger has a credential');
  return caller.signer;
}

/** A state like the one that a carrier has, but for some fields, under that one's chain; the carrier of it. */
export async function forgeState(
  workspace: Workspace,
  like: ObjectId,
  { signer, change }: { readonly signer: Signer; readonly change: (state: State) => State },
): Promise<ObjectId> {
  const { state, chain, gitParents } = await readState(workspace, like);
  const texts = await workspace.objects.read(`${like}:texts.json`, 2 ** 20);
  const trees = new Map(
    ((await workspace.objects.readTree(like)) ?? []).map(({ name, id }) => [
      Buffer.from(name).toString(),
      id,
    ]),
  );
  const batch = workspace.writer.batch();
  const { carrier } = writeState(workspace, batch, {
    state: change(state),
    texts: texts?.content ?? new Uint8Array(),
    signer,
    chain: chain ?? new Uint8Array(),
    manifestTree: trees.get('manifest') ?? '',
    filesTree: trees.get('files') ?? '',
    gitParents,
  });
  await batch.write();
  return carrier;
}

/** Writes a line that whoever it is signs as it stands, allowed by nobody but itself, and does what it says. */
export async function forgeLine(
  workspace: Workspace,
  {
    op,
    states,
    texts,
    policy,
  }: {
    /** The head that it says it was decided under; the newest where left out. */
    readonly policy?: AuthorityId;
    readonly op: OperationKind;
    readonly states: readonly StateId[];
    readonly texts: Partial<OperationTexts>;
  },
): Promise<void> {
  const { authority, caller, replica, now } = await readGround(workspace);
  const nothing = { resource: null, paths: [], refs: [], effects: [], inverse: null, result: null };
  await publish(
    workspace,
    { repo: authority.view.genesis, caller, replica, now },
    {
      op,
      verdict: { verdict: 'allow', stage: null, code: null },
      policy: policy ?? authority.view.head,
      states,
      texts: { ...nothing, args: { operationId: null, verb: {} }, ...texts },
      verify: [],
      batch: null,
    },
  );
}
