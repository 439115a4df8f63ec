import type { ObjectId } from '#ports/objects.ts';

/** As git abbreviates at the least. */
const SHORTEST = 7;

/** Which commits and tags are replaced, also by the beginnings of their ids: those stand in messages. */
export class ReplacedIds {
  readonly map = new Map<ObjectId, ObjectId>();
  readonly #beginnings = new Map<string, ObjectId[]>();

  add(old: ObjectId, id: ObjectId): void {
    this.map.set(old, id);
    const beginning = old.slice(0, SHORTEST);
    const known = this.#beginnings.get(beginning);
    if (known === undefined) this.#beginnings.set(beginning, [old]);
    else known.push(old);
  }

  has(id: ObjectId): boolean {
    return this.map.has(id);
  }

  /** The id in the place of one, or as much of it; undefined where none is replaced, or several begin so. */
  readonly newId = (id: string): string | undefined => {
    const whole = this.map.get(id);
    if (whole !== undefined || id.length < SHORTEST) return whole;
    const found = (this.#beginnings.get(id.slice(0, SHORTEST)) ?? []).filter((old) => old.startsWith(id));
    const [only] = found;
    return only === undefined || found.length > 1 ? undefined : this.map.get(only)?.slice(0, id.length);
  };
}
