import { readFileSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import type { Printed } from './run-heddle.ts';

const DIRECTORY = fileURLToPath(new URL('../../../docs/schemas/', import.meta.url));
const FILES = readdirSync(DIRECTORY).filter((name) => name.endsWith('.v1.json'));
const compiled = new Map<string, ValidateFunction>();

/** What an object breaks in the published schema that its `schema` field names; empty where it holds. */
export function schemaProblems(object: Printed): readonly string[] {
  const kind = /^heddle\/([a-z-]+)\/v1$/.exec(String(object['schema']))?.[1];
  if (kind === undefined || !FILES.includes(`${kind}.v1.json`)) {
    return [`no schema is called ${String(object['schema'])}`];
  }
  const validate = compiled.get(kind) ?? compileSchema(kind);
  if (validate(object)) return [];
  return (validate.errors ?? []).map(
    ({ instancePath, message }) => `${instancePath || '/'} ${message ?? ''}`,
  );
}

function compileSchema(kind: string): ValidateFunction {
  const schema: unknown = JSON.parse(readFileSync(`${DIRECTORY}${kind}.v1.json`, 'utf8'));
  const validate = new Ajv2020({ strict: true, allowUnionTypes: true, allErrors: true }).compile(
    schema as object,
  );
  compiled.set(kind, validate);
  return validate;
}
