import { FIXED_SETTINGS, settingVariables, type Setting } from '#git/environment.ts';
import type { GitRunner } from '#git/run.ts';
import type { NetworkGround } from '#git/surroundings.ts';
import { isLocal, readLines, type SettingLine } from '#git/settings.ts';

/** What git may speak to other repositories with. No helper of any other name is ever started. */
export const PROTOCOLS = ['file', 'ssh', 'http', 'https'] as const;

/** Programs and certificates that the caller's own environment names for reaching remotes. */
const PASSED = [
  'GIT_SSH_COMMAND',
  'GIT_SSH',
  'GIT_SSH_VARIANT',
  'GIT_ASKPASS',
  'SSH_ASKPASS',
  'SSH_ASKPASS_REQUIRE',
  'GIT_SSL_CAINFO',
  'GIT_SSL_CAPATH',
  'GIT_SSL_CERT',
  'GIT_SSL_KEY',
  'GIT_PROXY_SSL_CAINFO',
] as const;

const COMMANDS = String.raw`^(credential\..*helper|core\.(sshcommand|askpass))$`;
/** Fixed for everything else; here the user's own hold. */
const OPEN: ReadonlySet<string> = new Set(['core.askPass', 'core.sshCommand', 'credential.helper']);

/**
 * What a git that reaches remotes runs with. Programs (for ssh, for passwords) come from the caller's environment and
 * from the user's and the machine's configuration; those that the repository's own `.git/config` names never run, as
 * with filters: whoever can write a file there, an agent too, would choose what the next push of a person starts.
 */
export async function networkGround(runner: GitRunner): Promise<NetworkGround> {
  const lines = await readLines(runner, COMMANDS);
  const { inherited } = runner;
  const passed = PASSED.flatMap((name) => {
    const value = inherited[name];
    return value === undefined ? [] : [[name, value] as const];
  });
  return {
    fixed: [
      ...FIXED_SETTINGS.filter(([key]) => !OPEN.has(key)),
      // A command that git would run for each object directory it reads beside its own.
      ['core.alternateRefsCommand', 'true'],
      // Whatever arrives comes as one pack, however little it is.
      ['fetch.unpackLimit', '1'],
      ['transfer.unpackLimit', '1'],
    ],
    variables: {
      ...Object.fromEntries(passed),
      GIT_ALLOW_PROTOCOL: PROTOCOLS.join(':'),
      GIT_TERMINAL_PROMPT: process.stdin.isTTY && process.stderr.isTTY ? '1' : '0',
      ...settingVariables(programs(lines)),
    },
  };
}

/** The user's programs, in their order, behind what takes the repository's away. In variables: a helper may hold a password. */
function programs(lines: readonly SettingLine[]): readonly Setting[] {
  const own = lines.filter((line) => !isLocal(line));
  const helpers = own
    .filter(({ key }) => key.startsWith('credential.'))
    .map(({ key, value }): Setting => [key, value]);
  const last = (name: string, otherwise: string): readonly Setting[] => {
    const of = ({ key }: SettingLine): boolean => key === name;
    if (!lines.some(of)) return [];
    return [[name, own.findLast(of)?.value ?? otherwise]];
  };
  return [
    ['credential.helper', ''],
    ...helpers,
    ...last('core.sshcommand', 'ssh'),
    ...last('core.askpass', ''),
  ];
}
