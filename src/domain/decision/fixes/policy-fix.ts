import type { AuthorisationRequest } from '#domain/decision/decision.ts';
import { noFix, usualRemedy, type Remedy } from '#domain/decision/denial.ts';
import { policiesOf } from '#domain/decision/policy-facts.ts';
import type { PolicyBreach } from '#domain/policy/policy-breach.ts';
import { rulesTogether } from '#domain/policy/effective-policy.ts';
import { shortestLife } from '#domain/policy/life-limit.ts';
import { formatDuration } from '#domain/time.ts';
import { chainAgents, type TokenChain } from '#domain/token/token.ts';
import { anewRemedy } from './delegate-fix.ts';
import { loginRemedy } from './login-fix.ts';

/** The way to keep a rule. Changing the policy is an owner's decision, and no fix of a request. */
export function breachRemedy(request: AuthorisationRequest, chain: TokenChain, breach: PolicyBreach): Remedy {
  const leaf = chainAgents(chain).at(-1);
  const agent = leaf?.agent ?? request.actor.agent ?? 'the agent';
  switch (breach.code) {
    case 'ATTRIBUTION_MISSING':
      return attributionRemedy(request, chain, agent);
    case 'POLICY_ACTOR':
      return noFix(`${agent} may not work there on what it runs on; another agent may, or a person`);
    case 'POLICY_LIFE':
      return leaf === undefined
        ? loginRemedy(request, chain.authority.principal)
        : noFix(shorterSession(request, chain, leaf.agent));
    case 'POLICY_DEPTH':
      return depthRemedy(request, chain);
    case 'ATTESTATION_MISSING':
      return usualRemedy('ATTESTATION_MISSING');
  }
}

/** Only where a policy leaves one provider and one model can a command name them; else the agent has to say. */
function attributionRemedy(request: AuthorisationRequest, chain: TokenChain, agent: string): Remedy {
  const { providers, models } = rulesTogether(policiesOf(request));
  const [provider, ...otherProviders] = providers ?? [];
  const [model, ...otherModels] = models ?? [];
  const known = provider !== undefined && model !== undefined;
  if (known && otherProviders.length === 0 && otherModels.length === 0) {
    const named = { ...request, actor: { ...request.actor, agent, provider, model } };
    const cut = chainAgents(chain).at(-1)?.block ?? chain.blocks.length;
    return anewRemedy(named, chain, cut);
  }
  const listed = [...(providers ?? []), ...(models ?? [])];
  const which = listed.length === 0 ? '' : `, of ${listed.join(', ')}`;
  return noFix(`name what ${agent} runs on with --provider and --model${which}`);
}

function shorterSession(request: AuthorisationRequest, chain: TokenChain, agent: string): string {
  const most = formatDuration(shortestLife(policiesOf(request))?.life ?? 0);
  return (
    `${chain.authority.principal} logs in for at most ${most} (heddle login --ttl ${most}) ` +
    `and gives ${agent} a new credential (heddle token attenuate)`
  );
}

/** The credential is handed on from nearer to the person. */
function depthRemedy(request: AuthorisationRequest, chain: TokenChain): Remedy {
  const { depth } = rulesTogether(policiesOf(request));
  const last = depth === null || depth === 0 ? undefined : chainAgents(chain)[depth - 1];
  return last === undefined
    ? noFix(`no agent may do this there: ${chain.authority.principal} does it in person`)
    : anewRemedy(request, chain, last.block);
}
