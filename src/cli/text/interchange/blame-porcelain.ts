import { unescapePath } from '#domain/encoding/percent-escape.ts';
import type { LineClaim } from '#domain/results/attribution-results.ts';
import type { BlameLine, BlameResult } from '#domain/results/blame-results.ts';
import type { StateSummary } from '#domain/results/work-results.ts';
import type { Terminal } from '#cli/terminal-text.ts';
import type { TextOf } from '#cli/text/shared-lines.ts';

type Header = readonly [name: string, value: string];

const NO_COMMIT = '0'.repeat(40);

/*
 * What `git blame --porcelain` prints, for each run of lines:
 *
 *   <commit> <line there> <line here> <count>   the count only on the first line of a run
 *   author … committer … summary …              of a commit only the first time; always for --line-porcelain
 *   heddle-… …                                  heddle's own, before Git's last
 *   filename <path>                             as the others, and where one commit has several
 *   \t<text>
 *
 * The commit of a line that a state has is the state's carrier, so that one commit has one author.
 */

/** Git's line format, with headers of heddle's; what is known of a commit stands where it is met first. */
export const blamePorcelain: TextOf<BlameResult> = (result, terminal) => porcelain(result, terminal, 'once');

/** The same with all headers for each line. */
export const blameLinePorcelain: TextOf<BlameResult> = (result, terminal) =>
  porcelain(result, terminal, 'each line');

function porcelain(
  { lines, states }: BlameResult,
  terminal: Terminal,
  headers: 'once' | 'each line',
): readonly string[] {
  const known = new Map(states.map((state) => [state.state, state]));
  const paths = pathsOf(lines);
  const told = new Set<string>();
  return runsOf(lines).flatMap((run) =>
    run.flatMap((line, index) => {
      const commit = commitOf(line);
      const isFirst = index === 0;
      const tellsAll = headers === 'each line' || !told.has(commit);
      told.add(commit);
      const state = line.state === null ? undefined : known.get(line.state);
      const rows: readonly Header[] = [
        ...(tellsAll ? commitHeaders(line, state) : []),
        ...(tellsAll || isFirst ? lineHeaders(line) : []),
      ];
      const isNamed = tellsAll || (isFirst && (paths.get(commit)?.size ?? 0) > 1);
      return [
        `${commit} ${line.origin} ${line.line}${isFirst ? ` ${run.length}` : ''}`,
        ...rows.map(([name, value]) => `${name} ${terminal.safe(value)}`),
        ...(isNamed ? [`filename ${terminal.safe(quotePath(line.path))}`] : []),
        `\t${terminal.safe(line.text)}`,
      ];
    }),
  );
}

function commitOf({ carrier, commit }: BlameLine): string {
  return carrier ?? commit ?? NO_COMMIT;
}

function pathsOf(lines: readonly BlameLine[]): ReadonlyMap<string, ReadonlySet<string>> {
  const paths = new Map<string, Set<string>>();
  for (const line of lines) {
    const known = paths.get(commitOf(line)) ?? new Set();
    paths.set(commitOf(line), known.add(line.path));
  }
  return paths;
}

/** Lines that follow one another here and where they came in, and of which the same is told. */
function runsOf(lines: readonly BlameLine[]): readonly (readonly BlameLine[])[] {
  const runs: BlameLine[][] = [];
  for (const line of lines) {
    const run = runs.at(-1);
    const before = run?.at(-1);
    if (run !== undefined && before !== undefined && goesOn(before, line)) run.push(line);
    else runs.push([line]);
  }
  return runs;
}

function goesOn(before: BlameLine, line: BlameLine): boolean {
  const told = (of: BlameLine): string =>
    JSON.stringify([commitOf(of), of.path, of.how, of.commit, of.claim]);
  return line.line === before.line + 1 && line.origin === before.origin + 1 && told(before) === told(line);
}

function commitHeaders(line: BlameLine, state: StateSummary | undefined): readonly Header[] {
  const { name, mail } = authorOf(line, state);
  const time = state === undefined ? '0' : String(Math.floor(Date.parse(state.capturedAt) / 1000));
  return [
    ...['author', 'committer'].flatMap((role): readonly Header[] => [
      [role, name],
      [`${role}-mail`, `<${mail}>`],
      [`${role}-time`, time],
      [`${role}-tz`, '+0000'],
    ]),
    ['summary', state?.intent?.split('\n', 1)[0] ?? ''],
    ...(state === undefined ? [] : stateHeaders(state)),
  ];
}

/** Readers of Git's own headers know of no signatures: who is not vouched for is not named to them. */
function authorOf(
  line: BlameLine,
  state: StateSummary | undefined,
): { readonly name: string; readonly mail: string } {
  // Git's own words, by which editors know it.
  if (commitOf(line) === NO_COMMIT) return { name: 'Not Committed Yet', mail: 'not.committed.yet' };
  const actor = state?.attestation === 'verified' ? state.actor : undefined;
  return { name: actor?.agent ?? actor?.principal ?? 'unattributed', mail: actor?.principal ?? '' };
}

function stateHeaders(state: StateSummary): readonly Header[] {
  const { principal, agent, provider, model, confidence } = state.actor;
  return [
    ...present({ state: state.state, thread: state.thread, principal, agent, provider, model, confidence }),
    ['heddle-attestation', state.attestation],
  ];
}

/** What may differ from line to line of one commit. */
function lineHeaders(line: BlameLine): readonly Header[] {
  const through = line.carrier === null ? null : line.commit;
  return [...present({ commit: through, how: line.how }), ...claimHeaders(line.claim)];
}

/** Git's own headers name nobody for a claim. */
function claimHeaders(claim: LineClaim | null): readonly Header[] {
  if (claim === null) return [];
  const { source, by, tool, model, importedBy } = claim;
  return present({
    claim: `${source} ${by}`,
    'claim-tool': tool,
    'claim-model': model,
    'claim-import': claim.import,
    'claim-imported-by': importedBy,
  });
}

function present(named: Readonly<Record<string, string | null>>): readonly Header[] {
  return Object.entries(named).flatMap(([name, value]): readonly Header[] =>
    value === null ? [] : [[`heddle-${name}`, value]],
  );
}

/** A path as Git writes it: as it is, or quoted as C does where it has to be. */
function quotePath(path: string): string {
  const raw = unescapePath(path);
  const text = raw === undefined ? path : new TextDecoder().decode(raw);
  // eslint-disable-next-line no-control-regex
  if (!/["\\\u0000-\u001f\u007f]/.test(text)) return text;
  // eslint-disable-next-line no-control-regex
  const quoted = text.replace(/["\\\u0000-\u001f\u007f]/g, (letter) =>
    /["\\]/.test(letter) ? `\\${letter}` : `\\${letter.charCodeAt(0).toString(8).padStart(3, '0')}`,
  );
  return `"${quoted}"`;
}
