import type { Json } from '#domain/encoding/canonical-json.ts';
import { jsonField } from '#domain/encoding/json-field.ts';
import { HeddleError } from '#domain/error.ts';
import { shortId, type OperationId } from '#domain/id.ts';
import type { LoggedOperation, OperationKind } from '#domain/operation/operation.ts';
import type { Workspace } from '#ports/workspace.ts';
import { findOperation } from '#usecases/history/operation-index.ts';
import type { Done, Target } from './reversal.ts';

export interface TargetFound {
  readonly target: Target;
  /** Why it no longer stands; undefined where it does. */
  readonly gone: Gone | undefined;
}

/** Why an operation does not stand, and which other one says so. */
export interface Gone {
  readonly why: string;
  readonly by: Done;
}

/** The operation that an undo, a lift or a redo is about; undefined for any other. */
export function aboutOf({ line, texts }: Pick<Done, 'line' | 'texts'>): string | undefined {
  const field = ABOUT[line.op];
  const about = field === undefined ? undefined : jsonField(texts.result, field);
  return typeof about === 'string' ? about : undefined;
}

/** The field of each such operation's answer that names the other one. */
const ABOUT: Partial<Record<OperationKind, string>> = { undo: 'undone', lift: 'undone', redo: 'redone' };

/**
 * Operations that were allowed, newest first, each with what later ones say of it. What the newest undo or redo says
 * counts, and those before it stand no more than what they are about.
 */
export async function* readTargets({ log }: Pick<Workspace, 'log'>): AsyncGenerator<TargetFound> {
  const said = new Sayings();
  for await (const operation of log.newest()) {
    const done = allowed(operation);
    if (done !== undefined) yield said.judge(done);
  }
}

function allowed({ id, line, texts }: LoggedOperation): Done | undefined {
  return line.verdict.verdict === 'deny' || texts === 'redacted' ? undefined : { id, line, texts };
}

/** What the operations that were read say of those that are still to come. */
class Sayings {
  readonly #mentions = new Map<string, Done>();
  readonly #voided = new Map<Json | undefined, Done>();
  readonly #purged = new Map<string, Done>();

  judge(done: Done): TargetFound {
    const gone = this.#goneOf(done);
    const mention = this.#mentions.get(done.id);
    const again = mention?.line.op === 'redo' ? mention : null;
    this.#hear(done);
    return { target: { ...done, again }, gone };
  }

  #goneOf(done: Done): Gone | undefined {
    const voided = this.#voided.get(done.id);
    if (voided !== undefined) return { why: 'it is void', by: voided };
    const mention = this.#mentions.get(done.id);
    if (mention !== undefined && mention.line.op !== 'redo')
      return { why: 'it was undone already', by: mention };
    const later = this.#mentions.get(aboutOf(done) ?? '');
    if (later !== undefined) return { why: 'what it did was taken back', by: later };
    const purge = done.line.states.map((state) => this.#purged.get(state)).find((by) => by !== undefined);
    return purge === undefined
      ? undefined
      : { why: `it lies behind the purge ${shortId(purge.id)}`, by: purge };
  }

  #hear(done: Done): void {
    const { line, texts } = done;
    const about = aboutOf(done);
    if (about !== undefined && !this.#mentions.has(about) && !this.#voided.has(done.id)) {
      this.#mentions.set(about, done);
    }
    if (line.op === 'recovery') this.#voided.set(jsonField(texts.result, 'voided'), done);
    if (line.op === 'purge') for (const state of line.states) this.#purged.set(state, done);
  }
}

/** Letters of an id that name an operation. */
const SHORTEST = 4;

/** The one operation that a name is the beginning of. Throws `NOT_FOUND`, `AMBIGUOUS`. */
export async function findNamed(workspace: Workspace, name: string): Promise<TargetFound> {
  const beginning = name.startsWith('ho-') ? name : `ho-${name}`;
  // A slip of the finger must not name an operation.
  if (beginning.length < 'ho-'.length + SHORTEST) {
    throw new HeddleError('AMBIGUOUS', `${name.slice(0, 80)} is too short for the id of an operation`, {
      facts: { operation: name.slice(0, 80) },
      preserved: 'nothing was changed',
    });
  }
  const matches = await findTargets(workspace, beginning);
  const [match] = matches;
  if (match === undefined || matches.length > 1) throw notOne(name, matches.length);
  return match;
}

/** Reading so many lines costs less than loading an index. */
const READ_FIRST = 1024;

/** Reads back to the one that has this beginning, where the index knows that no other has, or else all of the log. */
async function findTargets(workspace: Workspace, beginning: string): Promise<readonly TargetFound[]> {
  const matches: TargetFound[] = [];
  let only: OperationId | undefined;
  let read = 0;
  for await (const found of readTargets(workspace)) {
    if (found.target.id.startsWith(beginning)) matches.push(found);
    read += 1;
    if (read === READ_FIRST) only = await findOperation(workspace, beginning);
    if (only !== undefined && matches[0]?.target.id === only) break;
  }
  return matches;
}

function notOne(name: string, found: number): HeddleError {
  const why = found === 0 ? 'no operation has this id' : `${name} is the beginning of ${found} operations`;
  return new HeddleError(found === 0 ? 'NOT_FOUND' : 'AMBIGUOUS', why, {
    facts: { operation: name.slice(0, 80) },
    preserved: 'nothing was changed',
  });
}
