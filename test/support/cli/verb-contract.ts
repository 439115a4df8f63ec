import { expect, it } from 'vitest';
import { printed, story, type Run } from './run-heddle.ts';
import { schemaProblems } from './schemas.ts';
import type { Footprint, Person, Stage } from './stage.ts';

/** What every verb does that needs a repository: refuses outside one, in a bare one, and before `init`. */
export function itNeedsARepository(argv: readonly string[], { initialised = true } = {}): void {
  const name = argv.slice(0, 2).join(' ');
  it(`${name} refuses to work outside a repository, in a bare one and before init`, async () => {
    const { Stage } = await import('./stage.ts');
    const stage = new Stage();
    try {
      const refused = (code: string, cwd?: string): Promise<void> =>
        expectRefusal(stage.owner, argv, { exit: 78, code, ...(cwd === undefined ? {} : { cwd }) });
      await refused('NOT_A_REPOSITORY', stage.root);
      stage.git('clone', '-q', '--bare', '.', '../bare.git');
      await refused('BARE_REPOSITORY', stage.beside('bare.git'));
      if (initialised) await refused('NOT_INITIALISED');
      expect(stage.git('for-each-ref', 'refs/heddle')).toBe('');
      expect(stage.leftovers()).toEqual([]);
    } finally {
      stage.dispose();
    }
  });
}

/** The same command line with `--json`: before what is for another program. */
function asJson(argv: readonly string[]): readonly string[] {
  const end = argv.indexOf('--');
  return argv.toSpliced(end < 0 ? argv.length : end, 0, '--json');
}

export interface RefusalOptions {
  readonly exit: number;
  readonly code: string;
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** Runs it both ways: the code and exit are those expected, JSON is as published, and stdout stays empty. */
export async function expectRefusal(
  person: Person,
  argv: readonly string[],
  { exit, code, ...options }: RefusalOptions,
): Promise<void> {
  const run = await person.run(asJson(argv), options);
  expect(run.exit, story(run)).toBe(exit);
  expect(run.stdout).toBe('');
  const object = printed(run);
  expect(object['code'], story(run)).toBe(code);
  expect(object['exit']).toBe(exit);
  expect(schemaProblems(object)).toEqual([]);
  const text = await person.run(argv, options);
  expect(text.exit, story(text)).toBe(exit);
  expect(text.stdout).toBe('');
  expect(text.stderr).toMatch(/^error: \S/);
}

/** A denial writes exactly one log line and nothing else; returns what was printed. */
export async function expectDenial(
  stage: Stage,
  person: Person,
  {
    argv,
    code,
    ...options
  }: { readonly argv: readonly string[]; readonly code: string; readonly cwd?: string },
): Promise<Run> {
  const before = stage.footprint();
  const run = await person.run(asJson(argv), options);
  expect(run.exit, story(run)).toBe(77);
  expect(run.stdout).toBe('');
  const object = printed(run);
  expect(object['schema']).toBe('heddle/denial/v1');
  expect(object['code'], story(run)).toBe(code);
  expect(schemaProblems(object)).toEqual([]);
  expectOneLine(stage, before, String(object['id']));
  return run;
}

function expectOneLine(stage: Stage, before: Footprint, id: string): void {
  expect(stage.footprint()).toEqual({ ...before, lines: before.lines + 1 });
  expect(id).toMatch(/^ho-/);
  expect(stage.leftovers()).toEqual([]);
}
