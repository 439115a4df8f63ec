import { encodeCanonical } from '#domain/encoding/canonical-json.ts';
import { formatHex, utf8 } from '#domain/encoding/bytes.ts';
import { HeddleError, invariant } from '#domain/error.ts';
import { parseId, type OperationId } from '#domain/id.ts';
import { ownVariables, runSetting } from '#domain/run/child-environment.ts';
import type { RunStart } from '#domain/run/run-record.ts';
import { scrubArgv } from '#domain/run/scrub-argv.ts';
import { formatInstant, instantMilliseconds, type Instant } from '#domain/time.ts';
import type { ProgramEnd } from '#ports/processes.ts';
import type { Workspace } from '#ports/workspace.ts';
import { startThread } from '#usecases/threads/start.ts';
import { attenuateToken, type Attenuated } from '#usecases/tokens/attenuate-token.ts';
import { requireProgram, tokenOptions, variableNames, type RunPlan } from './plan-run.ts';
import { recordRunEnd, recordRunStart, type RecordedStart } from './record-run.ts';
import type { RecordedEnd } from './run-lines.ts';

/** What running takes beside the plan. */
export interface RunSurroundings {
  readonly output: 'stdout' | 'stderr';
  /** Closes what git keeps open: a run may last, and keys on a terminal reach git too. */
  readonly pause: () => Promise<void>;
  /** The workspace, opened anew. */
  readonly reopen: () => Promise<Workspace>;
}

/** A run that ended. */
export interface Ran extends RecordedEnd, RecordedStart {
  readonly start: RunStart;
  /** The system's number of the signal that ended it; 0 for none. */
  readonly signalNumber: number;
}

/**
 * Starts a program with a token of its own and waits for its end. In this order: worktree, token, line, note,
 * credential, program; then program and all that it started, credential, line, note. A kill anywhere leaves to the next
 * command what is not ended yet: see `settleRuns`. Throws `IO_FAILED` where the program cannot be started.
 */
export async function runProgram(
  workspace: Workspace,
  plan: RunPlan,
  { output, pause, reopen }: RunSurroundings,
): Promise<Ran> {
  const { thread, makes } = plan;
  if (makes !== null && thread !== null) {
    await startThread(workspace, { thread, task: null, from: null, directory: makes });
  }
  const program = await requireProgram(workspace, plan);
  const token = await attenuateToken(workspace, workspace, tokenOptions(plan.options, plan));
  const start = await describeStart(workspace, plan, token);
  const recorded = await recordRunStart(workspace, start);
  const startedAt = workspace.clock.now();
  await pause();
  const since = { block: start.block, startedAt };
  let ended: ProgramEnd;
  try {
    ended = await supervise(workspace, plan, { ...recorded, program, token, output, startedAt });
  } catch (error) {
    await removeCredential(workspace, recorded);
    await close(await reopen(), recorded, { ...since, outcome: 'not-started', code: null, signal: null });
    throw error;
  }
  await removeCredential(workspace, recorded);
  const done = await close(await reopen(), recorded, { ...since, ...outcomeOf(ended) });
  return { ...recorded, ...done, start, signalNumber: ended.signalNumber };
}

function outcomeOf({ outcome, code, signal }: ProgramEnd): Pick<ProgramEnd, 'outcome' | 'code' | 'signal'> {
  return { outcome, code, signal };
}

/** Before anything else that could fail: whatever happens then, nothing of it is left. */
async function removeCredential(workspace: Workspace, { run }: RecordedStart): Promise<void> {
  await (await workspace.runCredentials()).remove(run);
}

async function close(
  workspace: Workspace,
  recorded: RecordedStart,
  ended: Parameters<typeof recordRunEnd>[2],
): Promise<RecordedEnd> {
  const done = await recordRunEnd(workspace, recorded, ended);
  await workspace.runNotes.remove(recorded.run);
  return done;
}

async function describeStart(workspace: Workspace, plan: RunPlan, token: Attenuated): Promise<RunStart> {
  const { options, agent, thread, cwd, root } = plan;
  const argv = [options.program, ...options.args];
  const nonce = workspace.random(32);
  const processes = await workspace.processes();
  return {
    agent,
    holder: token.result.holder,
    block: blockOf(workspace, token),
    expires: token.result.expires,
    argv: scrubArgv(argv),
    argvHash: formatHex(workspace.hasher.hash('run', nonce, encodeCanonical(argv))),
    argvNonce: formatHex(nonce),
    cwd: relativeTo(root, cwd),
    thread,
    timeout: options.timeout,
    variables: variableNames(plan),
    credential: options.credential,
    parent: runNamed(options.parent),
    supervisor: processes.self().pid,
  };
}

function blockOf(workspace: Workspace, { credential }: Attenuated): string {
  const inspected = workspace.tokens.inspect(workspace.credentials.parse(utf8(credential)).token);
  const block = inspected.kind === 'readable' ? inspected.revocationIds.at(-1) : undefined;
  invariant(block !== undefined, 'what was narrowed can be read');
  return block;
}

/** Null for one outside: no absolute path leaves the machine with a log. */
function relativeTo(root: string, directory: string): string | null {
  if (directory === root) return '.';
  return directory.startsWith(`${root}/`) ? directory.slice(root.length + 1) : null;
}

function runNamed(text: string | null): OperationId | null {
  try {
    return text === null ? null : parseId('ho', text);
  } catch (error) {
    if (error instanceof HeddleError) return null;
    throw error;
  }
}

interface Supervised extends RecordedStart {
  readonly program: string;
  readonly token: Attenuated;
  readonly output: 'stdout' | 'stderr';
  readonly startedAt: Instant;
}

async function supervise(workspace: Workspace, plan: RunPlan, given: Supervised): Promise<ProgramEnd> {
  const { run, startedAt } = given;
  const { timeout } = plan.options;
  const processes = await workspace.processes();
  const deadline = timeout === null ? null : formatInstant(instantMilliseconds(startedAt) + timeout);
  const note = { run, supervisor: processes.self(), child: null, deadline };
  await workspace.runNotes.write(note);
  const started = await startWith(workspace, plan, given);
  if (started.kind === 'not-started') {
    throw new HeddleError('IO_FAILED', 'the program could not be started', {
      facts: { program: plan.options.program.slice(0, 200), reason: started.reason, run },
      preserved: 'nothing was run',
    });
  }
  try {
    await workspace.runNotes.write({ ...note, child: started.mark });
  } catch (error) {
    // What nobody could end later does not run.
    await processes.end(started.mark, runSetting(run));
    await started.ended;
    throw error;
  }
  return started.ended;
}

async function startWith(workspace: Workspace, plan: RunPlan, given: Supervised) {
  const { options, agent, cwd, environment } = plan;
  const { provider, model, program: name, args } = options;
  const { run, program: path, token, output } = given;
  const [processes, credentials] = await Promise.all([workspace.processes(), workspace.runCredentials()]);
  const byDescriptor = options.credential === 'fd';
  const descriptor = byDescriptor ? await credentials.open(run, token.credential) : null;
  const credential = byDescriptor ? 'fd:3' : await credentials.write(run, token.credential);
  const own = ownVariables({ run, credential, agent, provider, model });
  const env = { ...environment, ...own };
  const deadlineMs = options.timeout;
  const started = { path, name, args, cwd, env, output, descriptor, deadlineMs, token: runSetting(run) };
  try {
    return await processes.start(started);
  } finally {
    if (descriptor !== null) await credentials.close(descriptor);
  }
}
