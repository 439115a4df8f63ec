import type { Talk } from '#cli/command.ts';
import type { Context } from '#context.ts';
import { INCIDENT_STEPS, type IncidentStep } from '#domain/incident/incident.ts';
import { pushLine } from '#domain/removal/git-pushes.ts';
import type { IncidentResult } from '#domain/results/removal/incident-results.ts';
import type { RedactFindResult, SecretPlaceKind } from '#domain/results/removal-results.ts';
import { usageError } from '#domain/usage-error.ts';
import { tellCopies } from '#usecases/incident/copies.ts';
import { showIncident, takeStep, type IncidentAct, type IncidentDone } from '#usecases/incident/take-step.ts';
import { confirmation } from '#commands/removal/confirm-purge.ts';

type Workspace = Awaited<ReturnType<Context['workspace']>>;

const ASKS: Readonly<Record<IncidentStep, string>> = {
  freeze: "stop everybody's work until `heddle unfreeze`?",
  find: 'look for the secret in every place of this clone?',
  rotate: 'was the credential rotated, where it was issued?',
  redact: 'hide it wherever it stands and heddle can?',
  purge: 'destroy what was hidden in this clone, for good?',
  propagate: 'did you push, and tell whoever has a copy?',
  verify: 'verify everything, and that the secret stands nowhere?',
};

/** Kinds of places that only a rewrite of Git's history clears. */
const OF_GIT: ReadonlySet<SecretPlaceKind> = new Set(['git-file', 'commit', 'tag', 'note', 'stash']);

/**
 * Leads somebody at a terminal through the steps that are left, one question each. Whoever leaves finds it where they left
 * it. The secret is asked for once and held in memory alone. Throws `USAGE` where nobody can be asked.
 */
export async function walk(workspace: Workspace, talk: Talk): Promise<IncidentDone> {
  if (!talk.asks) {
    throw usageError('incident', 'a walk needs a terminal: take the steps one by one', {
      flag: 'STEP',
      advice: 'see what comes next with `heddle incident`',
    });
  }
  const walker = new Walker(workspace, talk);
  await walker.go();
  const result = { ...(await showIncident(workspace, null)), found: walker.found };
  return { result, notes: walker.notes, failed: walker.failed };
}

class Walker {
  readonly notes: string[] = [];
  failed = false;
  /** What the last search of this walk saw. */
  found: RedactFindResult | null = null;
  readonly #workspace: Workspace;
  readonly #talk: Talk;
  #secret: Uint8Array | null = null;

  constructor(workspace: Workspace, talk: Talk) {
    this.#workspace = workspace;
    this.#talk = talk;
  }

  async go(): Promise<void> {
    if (!(await this.#begin())) return;
    for (const step of INCIDENT_STEPS) if (!(await this.#passes(step))) return;
    if ((await this.#answer('every step is done or left out; close it?', 'yes, quit')) === 'y') {
      await this.#take({ act: 'close' });
    }
  }

  async #begin(): Promise<boolean> {
    const { status } = await showIncident(this.#workspace, null);
    if (status === 'open') return true;
    const reason = (await this.#talk.ask('what leaked? one line, public, never the secret: '))?.trim() ?? '';
    if (reason !== '') await this.#take({ act: 'open', reason });
    return reason !== '';
  }

  /** False where the walk ends here. */
  async #passes(step: IncidentStep): Promise<boolean> {
    const told = await showIncident(this.#workspace, null);
    if (told.steps.some((one) => one.step === step && one.status !== 'todo')) return true;
    if (step === 'propagate') await this.#tellCopies();
    const answer = await this.#answer(`${step}: ${ASKS[step]}`, 'yes, skip, quit');
    if (answer === 's') return this.#skip(step);
    if (answer !== 'y') return false;
    const act = await this.#actOf(step);
    if (act === null) return false;
    const { result, failed } = await this.#take(act);
    await this.#talk.say(outcome(step, result));
    return !failed;
  }

  /** Before it is asked whether it was done. */
  async #tellCopies(): Promise<void> {
    const { copies } = await tellCopies(this.#workspace, null);
    for (const line of copies.remotes.flatMap(({ commands }) => commands.map(pushLine))) {
      await this.#talk.say(`to run: ${line}`);
    }
    await this.#talk.say('for everybody who has a copy: heddle incident propagate --kit FILE');
  }

  async #skip(step: IncidentStep): Promise<boolean> {
    const reason = (await this.#talk.ask(`why is ${step} left out? one line: `))?.trim() ?? '';
    if (reason !== '') await this.#take({ act: 'skip', step, reason });
    return reason !== '';
  }

  /** Null where the secret that it needs was not typed. */
  async #actOf(step: IncidentStep): Promise<IncidentAct | null> {
    switch (step) {
      case 'freeze':
        return { act: step, breakGlass: false };
      case 'propagate':
        return { act: step };
      case 'rotate':
        return { act: step, rotatedAt: this.#workspace.clock.now() };
      case 'purge':
        return {
          act: step,
          confirm: confirmation(false, this.#talk),
          rewriteGit: await this.#rewritesGit(),
          onlyOwn: false,
        };
      case 'verify':
        return { act: step, secret: this.#secret ?? (await this.#ask()) };
      case 'find':
      case 'redact': {
        const secret = this.#secret ?? (await this.#ask());
        return secret === null ? null : { act: step, secret };
      }
    }
  }

  /** Asked unless a search of this walk saw it nowhere there: what a purge leaves in Git's history is not gone. */
  async #rewritesGit(): Promise<boolean> {
    if (this.found?.places.some(({ place }) => OF_GIT.has(place)) === false) return false;
    const question = "take it out of Git's own history, too? commits that hold it get other ids;";
    return (await this.#answer(question, 'yes, no')) === 'y';
  }

  async #ask(): Promise<Uint8Array | null> {
    this.#secret = await this.#talk.askHidden('the secret, which is not shown: ');
    return this.#secret;
  }

  /** The first letter of a choice; asks again for anything else. Empty where nobody answers any more. */
  async #answer(question: string, choices: string): Promise<string> {
    for (;;) {
      const typed = (await this.#talk.ask(`${question} [${choices}] `))?.trim().toLowerCase();
      if (typed === undefined) return '';
      const chosen = choices.split(', ').find((choice) => typed === choice || typed === choice[0]);
      if (chosen !== undefined) return chosen.slice(0, 1);
    }
  }

  async #take(act: IncidentAct): Promise<IncidentDone> {
    const done = await takeStep(this.#workspace, act);
    this.notes.push(...done.notes);
    this.failed = done.failed;
    this.found = done.result.found ?? this.found;
    return done;
  }
}

function outcome(step: IncidentStep, { steps, found, tombstones }: IncidentResult): string {
  const status = steps.find((one) => one.step === step)?.status === 'done' ? 'done' : 'not done yet';
  const places = found === null ? [] : [placesText(found)];
  const hidden = step === 'redact' ? [`${tombstones.length} redactions`] : [];
  return `${step}: ${[status, ...places, ...hidden].join('; ')}`;
}

function placesText({ places: { length: count } }: RedactFindResult): string {
  if (count === 0) return 'it stands nowhere in this clone';
  return `it stands in ${count === 1 ? '1 place' : `${count} places`}, listed when you leave`;
}
