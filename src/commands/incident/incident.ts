import type { CommandInput, CommandOutcome, Talk } from '#cli/command.ts';
import type { Context } from '#context.ts';
import { INCIDENT_STEPS, type IncidentStep } from '#domain/incident/incident.ts';
import { usageError } from '#domain/usage-error.ts';
import { propagate } from './propagate.ts';
import { walk } from './walk.ts';
import { showIncident, takeStep, type IncidentAct, type IncidentDone } from '#usecases/incident/take-step.ts';
import { LONGEST_SECRET } from '#usecases/removal/find/find-secret.ts';
import { confirmation } from '#commands/removal/confirm-purge.ts';

/** `heddle incident` */
export async function run(input: CommandInput, context: Context, talk: Talk): Promise<CommandOutcome> {
  const isFreeze = input.optionalArgument('STEP') === 'freeze' && !input.flag('skip');
  if (input.flag('break-glass') && !isFreeze)
    throw usage('--break-glass is of freeze alone', '--break-glass');
  const workspace = { ...(await context.workspace()), progress: talk };
  if (input.optionalArgument('STEP') === 'walk') return answer(await walk(workspace, talk));
  if (isPropagation(input)) return propagate(input, context, workspace);
  const act = await readAct(input, context, talk);
  if (act === null) {
    return { kind: 'incident', result: await showIncident(workspace, input.text('of')) };
  }
  return answer(await takeStep(workspace, act));
}

/** Whoever leaves it out says why, as of every step. */
function isPropagation(input: CommandInput): boolean {
  const meant = input.optionalArgument('STEP') === 'propagate' && !input.flag('skip');
  if (!meant && input.text('kit') !== null) throw usage('--kit is of propagate', '--kit');
  if (meant && input.flag('done') && input.text('of') !== null) {
    throw usage('--of only shows an incident: leave --done out', '--of');
  }
  return meant;
}

function answer({ result, notes, failed }: IncidentDone): CommandOutcome {
  return { kind: 'incident', result, notes, exit: failed ? 1 : 0 };
}

async function readAct(input: CommandInput, context: Context, talk: Talk): Promise<IncidentAct | null> {
  const typed = input.optionalArgument('STEP');
  if (typed === null) return nothingBut(input);
  if (input.text('of') !== null) throw usage('--of only shows an incident: leave STEP out', '--of');
  const reason = input.reason('reason');
  const step = INCIDENT_STEPS.find((known) => known === typed);
  if (input.flag('skip')) {
    if (step === undefined) throw usage(`${typed} cannot be left out`, '--skip');
    return { act: 'skip', step, reason: reason ?? missing('--reason') };
  }
  if (step !== undefined) return stepAct(step, { input, context, talk });
  return typed === 'close' ? { act: 'close' } : { act: 'open', reason: reason ?? missing('--reason') };
}

function nothingBut(input: CommandInput): null {
  if (input.flag('skip') || input.flag('done') || input.text('secret') !== null) {
    throw usage('it needs the STEP that is meant', 'STEP');
  }
  return null;
}

interface Typed {
  readonly input: CommandInput;
  readonly context: Context;
  readonly talk: Talk;
}

async function stepAct(step: IncidentStep, typed: Typed): Promise<IncidentAct> {
  switch (step) {
    case 'freeze':
      return { act: step, breakGlass: typed.input.flag('break-glass') };
    case 'find':
    case 'redact':
      return { act: step, secret: (await secretOf(typed)) ?? missing('--secret') };
    case 'verify':
      return { act: step, secret: await secretOf(typed) };
    case 'purge':
      return {
        act: step,
        confirm: confirmation(typed.input.flag('yes'), typed.talk),
        rewriteGit: typed.input.flag('rewrite-git'),
        onlyOwn: typed.input.flag('yes'),
      };
    case 'rotate':
      return { act: step, rotatedAt: await rotatedAt(typed) };
    case 'propagate':
      return { act: step };
  }
}

async function secretOf({ input, context }: Typed): Promise<Uint8Array | null> {
  const file = input.text('secret');
  return file === null ? null : context.readInput(file, LONGEST_SECRET);
}

/** heddle cannot rotate what others issued: it is told that it was done, and when. */
async function rotatedAt({ input, context }: Typed) {
  const { clock } = await context.workspace();
  const at = input.instant('rotated-at');
  if (at !== null && at > clock.now()) throw usage('--rotated-at has not come yet', '--rotated-at');
  if (at === null && !input.flag('done')) {
    throw usage('rotate the credential where it was issued, then say --done, or --rotated-at TIME', '--done');
  }
  return at ?? clock.now();
}

function usage(why: string, flag: string) {
  return usageError('incident', why, { flag });
}

function missing(what: string): never {
  throw usageError('incident', `it needs ${what}`);
}
