import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';
import { parseAdvice } from '#cli/arguments/parse-arguments.ts';
import { resultText } from '#cli/text/result-text.ts';
import { terminalText } from '#cli/terminal-text.ts';
import type { VerifyRangeResult } from '#domain/results/boundary/verification-results.ts';
import { RANGE_RULE_IDS } from '#domain/verification/range-rules.ts';
import { shellWords } from '../../../support/docs/markdown.ts';
import { VERIFICATION_SAMPLES } from '../../../support/samples/results/boundary/verification-samples.ts';

const terminal = terminalText({ color: false, now: 0 });
const ROOT = new URL('../../../../', import.meta.url);

function printed(result: VerifyRangeResult, style: 'sarif' | 'junit'): string {
  return resultText({ kind: 'verify-range', result, style }, terminal).join('\n');
}

const strict = (properties: object): object => ({
  type: 'object',
  properties,
  required: Object.keys(properties),
  additionalProperties: false,
});
const text = strict({ text: { type: 'string', minLength: 1 } });
const place = {
  type: 'object',
  properties: {
    artifactLocation: strict({
      // RFC 3986, relative: no scheme, nothing that is not escaped.
      uri: { type: 'string', pattern: '^(?:[A-Za-z0-9._~/-]|%[0-9A-F]{2})+$' },
      uriBaseId: { const: '%SRCROOT%' },
    }),
    region: strict({ startLine: { type: 'integer', minimum: 1 }, endLine: { type: 'integer', minimum: 1 } }),
  },
  required: ['artifactLocation'],
  additionalProperties: false,
};

/** What SARIF 2.1.0 allows of what is printed, and nothing else. */
const SARIF = strict({
  $schema: { const: 'https://json.schemastore.org/sarif-2.1.0.json' },
  version: { const: '2.1.0' },
  runs: {
    type: 'array',
    minItems: 1,
    maxItems: 1,
    items: strict({
      tool: strict({
        driver: strict({
          name: { const: 'heddle' },
          rules: {
            type: 'array',
            uniqueItems: true,
            items: strict({ id: { enum: RANGE_RULE_IDS }, shortDescription: text, help: text }),
          },
        }),
      }),
      invocations: { type: 'array', items: strict({ executionSuccessful: { const: true } }) },
      columnKind: { enum: ['utf16CodeUnits', 'unicodeCodePoints'] },
      results: {
        type: 'array',
        items: strict({
          ruleId: { enum: RANGE_RULE_IDS },
          ruleIndex: { type: 'integer', minimum: 0, maximum: RANGE_RULE_IDS.length - 1 },
          level: { enum: ['none', 'note', 'warning', 'error'] },
          message: text,
          locations: { type: 'array', minItems: 1, items: strict({ physicalLocation: place }) },
          partialFingerprints: strict({ 'heddleFinding/v1': { type: 'string' } }),
          properties: strict({ commit: {}, state: {}, fix: { type: 'string' } }),
        }),
      },
    }),
  },
});

/** Reads the XML that is printed, with a parser that knows nothing but elements, attributes and the five entities. */
function readXml(xml: string): readonly string[] {
  const open: string[] = [];
  const names: string[] = [];
  const attribute = String.raw`\s+[a-z]+="(?:[^<>&"]|&(?:amp|lt|gt|quot|apos);)*"`;
  const token = new RegExp(
    String.raw`<\?xml[^?]*\?>|</([a-z-]+)>|<([a-z-]+)((?:${attribute})*)(/?)>|(?:[^<>&]|&(?:amp|lt|gt|quot|apos);)+`,
    'y',
  );
  while (token.lastIndex < xml.length) {
    const at = token.lastIndex;
    const match = token.exec(xml);
    if (match === null) throw new Error(`no XML: ${xml.slice(at, at + 40)}`);
    if (match[2] !== undefined) names.push(match[2]);
    if (match[2] !== undefined && match[4] === '') open.push(match[2]);
    if (match[1] !== undefined && open.pop() !== match[1]) throw new Error(`${match[1]} is not open`);
  }
  expect(open).toEqual([]);
  return names;
}

describe('a range, for other programs,', () => {
  it.each(VERIFICATION_SAMPLES['verify-range'])('is SARIF 2.1.0, the same each time', (result) => {
    const validate = new Ajv2020({ strict: false, allErrors: true }).compile(SARIF);
    const sarif: unknown = JSON.parse(printed(result, 'sarif'));
    expect(validate(sarif), JSON.stringify(validate.errors)).toBe(true);
    expect(printed(result, 'sarif')).toBe(printed(structuredClone(result), 'sarif'));
    expect(validate({ ...Object(sarif), surplus: 1 })).toBe(false);
  });

  it.each(VERIFICATION_SAMPLES['verify-range'])(
    'is XML that reporters read, whatever texts hold',
    (result) => {
      const findings = result.findings.map((finding) => ({
        ...finding,
        message: `${finding.message} ]]> <!-- & \u0000 \u0008 \ufffe \ud800`,
      }));
      const xml = printed({ ...result, range: '<"main">..&', findings }, 'junit');
      const names = readXml(xml);
      const failures = findings.filter(({ level }) => level === 'error').length;
      expect(names.filter((name) => name === 'failure')).toHaveLength(failures);
      expect(names.filter((name) => name === 'testcase')).toHaveLength(findings.length + 1);
      // eslint-disable-next-line no-control-regex
      expect(xml).not.toMatch(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|[\ud800-\udfff]/u);
      expect(() => readXml(xml.replace('&amp;', '&'))).toThrow('no XML');
    },
  );

  it('is asked for by the example workflow as heddle understands it, in the version that is released', () => {
    const workflow = readFileSync(new URL('docs/examples/verify.yml', ROOT), 'utf8');
    const { version } = JSON.parse(readFileSync(new URL('package.json', ROOT), 'utf8')) as {
      version: string;
    };
    const [, told, words] = /heddle-vcs@(\S+) (.*?) > /.exec(workflow) ?? [];
    expect(told).toBe(version);
    expect(() => parseAdvice(['heddle', ...shellWords(words ?? '')])).not.toThrow();
    expect(workflow).not.toContain('\t');
    expect(workflow).not.toMatch(/run:.*\$\{\{/);
  });
});
