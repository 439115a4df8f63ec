import { HeddleError } from '#domain/error.ts';
import type { Finding } from '#domain/result-parts.ts';
import type { HookFileResult, HookManagerResult } from '#domain/results/hooks/hook-results.ts';
import type { HookManager, HookPlace, Hooks } from '#ports/boundary/hooks.ts';
import type { Workspace } from '#ports/workspace.ts';

/** What of a clone's hooks is not as an installation leaves them, each with its way out. Nothing where none are. */
export function hookFindings(place: HookPlace): readonly Finding[] {
  if (place.installed === null) return [];
  const finding = (subject: string, message: string): Finding => ({ kind: 'hook', subject, message });
  const managed = new Map(place.managers.flatMap((manager) => manager.hooks.map((hook) => [hook, manager])));
  const elsewhere = elsewhereMessage(place);
  return [
    ...(place.program?.there === false
      ? [
          finding(
            place.program.path,
            'heddle is no longer there, and hooks refuse everything; run `heddle hook install`',
          ),
        ]
      : []),
    ...(elsewhere !== undefined
      ? [finding('core.hooksPath', elsewhere)]
      : place.hooks.flatMap(({ hook, status }) => {
          const manager = managed.get(hook);
          if (status === 'installed' || manager?.asks === true) return [];
          return [finding(hook, manager === undefined ? MESSAGES[status] : managedMessage(manager))];
        })),
  ];
}

function elsewhereMessage({ installed, directory, setting }: HookPlace): string | undefined {
  if (installed === null || directory === installed) return undefined;
  return `${setting?.scope ?? 'another'} configuration has git look in ${directory}: hooks in ${installed} do not run`;
}

/** The other worktrees in which hooks do not run: each may have a `core.hooksPath` of its own. */
export async function otherWorktrees(
  { worktrees, places }: Pick<Workspace, 'worktrees' | 'places'>,
  hooks: Pick<Hooks, 'installed' | 'inspectAt'>,
): Promise<readonly Finding[]> {
  if (!hooks.installed()) return [];
  const findings: Finding[] = [];
  for (const worktree of await worktrees.list()) {
    if (worktree.gitDir === places.gitDir) continue;
    const message = await messageAt(hooks, worktree);
    if (message !== undefined) findings.push({ kind: 'hook', subject: worktree.directory, message });
  }
  return findings;
}

/** What one worktree has of its own keeps nobody from hearing of the others. */
async function messageAt(
  hooks: Pick<Hooks, 'inspectAt'>,
  worktree: Parameters<Hooks['inspectAt']>[0],
): Promise<string | undefined> {
  try {
    const place = await hooks.inspectAt(worktree);
    return place === undefined ? undefined : elsewhereMessage(place);
  } catch (error) {
    if (!(error instanceof HeddleError)) throw error;
    const said = error.facts['git'];
    return `whether hooks run there git does not tell: ${typeof said === 'string' ? said : error.message}`;
  }
}

function managedMessage({ name, file }: HookManager): string {
  return `${name} writes it, and nothing in ${file} asks heddle; \`heddle hook status\` prints the line to add`;
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
  return managers.flatMap(({ hooks, ...told }) => hooks.map((hook) => ({ ...told, hook })));
}
