import { readdirSync, readFileSync } from 'node:fs';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';
import { RESULT_SAMPLES } from '../support/samples/results/result-samples.ts';
import { SAMPLE_DENIAL, SCOPE_DENIAL } from '../support/samples/results/shared-samples.ts';
import { ERROR_CODES } from '#cli/codes/code-topic.ts';
import { VERBS } from '#cli/command-table.ts';
import { reportError } from '#cli/error-report.ts';
import { ERROR_TABLE } from '#cli/error-table.ts';
import { helpResult } from '#cli/help-text.ts';
import { DENIAL_CODES } from '#domain/decision/decision.ts';
import { GATES } from '#domain/decision/gate.ts';
import { DeniedError } from '#domain/decision/denied-error.ts';
import { HeddleError } from '#domain/error.ts';
import { pushRefused } from '#domain/server/push-refusal.ts';
import { toldDenial } from '#domain/server/told-denial.ts';
import { OPERATION_KINDS } from '#domain/operation/operation.ts';
import { REQUEST_OPERATIONS, ROLES } from '#domain/authority/role.ts';

const FOLDER = new URL('../../docs/schemas/', import.meta.url);
const TOLD = toldDenial('hs-x', SCOPE_DENIAL.denial);
type Node = { readonly [key: string]: unknown };

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function parseSchema(kind: string): Node {
  const value: unknown = JSON.parse(readFileSync(new URL(`${kind}.v1.json`, FOLDER), 'utf8'));
  if (!isNode(value)) throw new Error(`${kind} is no schema`);
  return value;
}

const compiled = new Map<string, ValidateFunction>();

/** Compiled once for all samples of a kind. */
function compile(kind: string): ValidateFunction {
  const known =
    compiled.get(kind) ?? new Ajv2020({ strict: true, allowUnionTypes: true }).compile(parseSchema(kind));
  compiled.set(kind, known);
  return known;
}

const kinds = readdirSync(FOLDER).map((file) => file.replace(/\.v1\.json$/, ''));

/** Every sample that the types allow, with the `schema` that the runner adds. */
const samples: readonly (readonly [string, Node])[] = [
  ...Object.entries(RESULT_SAMPLES).flatMap(([kind, results]) =>
    results.map((result): [string, Node] => [kind, { schema: `heddle/${kind}/v1`, ...result }]),
  ),
  ['help', { ...helpResult({ topic: [], all: true }) }],
  ...['denials', 'errors', 'KEY_MISSING'].map((word): [string, Node] => [
    'codes',
    { ...helpResult({ topic: [word], all: false }) },
  ]),
  ['version', { schema: 'heddle/version/v1', version: '0.1.0' }],
  ...[
    new HeddleError('NOT_FOUND', 'no such state', { facts: { state: 'hs-x', known: ['a'], n: 1, is: null } }),
    new HeddleError('NOT_INITIALISED', 'not here', { preserved: 'nothing was changed' }),
    pushRefused([{ code: 'STATE_REFUSED', subject: 'hs-x', message: 'not allowed', denial: TOLD }]),
    new TypeError('a bug'),
  ].map((error): [string, Node] => ['error', { ...reportError(error).json }]),
  ...[SAMPLE_DENIAL, SCOPE_DENIAL].map((denial): [string, Node] => [
    'denial',
    { ...reportError(new DeniedError(denial)).json },
  ]),
];

/** Each object inside a value, and how to put another in its place. */
function objectsIn(value: unknown, replace: (by: unknown) => unknown): [Node, (by: Node) => unknown][] {
  if (Array.isArray(value)) {
    const items: readonly unknown[] = value;
    return items.flatMap((item, at) => objectsIn(item, (by) => replace(items.with(at, by))));
  }
  if (!isNode(value)) return [];
  const inner = Object.entries(value).flatMap(([key, item]) =>
    objectsIn(item, (by) => replace({ ...value, [key]: by })),
  );
  return [[value, replace], ...inner];
}

describe('the published schemas', () => {
  it('are one for each kind of answer, for errors and for denials', () => {
    const answers = VERBS.flatMap(({ answer, also }) => [answer, ...also]);
    expect(kinds.toSorted()).toEqual([...answers, 'codes', 'version', 'error', 'denial'].toSorted());
    expect(kinds.length).toBeGreaterThan(34);
  });

  it.each(kinds)('%s requires every field and refuses others, at every depth', (kind) => {
    const schema = parseSchema(kind);
    expect(schema['$schema']).toBe('https://json-schema.org/draft/2020-12/schema');
    const objects = objectsIn(schema, (by) => by)
      .map(([node]) => node)
      .filter((node) => node['type'] === 'object' && isNode(node['properties']));
    expect(objects.length).toBeGreaterThan(0);
    for (const { properties, required, additionalProperties } of objects) {
      expect(additionalProperties).toBe(false);
      expect(required).toEqual(Object.keys(isNode(properties) ? properties : {}));
    }
  });

  it.each(samples)('%s accepts what heddle prints', (kind, sample) => {
    const validate = compile(kind);
    expect(validate(sample), JSON.stringify(validate.errors)).toBe(true);
  });

  it.each(samples)('%s refuses it with any field missing, extra or of another type', (kind, sample) => {
    const validate = compile(kind);
    let mutations = 0;
    for (const [node, replace] of objectsIn(sample, (by) => by)) {
      // Facts differ from error to error: the only open object.
      if (kind === 'error' && node === sample['facts']) continue;
      const mutants = [
        { ...node, surplus: null },
        ...Object.keys(node).flatMap((key) => {
          const { [key]: _, ...rest } = node;
          return [rest, { ...node, [key]: { wrong: { deep: true } } }];
        }),
      ];
      expect(mutants.filter((mutant) => validate(replace(mutant)))).toEqual([]);
      mutations += mutants.length;
    }
    expect(mutations).toBeGreaterThan(4);
  });

  it('list the same words as the domain', () => {
    const words = (kind: string, ...path: readonly string[]): unknown =>
      path.reduce<unknown>((node, key) => (isNode(node) ? node[key] : undefined), parseSchema(kind));
    expect(words('denial', '$defs', 'requestOperation', 'enum')).toEqual(REQUEST_OPERATIONS);
    expect(words('denial', '$defs', 'role', 'enum')).toEqual(ROLES);
    expect(words('denial', '$defs', 'gate', 'enum')).toEqual(GATES);
    expect(words('denial', 'properties', 'code', 'enum')).toEqual(DENIAL_CODES);
    const entry = (field: string): unknown =>
      words('codes', 'properties', 'codes', 'items', 'properties', field, 'enum');
    expect(entry('stage')).toEqual([...GATES, null]);
    expect(entry('code')).toEqual([...DENIAL_CODES, ...ERROR_CODES]);
    for (const kind of ['oplog', 'undo', 'undo-list', 'undo-preview', 'redo']) {
      expect(words(kind, '$defs', 'logOperation', 'enum'), kind).toEqual(OPERATION_KINDS);
    }
    const shown = words('request-show', 'properties', 'entries', 'items', 'properties', 'op', 'enum');
    expect(shown).toEqual(OPERATION_KINDS);
    const told = ['$defs', 'toldDenial', 'properties'] as const;
    expect(words('error', ...told, 'operation', 'enum')).toEqual(REQUEST_OPERATIONS);
    expect(words('error', ...told, 'stage', 'enum')).toEqual(GATES);
    expect(words('error', ...told, 'code', 'enum')).toEqual(DENIAL_CODES);
    const codes = Object.keys(ERROR_TABLE).filter((code) => code !== 'DENIED');
    expect(new Set([words('error', 'properties', 'code', 'enum')].flat())).toEqual(
      new Set([...codes, 'BUG']),
    );
  });
});
