import { REQUEST_OPERATIONS, type RequestOperation } from '#domain/authority/role.ts';
import { decodeCanonical, encodeCanonical } from '#domain/encoding/canonical-json.ts';
import { JsonReader } from '#domain/encoding/json-reader.ts';

/*
 * How a harness was wired to a clone, in the home and never in a tree:
 *
 *   {"agent","after","before","directory","excludes","excludesBefore","file","harness","life","model","operations":[…],"preset","provider",
 *    "resources":[…],"type":"integration","v":1}
 *
 * `excludes` is what Git's own list of ignored files became, and `excludesBefore` what it was; both null where it was left.
 * `file` is the harness's own file of settings, `before` and `after` its text without and with heddle; null where there
 * was none.
 */

export const HARNESSES = ['claude-code', 'generic'] as const;
/** A program that lets an agent work, and calls others at certain events. */
export type Harness = (typeof HARNESSES)[number];

/** What a session gets, and where the harness was told. */
export interface Integration {
  readonly harness: Harness;
  readonly agent: string;
  readonly provider: string | null;
  /** Where the harness does not say which one runs. */
  readonly model: string | null;
  readonly preset: string | null;
  readonly operations: readonly RequestOperation[];
  readonly resources: readonly string[];
  /** Milliseconds; null for the preset's. */
  readonly life: number | null;
  /** Absolute; null where nothing was written. */
  readonly file: string | null;
  readonly before: string | null;
  readonly after: string | null;
  /** Git's list of ignored files in this clone, with and without the file; null where it was left alone. */
  readonly excludes: string | null;
  readonly excludesBefore: string | null;
  /** Whether the file's directory was made with it. */
  readonly directory: boolean;
}

const LONGEST_TEXT = 2 * 1024 * 1024;
const LARGEST = 16 * 1024 * 1024;
const LONGEST_LIFE = 315_360_000_000;

/** The bytes of the record. */
export function encodeIntegration(integration: Integration): Uint8Array {
  return encodeCanonical({
    type: 'integration',
    v: 1,
    ...integration,
    operations: [...integration.operations],
    resources: [...integration.resources],
  });
}

/** Reads a record strictly; throws `FORMAT_INVALID`, `FORMAT_UNKNOWN`. */
export function decodeIntegration(bytes: Uint8Array): Integration {
  const reader = new JsonReader(decodeCanonical(bytes, 'integration', LARGEST), 'integration');
  reader.version('integration', 1);
  const integration: Integration = {
    harness: reader.oneOf('harness', HARNESSES),
    agent: reader.string('agent', 200),
    provider: reader.nullableString('provider', 200),
    model: reader.nullableString('model', 200),
    preset: reader.nullableString('preset', 200),
    operations: reader.strings('operations', 64, 64).map((name) =>
      present(
        reader,
        REQUEST_OPERATIONS.find((operation) => operation === name),
      ),
    ),
    resources: reader.strings('resources', 64, 1024),
    life: reader.nullable('life', () => bounded(reader)),
    file: reader.nullableString('file', 4096),
    before: reader.nullableString('before', LONGEST_TEXT),
    after: reader.nullableString('after', LONGEST_TEXT),
    excludes: reader.nullableString('excludes', LONGEST_TEXT),
    excludesBefore: reader.nullableString('excludesBefore', LONGEST_TEXT),
    directory: reader.boolean('directory'),
  };
  reader.end();
  return integration;
}

function present<T>(reader: JsonReader, value: T | undefined): T {
  if (value === undefined) throw reader.invalid('names an operation that there is not');
  return value;
}

function bounded(reader: JsonReader): number {
  const life = reader.integer('life');
  if (life < 1 || life > LONGEST_LIFE) throw reader.invalid('has no proper life');
  return life;
}
