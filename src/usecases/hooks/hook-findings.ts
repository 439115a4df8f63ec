import type { Finding } from '#domain/result-parts.ts';
import type { HookFileResult, HookManagerResult } from '#domain/results/hooks/hook-results.ts';
import type { HookPlace } from '#ports/boundary/hooks.ts';

/** What of a clone's hooks is not as an installation leaves them, each with its way out. Nothing where none are. */
export function hookFindings(place: HookPlace): readonly Finding[] {
  if (place.installed === null) return [];
  const finding = (subject: string, message: string): Finding => ({ kind: 'hook', subject, message });
  const managed = new Set(place.managers.flatMap(({ hooks }) => hooks));
  const elsewhere = place.directory !== place.installed;
  return [
    ...(place.program?.there === false
      ? [
          finding(
            place.program.path,
            'heddle is no longer there, and hooks refuse everything; run `heddle hook install`',
          ),
        ]
      : []),
    ...(elsewhere
      ? [
          finding(
            'core.hooksPath',
            `${place.setting?.scope ?? 'another'} configuration has git look in ${place.directory}: hooks in ${place.installed} do not run`,
          ),
        ]
      : place.hooks.flatMap(({ hook, status }) => {
          if (status === 'installed' || managed.has(hook)) return [];
          return [finding(hook, MESSAGES[status])];
        })),
  ];
}

const MESSAGES = {
  changed: 'it is not as heddle wrote it; run `heddle hook install`',
  foreign: 'another hook stands in its place, and another one is kept beside it: leave one of them',
  missing: 'it is gone; run `heddle hook install`',
} as const;

/** Hooks as they are told. */
export function fileResults({ hooks }: HookPlace): readonly HookFileResult[] {
  return hooks.map((hook) => ({ ...hook }));
}

/** Programs that write hooks by themselves, a line for each hook. */
export function managerResults({ managers }: HookPlace): readonly HookManagerResult[] {
  return managers.flatMap(({ name, file, line, hooks }) => hooks.map((hook) => ({ name, hook, file, line })));
}
