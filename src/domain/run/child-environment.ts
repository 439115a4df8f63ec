import { HeddleError } from '#domain/error.ts';

type Variables = Readonly<Record<string, string | undefined>>;

/** What every run passes on where it is set: where things lie, how text looks, and nothing that opens a door. */
const PASSED = [
  'PATH',
  'HOME',
  'USER',
  'LOGNAME',
  'SHELL',
  'LANG',
  'TERM',
  'COLORTERM',
  'NO_COLOR',
  'FORCE_COLOR',
  'TZ',
  'TMPDIR',
  'HEDDLE_HOME',
  'HEDDLE_TRACE',
  'XDG_CONFIG_HOME',
  'XDG_DATA_HOME',
  'XDG_STATE_HOME',
  'XDG_CACHE_HOME',
  'XDG_RUNTIME_DIR',
  'XDG_CONFIG_DIRS',
  'XDG_DATA_DIRS',
];
const LOCALE = /^LC_[A-Z]+$/;
const NAME = /^[A-Za-z_][A-Za-z0-9_]{0,200}$/;
const MOST_NAMES = 100;

/** The setting by which a run's processes are known. */
export function runSetting(run: string): string {
  return `HEDDLE_RUN=${run}`;
}

/**
 * Checks names that `--env-pass` gives. What says who acts and with what is the run's own business, and a passphrase is
 * for people. Throws `USAGE`.
 */
export function assertPassable(names: readonly string[]): void {
  const wrong = names.find((name) => !NAME.test(name) || isOwn(name));
  if (wrong === undefined && names.length <= MOST_NAMES) return;
  const why =
    wrong === undefined
      ? `--env-pass takes at most ${MOST_NAMES} names`
      : `--env-pass does not pass ${NAME.test(wrong) ? wrong : 'what is no name of a variable'}`;
  throw new HeddleError('USAGE', why, { facts: { help: 'run' }, preserved: 'nothing was started' });
}

function isOwn(name: string): boolean {
  return name === 'AI_AGENT' || (name.startsWith('HEDDLE_') && !PASSED.includes(name));
}

export interface RunIdentity {
  readonly run: string;
  /** The value of HEDDLE_CREDENTIAL. */
  readonly credential: string;
  readonly agent: string;
  /** Null where the token names none. */
  readonly provider: string | null;
  readonly model: string | null;
}

/** What is passed on of the caller's environment: the short list, and what was named besides. */
export function passedOn(variables: Variables, names: readonly string[]): Readonly<Record<string, string>> {
  const passed = Object.entries(variables).flatMap(([name, value]): [string, string][] => {
    const wanted = PASSED.includes(name) || LOCALE.test(name) || (names.includes(name) && !isOwn(name));
    return value !== undefined && wanted ? [[name, value]] : [];
  });
  return Object.fromEntries(passed);
}

/** What a run says of itself to its program. */
export function ownVariables(identity: RunIdentity): Readonly<Record<string, string>> {
  const { run, credential, agent, provider, model } = identity;
  return {
    HEDDLE_RUN: run,
    HEDDLE_CREDENTIAL: credential,
    // Shows that an agent is at work, so that nothing in the run takes the device's own session.
    AI_AGENT: SAYS_NO.includes(agent.toLowerCase()) ? `agent-${agent}` : agent,
    ...(provider === null ? {} : { HEDDLE_AGENT_PROVIDER: provider }),
    ...(model === null ? {} : { HEDDLE_AGENT_MODEL: model }),
  };
}

/** Values of AI_AGENT that mean that there is none. */
const SAYS_NO = ['0', 'false', 'no', 'off'];
