import type { Decision, Denial } from '#domain/decision/decision.ts';
import { HeddleError } from '#domain/error.ts';
import type { Machine, Workspace } from '#ports/workspace.ts';

const OUT = '--out';
const MOST = 100;

type Standing = Pick<Workspace, 'credentials' | 'places' | 'directory'>;

/**
 * A denial, or a remedy, whose fixes write beside the work tree, to names that nothing has there: a credential file is never
 * overwritten, and the file of an earlier fix is still there when the same agent is denied something else.
 */
export async function withFreeNames<T extends Pick<Denial, 'fixes'>>(
  workspace: Standing,
  denial: T,
): Promise<T> {
  const fixes = await Promise.all(
    denial.fixes.map(async (fix) => {
      const at = fix.argv.indexOf(OUT) + 1;
      const name = at === 0 ? undefined : fix.argv[at];
      if (name === undefined) return fix;
      return { ...fix, argv: fix.argv.with(at, await freeName(workspace, besideWorktree(workspace, name))) };
    }),
  );
  return { ...denial, fixes };
}

/** The same of a decision. */
export async function decidedWithFreeNames(workspace: Standing, decision: Decision): Promise<Decision> {
  if (decision.kind === 'allow') return decision;
  return { ...decision, denial: await withFreeNames(workspace, decision.denial) };
}

/** A name beside the work tree, from where the caller stands: what lies in it, `git add -A` takes along. */
export function besideWorktree({ places, directory }: Omit<Standing, 'credentials'>, name: string): string {
  const { worktree } = places;
  if (directory !== worktree && !directory.startsWith(`${worktree}/`)) return name;
  const below = directory.slice(worktree.length).split('/').filter(Boolean);
  return `${'../'.repeat(below.length + 1)}${name}`;
}

/** The name itself, or with the first number that makes it free: `worker-2.hcred`. */
export async function freeName({ credentials }: Pick<Machine, 'credentials'>, name: string): Promise<string> {
  const [, stem = name, ending = ''] = /^(.*?)(\.[a-z]+)?$/.exec(name) ?? [];
  for (let number = 1; number < MOST; number += 1) {
    const tried = number === 1 ? name : `${stem}-${number}${ending}`;
    try {
      await credentials.assertFree(tried);
      return tried;
    } catch (error) {
      // Where it cannot be told, whoever runs it is told.
      if (!(error instanceof HeddleError) || error.code !== 'OUTPUT_EXISTS') return name;
    }
  }
  return name;
}
