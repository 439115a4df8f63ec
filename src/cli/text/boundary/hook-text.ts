import type {
  HookFileResult,
  HookInstallResult,
  HookManagerResult,
  HookRunResult,
  HookStatusResult,
  HookUninstallResult,
} from '#domain/results/hooks/hook-results.ts';
import { columns, type Terminal } from '#cli/terminal-text.ts';
import { countText, findingLines, titled, type TextOf } from '#cli/text/shared-lines.ts';

/** Text of `hook install`. */
export const hookInstallText: TextOf<HookInstallResult> = (result, terminal) => [
  result.written.length === 0
    ? `hooks are installed in ${terminal.safe(result.directory)} already`
    : `${countText(result.written.length, 'hook')} installed in ${terminal.safe(result.directory)}`,
  ...hookLines(result, terminal),
  ...managerLines(result.managers, terminal),
];

/** Text of `hook uninstall`. */
export const hookUninstallText: TextOf<HookUninstallResult> = (result, terminal) => [
  `${countText(result.removed.length, 'hook')} taken away from ${terminal.safe(result.directory)}`,
  ...hookLines({ hooks: result.hooks.filter(({ status }) => status !== 'missing') }, terminal),
];

const EFFECTS = { enforce: 'refuse what is not allowed', observe: 'only record what they would refuse' };

/** Text of `hook status`. */
export const hookStatusText: TextOf<HookStatusResult> = (result, terminal) => [
  result.installed
    ? `hooks in ${terminal.safe(result.directory)} ${result.ok ? EFFECTS[result.mode] : 'do not stand as they were installed'}`
    : 'no hooks of heddle are installed: git asks nobody; see `heddle hook install`',
  ...hookLines(result, terminal),
  ...titled(
    'core.hooksPath is set:',
    result.settings.map(({ scope, value }) => `  ${terminal.safe(scope)}: ${terminal.safe(value)}`),
  ),
  ...managerLines(result.managers, terminal),
  ...findingLines(result.findings, terminal),
];

/** Text of `hook run`: git shows what a hook says, and mostly it has nothing to say. */
export const hookRunText: TextOf<HookRunResult> = ({ hook, refused, operation }, terminal) => {
  if (refused === null) return [];
  const where =
    operation === null ? 'not recorded: the log was in use' : `recorded as ${terminal.id(operation)}`;
  return [`${hook} let it pass; it is ${where}`];
};

interface HooksTold {
  readonly hooks: readonly HookFileResult[];
  readonly managers?: readonly HookManagerResult[];
}

function hookLines({ hooks, managers = [] }: HooksTold, terminal: Terminal): readonly string[] {
  const asking = new Map(managers.flatMap(({ hook, name, asks }) => (asks ? [[hook, name]] : [])));
  const told = {
    installed: 'heddle’s',
    changed: 'heddle’s, changed',
    foreign: 'not heddle’s',
    missing: 'none',
  };
  return columns(
    hooks.map(({ hook, status, chained }) => {
      const by = asking.get(hook);
      const isGood = status === 'installed' || by !== undefined;
      const said = by === undefined ? told[status] : `${by}’s, which asks heddle`;
      return [
        `  ${hook}`,
        terminal.paint(isGood ? 'good' : 'warn', said) + (chained ? ', after the one that was there' : ''),
      ];
    }),
  );
}

function managerLines(managers: readonly HookManagerResult[], terminal: Terminal): readonly string[] {
  return managers
    .filter(({ asks }) => !asks)
    .flatMap(({ name, hook, file, line }) => [
      `${name} writes ${hook} itself: add this line to ${terminal.safe(file)}`,
      `  ${terminal.safe(line)}`,
    ]);
}
