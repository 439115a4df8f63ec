/*
 * What undo and redo come to, as plainly as it can be said: stacks of captures, a set of grants, and who did what. It
 * shares nothing with what it is held against.
 */

/** Who acts; `any`: may take back what others did. */
export interface ModelActor {
  readonly name: string;
  readonly any: boolean;
  /** In person and an owner: gives and takes grants. */
  readonly grants: boolean;
}

export interface ModelGrant {
  readonly resource: string;
  active: boolean;
  removedBy: string | undefined;
}

interface Common {
  readonly id: string;
  readonly by: string;
  /** Undo and redo lines about it, oldest first. */
  readonly said: { readonly id: string; readonly by: string; readonly does: 'undo' | 'redo' }[];
}
type Capture = Common & { readonly kind: 'capture'; readonly thread: string; readonly state: string };
type Start = Common & { readonly kind: 'start'; readonly thread: string };
type Add = Common & { readonly kind: 'add'; grant: ModelGrant };
type Remove = Common & { readonly kind: 'remove'; grant: ModelGrant };
type Drop = Common & { readonly kind: 'drop'; readonly thread: string; readonly was: Thread };
/** What was done before the test looked: nobody takes it back. */
type Setup = Common & { readonly kind: 'setup' };
export type ModelOperation = Capture | Start | Drop | Add | Remove | Setup;

export type Expected =
  | { readonly kind: 'skip' | 'nothing' | 'denied' }
  /** `by`: the other operation is one of these; undefined where there is no other. */
  | { readonly kind: 'refused'; readonly by: readonly string[] | undefined }
  | { readonly kind: 'done'; readonly operation: ModelOperation; readonly apply: (line: string) => void };

interface Thread {
  readonly start: Start;
  readonly stack: Capture[];
}

interface Line {
  readonly id: string;
  readonly by: string;
  readonly about: ModelOperation;
  readonly does: 'do' | 'undo' | 'redo';
}

export class UndoModel {
  readonly threads = new Map<string, Thread>();
  readonly grants: ModelGrant[] = [];
  readonly operations: ModelOperation[] = [];
  readonly #lines: Line[] = [];
  /** What an undo of a capture left on its thread. */
  readonly #left = new Map<string, { readonly start: Start; readonly stack: readonly Capture[] }>();

  add(operation: ModelOperation): void {
    this.operations.push(operation);
    this.#lines.push({ id: operation.id, by: operation.by, about: operation, does: 'do' });
    if (operation.kind === 'start') this.threads.set(operation.thread, { start: operation, stack: [] });
    if (operation.kind === 'capture') this.#stackOf(operation).push(operation);
    if (operation.kind === 'drop') this.threads.delete(operation.thread);
    if (operation.kind === 'add') this.grants.push(operation.grant);
    if (operation.kind === 'remove') end(operation.grant, operation.id);
  }

  /** What an undo comes to: of one operation, or of the actor's newest. */
  undo(actor: ModelActor, named: ModelOperation | undefined): Expected {
    const operation = named ?? this.#newestToUndo(actor);
    if (operation === undefined) return { kind: 'nothing' };
    if (operation.kind === 'setup') return { kind: 'skip' };
    if (isUndone(operation)) return { kind: 'refused', by: [operation.said.at(-1)?.id ?? ''] };
    const apply = (line: string): void => {
      this.#say(operation, line, actor, 'undo');
      this.#takeBack(operation, line);
    };
    const done: Expected = { kind: 'done', operation, apply };
    switch (operation.kind) {
      case 'add':
        if (!operation.grant.active) return { kind: 'refused', by: [operation.grant.removedBy ?? ''] };
        return actor.grants ? done : { kind: 'denied' };
      case 'remove':
        return actor.grants ? done : { kind: 'denied' };
      case 'capture':
      case 'start': {
        if (operation.by !== actor.name && !actor.any) return { kind: 'denied' };
        if (!this.#stands(operation)) {
          return { kind: 'refused', by: this.#linesSince(operation.id, operation.thread) };
        }
        const above = this.#above(operation);
        if (above === undefined) return done;
        return { kind: 'refused', by: [above.id, ...above.said.slice(-1).map(({ id }) => id)] };
      }
      case 'drop': {
        if (operation.by !== actor.name && !actor.any) return { kind: 'denied' };
        if (!this.threads.has(operation.thread)) return done;
        return { kind: 'refused', by: this.#linesSince(operation.id, operation.thread) };
      }
    }
  }

  /** What a redo comes to: of the undo of one operation, or of the actor's newest undo. */
  redo(actor: ModelActor, named: ModelOperation | undefined): Expected {
    const operation = named ?? this.#newestToRedo(actor);
    if (operation === undefined) return { kind: 'nothing' };
    if (operation.kind === 'setup') return { kind: 'skip' };
    const undo = operation.said.at(-1);
    if (undo === undefined || undo.does !== 'undo') return { kind: 'refused', by: undefined };
    const apply = (line: string): void => {
      this.#say(operation, line, actor, 'redo');
      this.#doAgain(operation, line);
    };
    const done: Expected = { kind: 'done', operation, apply };
    switch (operation.kind) {
      case 'add':
        return actor.grants ? done : { kind: 'denied' };
      case 'remove':
        if (!operation.grant.active) return { kind: 'refused', by: [operation.grant.removedBy ?? ''] };
        return actor.grants ? done : { kind: 'denied' };
      case 'capture':
      case 'start': {
        const own = operation.by === actor.name && undo.by === actor.name;
        if (!own && !actor.any) return { kind: 'denied' };
        return this.#isAsLeft(operation, undo.id)
          ? done
          : { kind: 'refused', by: this.#linesSince(undo.id, operation.thread) };
      }
      case 'drop': {
        const own = operation.by === actor.name && undo.by === actor.name;
        const thread = this.threads.get(operation.thread);
        const drops = thread !== undefined && mayDrop(actor, thread);
        if (!(own || actor.any) || !(drops || actor.any)) return { kind: 'denied' };
        return thread !== undefined && isSame(thread, operation.was)
          ? done
          : { kind: 'refused', by: this.#linesSince(undo.id, operation.thread) };
      }
    }
  }

  #say(about: ModelOperation, id: string, { name }: ModelActor, does: 'undo' | 'redo'): void {
    about.said.push({ id, by: name, does });
    this.#lines.push({ id, by: name, about, does });
  }

  #newestToUndo({ name }: ModelActor): ModelOperation | undefined {
    return this.#lines.findLast(
      ({ id, by, about, does }) =>
        by === name &&
        !isUndone(about) &&
        (does === 'do' || (does === 'redo' && about.said.at(-1)?.id === id)),
    )?.about;
  }

  #newestToRedo({ name }: ModelActor): ModelOperation | undefined {
    return this.#lines.findLast(
      ({ id, by, about, does }) => by === name && does === 'undo' && about.said.at(-1)?.id === id,
    )?.about;
  }

  #stackOf({ thread }: { readonly thread: string }): Capture[] {
    return this.threads.get(thread)?.stack ?? [];
  }

  /** What lies right on top of an operation. */
  #above(operation: Capture | Start): Capture | undefined {
    const stack = this.#stackOf(operation);
    return operation.kind === 'start' ? stack[0] : stack[stack.indexOf(operation) + 1];
  }

  /** Whether the thread is still the one that it was done on. */
  #stands(operation: Capture | Start): boolean {
    const thread = this.threads.get(operation.thread);
    return operation.kind === 'start'
      ? thread?.start === operation
      : thread?.stack.includes(operation) === true;
  }

  #takeBack(operation: ModelOperation, line: string): void {
    if (operation.kind === 'drop') {
      this.threads.set(operation.thread, { start: operation.was.start, stack: [...operation.was.stack] });
    }
    if (operation.kind === 'start') this.threads.delete(operation.thread);
    if (operation.kind === 'capture') {
      const thread = this.threads.get(operation.thread);
      thread?.stack.pop();
      if (thread !== undefined) this.#left.set(line, { start: thread.start, stack: [...thread.stack] });
    }
    if (operation.kind === 'add') end(operation.grant, line);
    if (operation.kind === 'remove') operation.grant = this.#give(operation.grant);
  }

  #doAgain(operation: ModelOperation, line: string): void {
    if (operation.kind === 'drop') this.threads.delete(operation.thread);
    if (operation.kind === 'start') this.threads.set(operation.thread, { start: operation, stack: [] });
    if (operation.kind === 'capture') this.#stackOf(operation).push(operation);
    if (operation.kind === 'add') operation.grant = this.#give(operation.grant);
    if (operation.kind === 'remove') end(operation.grant, line);
  }

  #give({ resource }: ModelGrant): ModelGrant {
    const grant = { resource, active: true, removedBy: undefined };
    this.grants.push(grant);
    return grant;
  }

  #isAsLeft(operation: Capture | Start, undo: string): boolean {
    const thread = this.threads.get(operation.thread);
    if (operation.kind === 'start') return thread === undefined && !this.#wasDropped(operation.thread, undo);
    const left = this.#left.get(undo);
    return (
      thread !== undefined &&
      thread.start === left?.start &&
      thread.stack.length === left.stack.length &&
      thread.stack.every((capture, at) => capture === left.stack[at])
    );
  }

  #wasDropped(thread: string, line: string): boolean {
    const since = new Set(this.#linesSince(line, thread));
    return this.operations.some(
      (operation) => operation.kind === 'drop' && since.has(operation.id) && !isUndone(operation),
    );
  }

  #linesSince(line: string, thread: string): readonly string[] {
    const at = this.#lines.findIndex(({ id }) => id === line);
    return this.#lines
      .slice(at + 1)
      .filter(({ about }) => 'thread' in about && about.thread === thread)
      .map(({ id }) => id);
  }
}

/** A person what their agents made, an agent its own; without states whoever started it. */
export function mayDrop({ name, any }: ModelActor, { start, stack }: Thread): boolean {
  const people = name === 'dev' ? ['dev', 'bot'] : [name];
  if (any) return true;
  if (stack.length === 0) return name !== 'bot' && people.includes(start.by);
  return stack.every(({ by }) => people.includes(by));
}

function isSame(a: Thread, b: Thread): boolean {
  const same = a.stack.every((capture, at) => capture === b.stack[at]);
  return a.start === b.start && a.stack.length === b.stack.length && same;
}

function isUndone({ said }: ModelOperation): boolean {
  return said.at(-1)?.does === 'undo';
}

function end(grant: ModelGrant, by: string): void {
  grant.active = false;
  grant.removedBy = by;
}
