import { ACTOR_FIELDS, type ActorField } from '#domain/actor/actor.ts';
import type { CommandOutcome, ContextOptions, OpenContext } from './command.ts';
import { commandInput, type Typed } from './arguments/command-input.ts';
import type { ExitCode } from './error-table.ts';
import { openTalk } from './open-talk.ts';
import type { Output } from './output.ts';
import { readHookLine } from './arguments/hook-line.ts';
import { wantsJson, type GlobalOptions, type ParsedLine } from './arguments/parsed-line.ts';
import { escapeBlock, formatJson, terminalText, wantsColor, type Terminal } from './terminal-text.ts';

/** What the composition root gives the command line. */
export interface Program {
  readonly output: Output;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly isTerminal: { readonly stdin: boolean; readonly stdout: boolean; readonly stderr: boolean };
  /** One line that somebody types on the terminal; null where they leave instead. */
  readonly readLine: () => Promise<string | null>;
  /** Asks for a line that is not shown; undefined where nothing was typed. */
  readonly readHidden: (question: string) => Promise<Uint8Array | undefined>;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly version: () => Promise<string>;
  /** Makes a directory the current one; throws `USAGE`. */
  readonly enterDirectory: (directory: string) => void;
  readonly openContext: (options: ContextOptions) => Promise<OpenContext>;
}

/** Runs one command line, `heddle` left out, and prints what comes of it. Never throws. */
export async function runCommand(argv: readonly string[], program: Program): Promise<number> {
  // What is wrong with a line is told as JSON, too, where it asks for that.
  let globals: GlobalOptions = { json: wantsJson(argv), color: 'auto', directory: null };
  try {
    const line = readHookLine(argv) ?? (await parse(argv));
    globals = line.globals;
    return await answer(line, program);
  } catch (error) {
    return fail(error, { globals, program });
  }
}

async function parse(argv: readonly string[]): Promise<ParsedLine> {
  const { readPlainLine } = await import('./arguments/plain-line.ts');
  const plain = readPlainLine(argv);
  if (plain !== undefined) return plain;
  const { parseArguments } = await import('./arguments/parse-arguments.ts');
  return parseArguments(argv);
}

async function answer(line: ParsedLine, program: Program): Promise<number> {
  switch (line.kind) {
    case 'version':
      return answerVersion(line.globals, program);
    case 'help':
      return answerHelp(line, program);
    case 'verb': {
      if (line.globals.directory !== null) program.enterDirectory(line.globals.directory);
      const outcome = await perform(line, program);
      await print(outcome, { ...line, program });
      return outcome.exit ?? 0;
    }
  }
}

async function answerVersion({ json }: GlobalOptions, { output, version }: Program): Promise<ExitCode> {
  const number = await version();
  const text = json ? formatJson({ schema: 'heddle/version/v1', version: number }) : `heddle ${number}`;
  await output.data(`${text}\n`, { paged: false });
  return 0;
}

async function answerHelp(line: ParsedLine & { kind: 'help' }, { output }: Program): Promise<ExitCode> {
  const { helpResult, helpText } = await import('./help-text.ts');
  const text = line.globals.json ? formatJson(helpResult(line)) : helpText(line).join('\n');
  await output.data(`${text}\n`, { paged: false });
  return 0;
}

async function perform(
  { typed, globals }: ParsedLine & { kind: 'verb' },
  program: Program,
): Promise<CommandOutcome> {
  const { load } = typed.verb;
  if (load === null) throw new Error('invariant: what has no module is answered before');
  const command = await load();
  const context = await program.openContext(contextOptions(typed, program));
  const talk = openTalk({ ...program, silent: globals.json });
  try {
    return await command.run(commandInput(typed), context, talk);
  } finally {
    talk.close();
    await context.close();
  }
}

function contextOptions({ verb, options }: Typed, { environment }: Program): ContextOptions {
  const last = (name: string): string | null => options.get(name)?.at(-1) ?? null;
  const said = (field: ActorField): string | null => {
    const spec = verb.options.find(({ says }) => says === field);
    return spec === undefined ? null : last(spec.name);
  };
  const [principal, agent, provider, model, session, confidence] = ACTOR_FIELDS.map(said);
  return {
    environment,
    said: {
      principal: principal ?? null,
      agent: agent ?? null,
      provider: provider ?? null,
      model: model ?? null,
      session: session ?? null,
      confidence: confidence ?? null,
    },
    credentialPath: verb.answer === 'can' ? last('token-file') : null,
    operationId: last('op-id')?.toLowerCase() ?? null,
    withoutGit: verb.withoutGit,
    asksGitLate: verb.withoutGit || verb.asksGitLate,
  };
}

interface Printing {
  readonly typed: Typed;
  readonly globals: GlobalOptions;
  readonly program: Program;
}

async function print(outcome: CommandOutcome, { typed, globals, program }: Printing): Promise<void> {
  const { output } = program;
  if (globals.json) {
    const json = { schema: `heddle/${outcome.kind}/v1`, ...outcome.result };
    return output.data(`${formatJson(json)}\n`, { paged: false });
  }
  if (outcome.silent === true) return;
  const { resultText } = await import('./text/result-text.ts');
  const terminal = (stream: 'stdout' | 'stderr'): Terminal => terminalFor(stream, { globals, program });
  for (const note of outcome.notes ?? []) {
    const talk = terminal('stderr');
    await output.talk(`${talk.paint('place', 'note:')} ${talk.safe(note)}\n`);
  }
  if (outcome.aside) {
    const { style, ...plain } = outcome;
    const told = resultText(plain, terminal('stderr'));
    await output.talk(told.map((line) => `${line}\n`).join(''));
    if (style === undefined) return;
  }
  const lines = resultText(outcome, terminal('stdout'));
  await output.data(lines.map((line) => `${line}\n`).join(''), { paged: typed.verb.paged });
}

interface Surroundings {
  readonly globals: GlobalOptions;
  readonly program: Program;
}

function terminalFor(stream: 'stdout' | 'stderr', { globals, program }: Surroundings): Terminal {
  const { environment, isTerminal, now } = program;
  const color = wantsColor({ choice: globals.color, isTerminal: isTerminal[stream], environment });
  return terminalText({ color, now: now() });
}

async function fail(error: unknown, { globals, program }: Surroundings): Promise<ExitCode> {
  const { reportError } = await import('./error-report.ts');
  const report = reportError(error);
  const text = globals.json
    ? [formatJson(report.json)]
    : report.text(terminalFor('stderr', { globals, program }));
  try {
    await program.output.talk(text.map((line) => `${line}\n`).join('') + traceOf(error, program));
  } catch {
    // With stderr gone nobody can be told; the exit code still tells.
  }
  return report.exit;
}

/** Stacks only where they were asked for: they are for whoever repairs heddle. */
function traceOf(error: unknown, { environment }: Program): string {
  if ((environment['HEDDLE_TRACE'] ?? '') === '' || !(error instanceof Error)) return '';
  return `${escapeBlock(error.stack ?? error.message)}\n`;
}
