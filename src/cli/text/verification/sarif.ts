import { unescapePath } from '#domain/encoding/percent-escape.ts';
import type { VerifyRangeResult } from '#domain/results/boundary/verification-results.ts';
import { RANGE_RULES, RANGE_RULE_IDS, type RangeFinding } from '#domain/verification/range-rules.ts';
import { formatJson } from '#cli/terminal-text.ts';
import type { TextOf } from '#cli/text/shared-lines.ts';

/*
 * Static Analysis Results Interchange Format 2.1.0 (OASIS), one run. Places are of the files as the commit of the
 * finding has them; hosts that show results beside a diff ask for a place of each, so what is about no file is at the
 * source root.
 */

const SCHEMA = 'https://json.schemastore.org/sarif-2.1.0.json';
const UNRESERVED = /[A-Za-z0-9._~/-]/;

/** `--format sarif`: one line. */
export const verifyRangeSarif: TextOf<VerifyRangeResult> = ({ findings }) => [
  formatJson({
    $schema: SCHEMA,
    version: '2.1.0',
    runs: [
      {
        tool: { driver: { name: 'heddle', rules: RANGE_RULE_IDS.map(ruleObject) } },
        invocations: [{ executionSuccessful: true }],
        columnKind: 'unicodeCodePoints',
        results: findings.map(resultObject),
      },
    ],
  }),
];

function ruleObject(id: keyof typeof RANGE_RULES): object {
  const { summary, help } = RANGE_RULES[id];
  return { id, shortDescription: { text: summary }, help: { text: help } };
}

function resultObject(finding: RangeFinding): object {
  const { rule, level, commit, path, line, lastLine, state, message, fix } = finding;
  const region = line === null ? {} : { region: { startLine: line, endLine: lastLine ?? line } };
  return {
    ruleId: rule,
    ruleIndex: RANGE_RULE_IDS.indexOf(rule),
    level,
    message: { text: commit === null ? message : `${message} (commit ${commit.slice(0, 12)})` },
    locations: [
      {
        physicalLocation: {
          artifactLocation: { uri: path === null ? './' : uriOf(path), uriBaseId: '%SRCROOT%' },
          ...region,
        },
      },
    ],
    partialFingerprints: { 'heddleFinding/v1': [rule, commit, path, line, state].join(' ') },
    properties: { commit, state, fix },
  };
}

/** A relative reference of RFC 3986; a first segment with a colon would be a scheme, and is escaped like any other. */
function uriOf(path: string): string {
  const bytes = unescapePath(path) ?? new TextEncoder().encode(path);
  return Array.from(bytes, (byte) => {
    const letter = String.fromCharCode(byte);
    return UNRESERVED.test(letter) ? letter : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
  }).join('');
}
