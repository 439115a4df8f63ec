import { utf8 } from '#domain/encoding/bytes.ts';
import { invariant } from '#domain/error.ts';
import type { RunExplainResult } from '#domain/results/run-results.ts';
import { scrubArgv } from '#domain/run/scrub-argv.ts';
import type { Workspace } from '#ports/workspace.ts';
import { diffTokens, scopeResult } from '#usecases/tokens/inspect-token.ts';
import { ownToken } from '#usecases/tokens/offered-token.ts';
import { variableNames, type RunPlan } from './plan-run.ts';

/** Says what a planned run would be, and what its token loses against the caller's. Makes nothing anywhere. */
export async function explainRun(workspace: Workspace, plan: RunPlan): Promise<RunExplainResult> {
  const { options, draft, agent, thread, cwd, makes, program } = plan;
  const child = workspace.credentials.parse(utf8(draft.credential)).token;
  const inspected = workspace.tokens.inspect(child);
  invariant(inspected.kind === 'readable', 'what was narrowed can be read');
  return {
    argv: scrubArgv([options.program, ...options.args]),
    program,
    agent,
    thread,
    cwd,
    makes,
    timeout: options.timeout,
    variables: variableNames(plan),
    credential: options.credential,
    expires: draft.result.expires,
    plain: draft.result.plain,
    effective: scopeResult(inspected.blocks),
    diff: diffTokens(workspace, { parent: await ownToken(workspace), child }),
  };
}
