import { HeddleError } from '#domain/error.ts';
import { AUTHORITY_REF } from '#domain/refs.ts';
import type { Finding } from '#domain/result-parts.ts';
import type { Workspace } from '#ports/workspace.ts';
import { refuseCutLog } from '#usecases/authority/clone-pin.ts';
import { knowAuthority } from '#usecases/authority/load-authority.ts';

const CLONE = { kind: 'clone', subject: 'heddle/clone.json' };

/**
 * What is wrong with the record that says which clone this is, where this home knows it: while it is, nothing else can be
 * looked at. Undefined for nothing, and for a clone that has not begun.
 */
export async function cloneFinding({ records, pins }: Workspace): Promise<Finding | undefined> {
  try {
    if ((await records.readClone()) !== undefined) return undefined;
  } catch (error) {
    if (!(error instanceof HeddleError) || error.code !== 'CLONE_CHANGED') throw error;
    return { ...CLONE, message: `${error.message}; ${PUT_BACK}` };
  }
  const known = await pins.read();
  if (known === undefined || known.line === null) return undefined;
  return { ...CLONE, message: `it was taken away, and this clone had begun; ${PUT_BACK}` };
}

const PUT_BACK =
  'put `.git/heddle` back as it was, or go on in another clone, which `heddle clone URL DIR` makes';

/** What the authority chain and the clone's own log lack of what this home knew of them. */
export async function setBackFindings(workspace: Workspace): Promise<readonly Finding[]> {
  const { log, pins } = workspace;
  const line = (await pins.read())?.line ?? null;
  return [
    ...(await refusal('authority', AUTHORITY_REF, () => knowAuthority(workspace))),
    ...(line === null
      ? []
      : await refusal('log', line.replica, async () =>
          refuseCutLog(workspace, line.replica, await log.head(line.replica)),
        )),
  ];
}

async function refusal(
  kind: string,
  subject: string,
  look: () => Promise<unknown>,
): Promise<readonly Finding[]> {
  try {
    await look();
    return [];
  } catch (error) {
    if (!(error instanceof HeddleError)) throw error;
    const { advice, replica } = error.facts;
    // Another clone's log may be the one that is damaged.
    const named = kind === 'log' && typeof replica === 'string' ? replica : subject;
    const next = typeof advice === 'string' ? advice : kind === 'log' ? PUT_BACK : undefined;
    return [
      { kind, subject: named, message: next === undefined ? error.message : `${error.message}; ${next}` },
    ];
  }
}
