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
/** What was done before the test looked: nobody takes it back. */
type Setup = Common & { readonly kind: 'setup' };
export type ModelOperation = Capture | Start | Add | Remove | Setup;

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
        const above = this.#above(operation);
        if (above === undefined) return done;
        return { kind: 'refused', by: [above.id, ...above.said.slice(-1).map(({ id }) => id)] };
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

  #takeBack(operation: ModelOperation, line: string): void {
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
    if (operation.kind === 'start') return thread === undefined;
    const left = this.#left.get(undo);
    return (
      thread !== undefined &&
      thread.start === left?.start &&
      thread.stack.length === left.stack.length &&
      thread.stack.every((capture, at) => capture === left.stack[at])
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

function isUndone({ said }: ModelOperation): boolean {
  return said.at(-1)?.does === 'undo';
}

function end(grant: ModelGrant, by: string): void {
  grant.active = false;
  grant.removedBy = by;
}
