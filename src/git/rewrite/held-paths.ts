/** One step on the paths at which a content stood in some commit. */
export interface PathStep {
  readonly number: number;
  /** In Latin-1. */
  readonly path: string;
  /** The content itself stood here. */
  held: boolean;
  /** By the name's raw bytes, in Latin-1. */
  readonly below: Map<string, PathStep>;
}

/** The paths at which a content stood: trees are read along these alone. */
export class HeldPaths {
  #count = 0;
  readonly root: PathStep = this.#step('');

  /** Whether there is none. */
  get empty(): boolean {
    return this.root.below.size === 0;
  }

  /** Adds a path in Latin-1. */
  add(path: string): void {
    let step = this.root;
    for (const name of path.split('/')) {
      const next = step.below.get(name) ?? this.#step(step.path === '' ? name : `${step.path}/${name}`);
      step.below.set(name, next);
      step = next;
    }
    step.held = true;
  }

  #step(path: string): PathStep {
    this.#count += 1;
    return { number: this.#count, path, held: false, below: new Map() };
  }
}
