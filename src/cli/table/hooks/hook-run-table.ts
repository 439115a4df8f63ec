import { CLIENT_HOOKS } from '#domain/hooks/hook-name.ts';
import { argument, flag, verb } from '#cli/table/verb-spec.ts';

/** What git runs at each commit: apart from the other rows, so that it is there without them. */
export const HOOK_RUN = verb('hook run', {
  summary: 'do what a hook does; for git alone',
  asksGitLate: true,
  details: ['What git hands to the hook stands behind `--`, and on standard input.'],
  arguments: [argument('HOOK', 'as git calls it', [...CLIENT_HOOKS, 'pre-receive', 'post-receive'])],
  options: [flag('--trust-first', 'on a server, as at the installation')],
  rest: { placeholder: 'ARGS', summary: "the hook's own arguments", required: false },
  answer: 'hook-run',
  also: ['hook-receive'],
  load: () => import('#commands/hook/run.ts'),
});
