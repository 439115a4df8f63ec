import type { VerifyRangeResult } from '#domain/results/boundary/verification-results.ts';
import type { RangeFinding } from '#domain/verification/range-rules.ts';
import { escapeText } from '#cli/terminal-text.ts';
import { countText, type TextOf } from '#cli/text/shared-lines.ts';

/*
 * The XML that test reporters read: one suite, one case that stands for all that holds, and one for each finding. An
 * error is a failure; a warning is a case that passed, with its text as output.
 */

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
};

/** `--format junit`. */
export const verifyRangeJunit: TextOf<VerifyRangeResult> = ({ range, findings, checked }) => {
  const failures = findings.filter(({ level }) => level === 'error').length;
  const counts = `tests="${findings.length + 1}" failures="${failures}" errors="0" skipped="0"`;
  const looked = `${countText(checked.commits, 'commit')}, ${countText(checked.files, 'file')} looked at`;
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="heddle" ${counts}>`,
    `  <testsuite name="${xml(`heddle verify ${range}`)}" ${counts}>`,
    `    <testcase classname="heddle.verify" name="${xml(looked)}"/>`,
    ...findings.flatMap(caseLines),
    '  </testsuite>',
    '</testsuites>',
  ];
};

function caseLines(finding: RangeFinding): readonly string[] {
  const { rule, level, commit, path, line, message, fix } = finding;
  const file = path === null ? '' : ` file="${xml(path)}"${line === null ? '' : ` line="${line}"`}`;
  const where = [commit?.slice(0, 12) ?? '', path ?? '', line ?? ''].filter((part) => part !== '').join(' ');
  const body =
    level === 'error'
      ? `<failure type="${rule}" message="${xml(message)}">${xml(fix)}</failure>`
      : `<system-out>${xml(`${message}; ${fix}`)}</system-out>`;
  return [
    `    <testcase classname="heddle.verify.${rule}" name="${xml(where === '' ? rule : where)}"${file}>`,
    `      ${body}`,
    '    </testcase>',
  ];
}

/** Text of an element or an attribute; what XML 1.0 has no way to write is shown escaped. */
function xml(text: string): string {
  return escapeText(text)
    .replaceAll(/[\ufffe\uffff]/g, (letter) => `\\u{${letter.charCodeAt(0).toString(16)}}`)
    .replaceAll(/[&<>"']/g, (letter) => ENTITIES[letter] ?? letter);
}
