import { DeniedError } from '#domain/decision/denied-error.ts';
import { denialResult } from '#domain/decision/denial-result.ts';
import { utf8 } from '#domain/encoding/bytes.ts';
import { HeddleError } from '#domain/error.ts';
import type { HarnessEvent, HarnessEventName } from '#domain/harness/harness-event.ts';
import type { Integration } from '#domain/harness/integration.ts';
import type { Digest } from '#domain/id.ts';
import { pathResource } from '#domain/resource/resource.ts';
import type { HarnessResult } from '#domain/results/boundary/harness-results.ts';
import { instantWords } from '#domain/time.ts';
import type { Workspace } from '#ports/workspace.ts';
import { knowAuthority } from '#usecases/authority/load-authority.ts';
import { capture } from '#usecases/capture/capture.ts';
import { LARGEST_FILE } from '#usecases/capture/scan-worktree.ts';
import { can } from '#usecases/tokens/can.ts';
import { presetNarrowing } from '#usecases/tokens/preset-narrowing.ts';
import { beginSession } from './begin-session.ts';
import type { HarnessGround } from './integrate.ts';

/** What is told of an event beside what every answer has. */
type Told = Pick<HarnessResult, 'outcome'> & Partial<HarnessResult>;

export interface EventGround extends HarnessGround {
  readonly integration: Integration;
  /** The file that the harness reads variables from; null for none. */
  readonly environmentFile: string | null;
}

/**
 * Does what an event asks for. A refusal is an answer and no throw: who is in the way of a tool has to say so whatever
 * went wrong, and `refused` stands for everything that could not be decided.
 */
export async function answerEvent(
  ground: EventGround,
  name: HarnessEventName,
  event: HarnessEvent,
): Promise<HarnessResult> {
  const session = await sessionKey(ground, event);
  const told = await tell(ground, name, { event, session });
  return { ...blank(name, ground.integration, event.session), ...told };
}

/** An answer that tells nothing yet. */
export function blank(
  event: HarnessEventName,
  { harness }: Pick<Integration, 'harness'>,
  session: string | null,
): HarnessResult {
  return {
    event,
    harness,
    session,
    outcome: 'skipped',
    message: null,
    denial: null,
    credential: null,
    expires: null,
    state: null,
    variables: [],
  };
}

/**
 * What went wrong, as an answer: before a tool it is refused, a bug of heddle's too, since a harness lets a tool run
 * whatever else a hook ends with. At other events throws what is no error of heddle's.
 */
export function failure(name: HarnessEventName, error: unknown): Told {
  const outcome = name === 'pre-tool' ? 'refused' : 'failed';
  if (error instanceof DeniedError) {
    return { outcome, denial: denialResult(error.recorded), message: null };
  }
  if (!(error instanceof HeddleError)) {
    if (name === 'pre-tool') return { outcome, message: BROKEN };
    throw error;
  }
  const { advice } = error.facts;
  return { outcome, message: typeof advice === 'string' ? `${error.message}: ${advice}` : error.message };
}

const BROKEN = 'heddle has a bug, and cannot tell whether this may be done; a person runs `heddle doctor`';

interface InSession {
  readonly event: HarnessEvent;
  readonly session: Digest;
}

async function tell(ground: EventGround, name: HarnessEventName, given: InSession): Promise<Told> {
  try {
    switch (name) {
      case 'session-start':
        return await startSession(ground, given);
      case 'pre-tool':
        return await judgeTool(ground, given);
      case 'turn-end':
        return await endTurn(ground, given);
      case 'session-end':
        await ground.home.end(given.session);
        return { outcome: 'ended' };
    }
  } catch (error) {
    return failure(name, error);
  }
}

/** Names the file of a session's credential: the harness's own name is in no path, and nobody can choose it. */
async function sessionKey({ workspace }: HarnessGround, { session }: HarnessEvent): Promise<Digest> {
  return (await workspace.replica()).keyed('run', utf8(`harness ${session}`));
}

/** Gives the session its credential, as a person decided when the harness was wired. */
async function startSession(ground: EventGround, { event, session }: InSession): Promise<Told> {
  const { workspace, home, files, integration, environmentFile } = ground;
  const { preset, operations, resources, life, agent } = integration;
  const narrowing = await presetNarrowing(workspace, { preset, operations, resources, life });
  const model = event.model ?? integration.model;
  const provider = model === null ? null : (event.provider ?? integration.provider);
  const named = { agent, provider, model: provider === null ? null : model, depth: null, from: null };
  const child = { ...narrowing, ...named };
  const { principal, expires } = await beginSession(asPerson(workspace), { home, session, child });
  const credential = home.credentialPath(session);
  const variables = [
    { name: 'HEDDLE_CREDENTIAL', value: credential },
    { name: 'HEDDLE_AGENT_SESSION', value: event.session },
  ];
  if (environmentFile !== null) await files.append(environmentFile, variables.map(exported).join(''));
  const message = `the work of this session is saved as ${agent} for ${principal}, until ${instantWords(expires)}`;
  return { outcome: 'ready', message, credential, expires, variables };
}

/**
 * The harness runs this by itself, and an agent shows in its environment; which authority it may hand on a person said
 * when it was wired. Inside of a run, or of another session, that is narrowed further.
 */
function asPerson<Here extends Pick<Workspace, 'said'>>(workspace: Here): Here {
  const { credentialPath } = workspace.said;
  return {
    ...workspace,
    said: {
      ...workspace.said,
      agent: null,
      provider: null,
      model: null,
      session: null,
      ...(credentialPath === null ? { agentDetected: null } : {}),
    },
  };
}

function exported({ name, value }: { readonly name: string; readonly value: string }): string {
  return `export ${name}='${value.replaceAll("'", String.raw`'\''`)}'\n`;
}

/** The workspace as the session's agent has it, whatever the hook's own environment says. Throws `INTEGRATE_REFUSED`. */
function asSession(ground: EventGround, { event, session }: InSession): Workspace {
  const { workspace, home } = ground;
  const { said } = workspace;
  if (!home.isLive(session)) {
    throw new HeddleError(
      'INTEGRATE_REFUSED',
      'this session has no credential, so nothing of it can be saved',
      {
        facts: { advice: 'it began before the harness was wired, or has ended: start or resume it' },
        preserved: 'nothing was changed',
      },
    );
  }
  return {
    ...workspace,
    said: {
      ...said,
      credentialPath: home.credentialPath(session),
      agent: null,
      provider: null,
      model: null,
      session: { value: event.session, source: 'environment' },
    },
  };
}

async function judgeTool(ground: EventGround, given: InSession): Promise<Told> {
  const { workspace, home, files, integration } = ground;
  const { paths } = given.event;
  const inside: Uint8Array[] = [];
  const closed = await Promise.all([workspace.places.commonDir, home.directory].map(files.reach));
  for (const path of paths) {
    const reached = await files.reach(absolute(workspace.directory, path));
    if (reached === integration.file || closed.some((root) => isBelow(root, reached))) {
      return {
        outcome: 'refused',
        message: `${path} is not for an agent to write: it holds what watches over it`,
      };
    }
    const root = await files.reach(workspace.places.worktree);
    if (isBelow(root, reached)) inside.push(utf8(reached.slice(root.length + 1)));
  }
  if (inside.length === 0) return { outcome: 'skipped' };
  const position = await workspace.records.readPosition(workspace.places.gitDir);
  if (position === undefined) {
    return { outcome: 'refused', message: `no thread was started here; ask a person to run ${START}` };
  }
  const { view } = await knowAuthority(workspace);
  const asked = asSession(ground, given);
  for (const path of inside) {
    const resource = pathResource(view.repository, position.thread, path);
    const { denial } = await can(asked, { operation: 'state:capture', resource });
    if (denial !== null) return { outcome: 'refused', denial };
  }
  return { outcome: 'allowed' };
}

const START = '`heddle start`';

function absolute(directory: string, path: string): string {
  return path.startsWith('/') ? path : `${directory}/${path}`;
}

function isBelow(root: string, path: string): boolean {
  return path === root || path.startsWith(`${root}/`);
}

async function endTurn(ground: EventGround, given: InSession): Promise<Told> {
  const { result } = await capture(asSession(ground, given), { intent: null, maxFileBytes: LARGEST_FILE });
  return { outcome: result.created ? 'captured' : 'unchanged', state: result.state };
}
