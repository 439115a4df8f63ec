import type { AuthorityView } from '#domain/authority/authority.ts';
import type { Refusal } from '#domain/decision/denial.ts';
import type { AuthorisationRequest } from '#domain/decision/decision.ts';
import { delegateRemedy } from '#domain/decision/fixes/delegate-fix.ts';
import { credentialGate } from '#domain/decision/gates/credential-gates.ts';
import { policyGate } from '#domain/decision/gates/policy-gate.ts';
import { HeddleError } from '#domain/error.ts';
import type { Attention } from '#domain/result-parts.ts';
import { threadResource } from '#domain/resource/resource.ts';
import { instantWords } from '#domain/time.ts';
import { effectiveScope } from '#domain/token/token-scope.ts';
import type { TokenChain } from '#domain/token/token.ts';
import type { Workspace } from '#ports/workspace.ts';
import { identifyCaller, type Caller } from '#usecases/caller/identify.ts';
import { credentialSummary } from '#usecases/caller/whoami.ts';
import { withFreeNames } from '#usecases/tokens/free-names.ts';
import { requestOf } from '#usecases/authority/request-of.ts';

/** What whoever calls has to do about the credential before they can work here; empty where it is good. */
export async function credentialAttention(
  workspace: Workspace,
  options: {
    readonly view: AuthorityView;
    readonly caller: Caller;
    /** What work here is about. */
    readonly resource: string;
  },
): Promise<Attention> {
  const { caller, view } = options;
  const ground = { caller, authority: { view }, now: workspace.clock.now() };
  const request = requestOf(ground, { operation: 'state:capture', resources: [options.resource] }, []);
  if (caller.origin === 'none') {
    const { agentDetected } = workspace.said;
    if (agentDetected === null) return [await missing(workspace, caller)];
    return [await delegated(workspace, { ...request, resources: [narrowed(options)] })];
  }
  const ended = expiry(workspace, caller);
  if (ended !== undefined) return [ended];
  const refusal = credentialGate(request);
  if (refusal !== null) return [told(refusal)];
  const { chain } = caller;
  // Who was never to capture here is not told that a policy is against it.
  if (chain === null || !mayCapture(chain)) return [];
  const breach = policyGate(request, chain).refusal;
  return breach === null ? [] : [told(breach)];
}

/** The same in a clone that has just begun: whatever is wrong with the credential is told, and undoes nothing. */
export async function callerAttention(workspace: Workspace, view: AuthorityView): Promise<Attention> {
  try {
    const caller = await identifyCaller(workspace, view);
    return await credentialAttention(workspace, { view, caller, resource: view.repository });
  } catch (error) {
    if (error instanceof HeddleError) return [{ message: error.message, command: null }];
    throw error;
  }
}

/** Where no thread was started yet, an agent still gets no more than the one that it is to work on. */
function narrowed({ view, resource }: { readonly view: AuthorityView; readonly resource: string }): string {
  return resource === view.repository ? threadResource(resource, 'THREAD') : resource;
}

/** The very command that a denial would print, for whoever may run it. */
async function delegated(workspace: Workspace, request: AuthorisationRequest): Promise<Attention[number]> {
  const running = `an agent is running (${workspace.said.agentDetected}) without a credential of its own`;
  const remedy = delegateRemedy(request);
  if (remedy.kind === 'none') return { message: `${running}; ${remedy.why}`, command: null };
  const [fix] = (await withFreeNames(workspace, remedy)).fixes;
  const makers = fix?.who.join(' or ') ?? '';
  return {
    message: `${running}; ${makers} makes one in another shell, and HEDDLE_CREDENTIAL names its file`,
    command: fix?.argv ?? null,
  };
}

async function missing(workspace: Workspace, caller: Caller): Promise<Attention[number]> {
  if (caller.sources.principal !== 'none')
    return { message: 'you are not logged in', command: ['heddle', 'login'] };
  const here = (await workspace.keys.list()).map(({ principal }) => principal);
  if (here.length === 0)
    return { message: 'you are not logged in', command: ['heddle', 'login', '--principal', 'PRINCIPAL'] };
  return {
    message: `nobody is named, and ${here.length} principals have keys here (${here.join(', ')}): name one with --principal or HEDDLE_PRINCIPAL`,
    command: ['heddle', 'status', '--principal', 'PRINCIPAL'],
  };
}

function expiry(workspace: Workspace, caller: Caller): Attention[number] | undefined {
  const summary = credentialSummary(caller);
  const expires = summary?.expires ?? null;
  if (summary === null || expires === null || expires >= workspace.clock.now()) return undefined;
  const message = `the credential ended ${instantWords(expires)}`;
  if (summary.via.length === 0) return { message, command: ['heddle', 'login'] };
  return { message: `${message}; ask whoever gave it for another`, command: null };
}

function told({ message, remedy }: Refusal): Attention[number] {
  const refused = `nothing can be saved: ${message}`;
  if (remedy.kind === 'none') return { message: `${refused}; ${remedy.why}`, command: null };
  return { message: refused, command: remedy.fixes[0]?.argv ?? null };
}

function mayCapture(chain: TokenChain): boolean {
  const { operations } = effectiveScope(chain.blocks);
  return operations === null || operations.includes('state:capture');
}
