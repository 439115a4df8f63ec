import { flag, option, type OptionSpec } from './verb-spec.ts';

/** Who acts; only what the credential does not name may be said. */
export const ACTOR_OPTIONS: readonly OptionSpec[] = [
  option('--principal P', 'text', 'act for this principal', { says: 'principal' }),
  option('--agent A', 'text', 'name the agent that acts', { says: 'agent' }),
  option('--provider NAME', 'text', "name the model's provider; needs --model", { says: 'provider' }),
  option('--model NAME', 'text', 'name the model; needs --provider', { says: 'model' }),
  option('--session ID', 'text', "name the harness's session", { says: 'session' }),
  option('--confidence C', 'text', 'say how sure the agent is, 0.00 to 1.00', { says: 'confidence' }),
];

/** The id of a request, for repeating it safely. */
export const OPERATION_ID = option(
  '--op-id UUID',
  'uuid',
  'return the first result when this id was used before',
);

/** What every verb that writes as somebody takes. */
export const WRITER_OPTIONS: readonly OptionSpec[] = [...ACTOR_OPTIONS, OPERATION_ID];

/** How much of a list is shown. */
export const LIMIT = option('-n, --limit N', 'integer', 'show at most N');

/** Why an authority record is made. */
export const REASON = option('--reason TEXT', 'reason', 'say why; it stays with the record');

/** Understood before and after every verb. */
export const GLOBAL_OPTIONS: readonly OptionSpec[] = [
  flag('--json', 'print one JSON object'),
  option('--color WHEN', 'text', 'colour the text', { choices: ['auto', 'always', 'never'] }),
  option('-C, --directory DIR', 'text', 'run as if started in DIR'),
  flag('-h, --help', 'show help'),
];

/** Understood in place of a verb. */
export const VERSION = flag('--version', 'show the version');
