import { assistanceTrailers, chooseTrailers, type Trailer } from '#domain/landing/landing-message.ts';
import { effectivePolicy } from '#domain/policy/effective-policy.ts';
import type { Workspace } from '#ports/workspace.ts';
import type { Ground } from '#usecases/transaction/plan.ts';
import { branchResources } from './hook-asks.ts';

/**
 * `prepare-commit-msg`: a commit that an agent makes names the agent, in the trailers that the policies of the branch
 * ask for. For people and other programs: heddle itself reads none of them. Returns nothing that is told.
 */
export async function nameAgents(
  workspace: Pick<Workspace, 'hooks' | 'landing'>,
  { authority: { view }, caller }: Ground,
  file: string,
): Promise<readonly string[]> {
  const hooks = await workspace.hooks();
  const message = hooks.readMessage(file);
  if (message === undefined || !saysAnything(message)) return [];
  const { branch } = await hooks.head();
  const [resource = view.repository] = branchResources(view.repository, branch, []);
  const style = chooseTrailers(null, effectivePolicy(view, resource).trailers);
  const missing = assistanceTrailers(style, caller.actor).filter((trailer) => !has(message, trailer));
  if (missing.length === 0) return [];
  const landing = await workspace.landing();
  hooks.writeMessage(file, await landing.addTrailers(message.replace(/\n$/, ''), missing));
  return [];
}

/** A message of nothing but comments is given up by git; a trailer would make one of it. */
function saysAnything(message: string): boolean {
  return message.split('\n').some((line) => line.trim() !== '' && !line.startsWith('#'));
}

function has(message: string, { token, value }: Trailer): boolean {
  return message.split('\n').some((line) => line.trim() === `${token}: ${value}`);
}
