import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const [reportPath] = process.argv.slice(2);

/** Counts vitest's JSON report: a file that fails outside its tests, by not loading for instance, is a failure too. */
function count(report) {
  const tests = report.testResults.flatMap((file) => file.assertionResults);
  const silent = report.testResults.filter(
    (file) => file.status === 'failed' && !file.assertionResults.some((test) => test.status === 'failed'),
  );
  return {
    passed: tests.filter((test) => test.status === 'passed').length,
    failed: tests.filter((test) => test.status === 'failed').length + silent.length,
  };
}

/** Conformance files that did not run whole, where the public vectors are at hand and nothing excuses it. */
function findSkippedConformance(report) {
  const folder = join(root, 'test', 'conformance');
  const vectors = join(root, '..', 'shared', 'data');
  if (!process.env.CI || !existsSync(folder) || !existsSync(vectors)) return [];
  const results = new Map(
    report.testResults.map((file) => [relative(root, file.name), file.assertionResults]),
  );
  return readdirSync(folder, { recursive: true })
    .filter((name) => name.endsWith('.test.ts'))
    .map((name) => ['test', 'conformance', ...name.split(sep)].join(sep))
    .filter((name) => {
      const tests = results.get(name) ?? [];
      return tests.length === 0 || tests.some((test) => test.status !== 'passed' && test.status !== 'failed');
    });
}

const report = existsSync(reportPath) ? JSON.parse(readFileSync(reportPath, 'utf8')) : { testResults: [] };
const { passed, failed } = count(report);
const skipped = findSkippedConformance(report);
for (const name of skipped) console.error(`skipped, though its vectors are here: ${name}`);
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = passed > 0 && failed === 0 && skipped.length === 0 ? 0 : 1;
