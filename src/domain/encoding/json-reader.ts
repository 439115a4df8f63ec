import type { Json } from './canonical-json.ts';
import { HeddleError } from '#domain/error.ts';

/**
 * Reads one JSON object strictly, field by field: a missing, wrong or extra field throws
 * `FORMAT_INVALID`, an unknown `type` or `v` throws `FORMAT_UNKNOWN`. Call {@link JsonReader.end} last.
 */
export class JsonReader {
  readonly #fields: Readonly<Record<string, Json>>;
  /** Few: an object has the fields of its format. */
  readonly #taken: string[] = [];
  readonly #what: string;

  constructor(value: Json | undefined, what: string) {
    this.#what = what;
    if (!isRecord(value)) throw this.invalid('is not an object');
    this.#fields = value;
  }

  /** Expects `type` and `v` to be just these. */
  version(type: string, v: number): void {
    this.oneOfVersions(type, [v]);
  }

  /** Expects `type`, and one of these as `v`. */
  oneOfVersions<V extends number>(type: string, versions: readonly V[]): V {
    const [found, v] = [this.string('type', 60), this.integer('v')];
    const known = versions.find((version) => version === v);
    if (found !== type || known === undefined)
      throw this.unknownVersion(found, v, `${type}/${versions.join()}`);
    return known;
  }

  /** `FORMAT_UNKNOWN`: a version that nothing here can read. */
  unknownVersion(type: string, v: number, expected: string | null = null): HeddleError {
    return new HeddleError('FORMAT_UNKNOWN', `${this.#what} has the unknown format ${type}/${v}`, {
      facts: { record: this.#what, expected },
    });
  }

  string(name: string, maxLength = 1024): string {
    const value = this.#take(name);
    if (typeof value !== 'string' || value.length > maxLength) throw this.invalid(`has no proper ${name}`);
    return value;
  }

  nullableString(name: string, maxLength = 1024): string | null {
    return this.#isNull(name) ? this.#takeNull(name) : this.string(name, maxLength);
  }

  /** What `read` reads, or null where the field is. */
  nullable<T>(name: string, read: () => T): T | null {
    return this.#isNull(name) ? this.#takeNull(name) : read();
  }

  boolean(name: string): boolean {
    const value = this.#take(name);
    if (typeof value !== 'boolean') throw this.invalid(`has no proper ${name}`);
    return value;
  }

  integer(name: string): number {
    const value = this.#take(name);
    if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 0) {
      throw this.invalid(`has no proper ${name}`);
    }
    return value;
  }

  list<T>(name: string, parse: (item: Json) => T, maxItems = 10_000): readonly T[] {
    const value = this.#take(name);
    if (!Array.isArray(value) || value.length > maxItems) throw this.invalid(`has no proper ${name}`);
    return value.map((item: Json) => parse(item));
  }

  strings(name: string, maxItems = 10_000, maxLength = 4096): readonly string[] {
    return this.list(
      name,
      (item) => {
        if (typeof item !== 'string' || item.length > maxLength)
          throw this.invalid(`has a wrong item in ${name}`);
        return item;
      },
      maxItems,
    );
  }

  object(name: string): JsonReader {
    return new JsonReader(this.#take(name), `${this.#what}.${name}`);
  }

  nullableObject(name: string): JsonReader | null {
    return this.#isNull(name) ? this.#takeNull(name) : this.object(name);
  }

  /** One of a closed list of strings. */
  oneOf<T extends string>(name: string, values: readonly T[]): T {
    const value = this.#take(name);
    const found = values.find((candidate) => candidate === value);
    if (found === undefined) throw this.invalid(`has an unknown ${name}`);
    return found;
  }

  json(name: string): Json {
    return this.#take(name);
  }

  has(name: string): boolean {
    return Object.hasOwn(this.#fields, name) && !this.#taken.includes(name);
  }

  /** Refuses fields that nobody asked for. */
  end(): void {
    const extra = Object.keys(this.#fields).find((name) => !this.#taken.includes(name));
    if (extra !== undefined) throw this.invalid(`has the unknown field ${extra.slice(0, 60)}`);
  }

  invalid(why: string): HeddleError {
    return new HeddleError('FORMAT_INVALID', `${this.#what} ${why}`, { facts: { record: this.#what } });
  }

  #take(name: string): Json {
    const value = this.has(name) ? this.#fields[name] : undefined;
    if (value === undefined) throw this.invalid(`has no ${name}`);
    this.#taken.push(name);
    return value;
  }

  #isNull(name: string): boolean {
    return this.has(name) && this.#fields[name] === null;
  }

  #takeNull(name: string): null {
    this.#taken.push(name);
    return null;
  }
}

function isRecord(value: Json | undefined): value is Readonly<Record<string, Json>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
