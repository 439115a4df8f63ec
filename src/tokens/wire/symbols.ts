import { malformed } from './refusal.ts';

/** The specification's default symbols, from index 0; a block's own begin at 1024. */
const DEFAULT_SYMBOLS: readonly string[] = [
  'read',
  'write',
  'resource',
  'operation',
  'right',
  'time',
  'role',
  'owner',
  'tenant',
  'namespace',
  'user',
  'team',
  'service',
  'admin',
  'email',
  'group',
  'member',
  'ip_address',
  'client',
  'client_ip',
  'domain',
  'path',
  'version',
  'cluster',
  'node',
  'hostname',
  'nonce',
  'query',
];
const DEFAULT_INDEX = new Map(DEFAULT_SYMBOLS.map((text, index) => [text, index]));
const FIRST_CUSTOM = 1024;

/**
 * The texts of a token by number. The first block and first-party blocks share one table that grows; a
 * third-party block has its own.
 */
export class SymbolTable {
  readonly #own: string[];
  readonly #index: Map<string, number>;

  constructor(own: readonly string[] = []) {
    this.#own = [...own];
    this.#index = new Map(own.map((text, index) => [text, index + FIRST_CUSTOM]));
  }

  /** A table that grows apart from this one. */
  copy(): SymbolTable {
    return new SymbolTable(this.#own);
  }

  /** The number of a text, which joins the table where it is new. */
  insert(text: string): number {
    const known = DEFAULT_INDEX.get(text) ?? this.#index.get(text);
    if (known !== undefined) return known;
    const index = this.#own.push(text) - 1 + FIRST_CUSTOM;
    this.#index.set(text, index);
    return index;
  }

  /** The text of a number; throws `TokenRefusal` for one that names nothing. */
  text(index: number): string {
    const text = index < FIRST_CUSTOM ? DEFAULT_SYMBOLS[index] : this.#own[index - FIRST_CUSTOM];
    if (text === undefined) throw malformed('a block names a symbol that does not exist');
    return text;
  }

  /** The texts that joined after the first `count`. */
  since(count: number): readonly string[] {
    return this.#own.slice(count);
  }

  get size(): number {
    return this.#own.length;
  }
}
