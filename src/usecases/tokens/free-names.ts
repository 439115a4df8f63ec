import type { Denial } from '#domain/decision/decision.ts';
import { HeddleError } from '#domain/error.ts';
import type { Machine } from '#ports/workspace.ts';

const OUT = '--out';
const MOST = 100;

/**
 * A denial whose fixes write to names that nothing has here: a credential file is never overwritten, and the file of
 * an earlier fix is still there when the same agent is denied something else.
 */
export async function withFreeNames(machine: Pick<Machine, 'credentials'>, denial: Denial): Promise<Denial> {
  const fixes = await Promise.all(
    denial.fixes.map(async (fix) => {
      const at = fix.argv.indexOf(OUT) + 1;
      const name = at === 0 ? undefined : fix.argv[at];
      if (name === undefined) return fix;
      return { ...fix, argv: fix.argv.with(at, await freeName(machine, name)) };
    }),
  );
  return { ...denial, fixes };
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
