import type { AuthorityView } from '#domain/authority/authority.ts';
import { effectivePolicy } from '#domain/policy/effective-policy.ts';
import { threadResource } from '#domain/resource/resource.ts';
import type { VerifyRangeResult } from '#domain/results/boundary/verification-results.ts';
import type { FindingLevel, RangeFinding } from '#domain/verification/range-rules.ts';
import { RANGE_RULES } from '#domain/verification/range-rules.ts';
import type { LineTracer } from '#ports/line-origins.ts';
import type { ObjectId } from '#ports/objects.ts';
import type { Workspace } from '#ports/workspace.ts';
import { LineFollower } from '#usecases/blame/follow-lines.ts';
import { LateWork } from '#usecases/verify/late-work.ts';
import { VerifyReport } from '#usecases/verify/report.ts';
import { verifyAuthority, type AuthorityHistory } from '#usecases/verify/verify-authority.ts';
import { verifyTombstoneSet, type VerifiedTombstones } from '#usecases/verify/verify-tombstone-set.ts';
import { CommitCheck, type Looked } from './check-commit.ts';
import { checkSecrets } from './check-secrets.ts';
import { FindingCollector, MOST_FINDINGS } from './collect-findings.ts';
import { readCommit, type ReadCommit } from './commit-changes.ts';
import { KnownChanges } from './known-changes.ts';
import { rangeCommits, type AskedRange, type RangeCommits } from './range-commits.ts';
import { rangeGround, type RangeGround } from './range-ground.ts';
import { StateChecks } from './state-checks.ts';
import { TraceAhead } from './trace-ahead.ts';

export interface RangeOptions {
  readonly range: AskedRange;
  /** Commits that were found by other means; the range is then only what it is called. */
  readonly exactly?: RangeCommits;
  /** The genesis that has to be found; null for the one that this clone has pinned, or that was fetched. */
  readonly genesis: string | null;
  /** The branch that the range is for; null to ask the policies of the whole repository. */
  readonly onto: string | null;
  /** What lines that no state has are where no policy says; null for an error. */
  readonly unattributed: FindingLevel | null;
}

/** Commits that are read before the first of them is verified: what they have in common is looked up once. */
const TOGETHER = 64;

/**
 * Verifies that commits of Git's bring nothing but what states have that hold: by whom their lines are, whether these
 * were allowed to, and whether trailers say so truly. Works in a checkout of a pipeline, where heddle was never begun.
 * Cost grows with the range, and with the authority chain. Reads only. Throws `NOT_INITIALISED`, `NOT_FOUND`,
 * `ADOPT_REFUSED`, `USAGE`, `FORMAT_INVALID`.
 */
export async function verifyRange(workspace: Workspace, options: RangeOptions): Promise<VerifyRangeResult> {
  const ground = await rangeGround(workspace, options.genesis);
  const report = new VerifyReport();
  const authority = await verifyAuthority(ground.workspace, report);
  const tracer = await workspace.lineTracers.open();
  try {
    return authority === undefined
      ? await broken(report, { ground, options, tracer })
      : await judge(ground, { report, authority, tracer, options });
  } finally {
    await tracer.close();
  }
}

interface Judging {
  readonly report: VerifyReport;
  readonly authority: AuthorityHistory;
  readonly tracer: LineTracer;
  readonly options: RangeOptions;
}

async function judge(ground: RangeGround, { report, authority, tracer, options }: Judging) {
  const { workspace } = ground;
  const { commits, ends } = options.exactly ?? (await rangeCommits(workspace, tracer, options.range));
  const view = authority.newest;
  const resource =
    options.onto === null ? view.repository : threadResource(view.repository, `heads/${options.onto}`);
  const unattributed = levelOf(view, resource, options.unattributed);
  const { secrets } = effectivePolicy(view, resource);
  const findings = new FindingCollector({ unattributed, secrets: secrets === 'warn' ? 'warning' : 'error' });
  const tombstones = await verifyTombstoneSet(workspace, report, authority);
  const late = new LateWork(authority);
  const states = new StateChecks(workspace, { report, authority, tombstones, late, received: !ground.begun });
  const follower = new LineFollower(workspace, tracer, { ignoreWhitespace: false, oneFile: false, view });
  const known = new KnownChanges(workspace, (path) => follower.changesOf(path));
  const check = new CommitCheck(workspace, { view, resource, findings, tracer, follower, known, states });
  for (let from = 0; from < commits.length; from += TOGETHER) {
    const reads: ReadCommit[] = [];
    for (const commit of commits.slice(from, from + TOGETHER))
      reads.push(await readCommit(workspace, commit));
    const traces = new TraceAhead(reads, { tracer, follower });
    for (const [index, read] of reads.entries()) {
      workspace.progress.step('verifying commits', from + index, commits.length);
      if (secrets !== 'off') await checkSecrets(workspace, read, findings);
      await check.check(read, traces);
    }
  }
  const { onto } = options;
  // Where no policy says that a branch moves by landings alone, only a server asks.
  if (onto !== null && effectivePolicy(view, resource).branches === 'landed') {
    await checkMove(ground, { authority, tombstones, findings, ends }, onto);
  }
  const problems = await states.problems();
  const own = authorityFindings(report);
  const found = [...own, ...findings.findings(problems)];
  return answer(found, {
    ground,
    options,
    unattributed,
    looked: { ...check.looked, commits: commits.length, states: states.count },
  });
}

/** Who moves a branch is told by logs alone. */
async function checkMove(
  { workspace }: RangeGround,
  {
    findings,
    ends,
    ...ground
  }: {
    readonly authority: AuthorityHistory;
    readonly tombstones: VerifiedTombstones;
    readonly findings: FindingCollector;
    readonly ends: readonly ObjectId[];
  },
  branch: string,
): Promise<void> {
  const [first, last] = ends;
  if (first === undefined) return;
  const move = last === undefined ? { since: null, until: first } : { since: first, until: last };
  // Loaded late: it judges lines, of which some are about verifying ranges.
  const { moveProblem } = await import('./branch-moves.ts');
  const why = await moveProblem(workspace, ground, { branch, ...move });
  if (why !== undefined) findings.find('branch-not-landed', why, { commit: move.until });
}

/** Without an authority chain that holds nothing can be told of anything. */
async function broken(
  report: VerifyReport,
  {
    ground,
    options,
    tracer,
  }: { readonly ground: RangeGround; readonly options: RangeOptions; readonly tracer: LineTracer },
): Promise<VerifyRangeResult> {
  const { commits } = options.exactly ?? (await rangeCommits(ground.workspace, tracer, options.range));
  const looked = { files: 0, lines: 0, attributed: 0, inferred: 0, commits: commits.length, states: 0 };
  return answer(authorityFindings(report), { ground, options, unattributed: 'error', looked });
}

interface Answering {
  readonly ground: RangeGround;
  readonly options: RangeOptions;
  readonly unattributed: FindingLevel;
  readonly looked: Looked & { readonly commits: number; readonly states: number };
}

function answer(
  findings: readonly RangeFinding[],
  { ground, options, unattributed, looked }: Answering,
): VerifyRangeResult {
  const { commits, files, lines, states, attributed, inferred } = looked;
  return {
    ok: findings.every(({ level }) => level !== 'error'),
    range: options.range.text,
    genesis: ground.genesis,
    pinned: ground.pinned,
    unattributed,
    checked: { commits, files, lines, states },
    attributed: { lines: attributed, inferred },
    findings: findings.slice(0, MOST_FINDINGS),
    omitted: Math.max(0, findings.length - MOST_FINDINGS),
  };
}

/** Policies go first; without one only who asks may say that unattributed lines are no error. */
function levelOf(view: AuthorityView, resource: string, asked: FindingLevel | null): FindingLevel {
  const mode = effectivePolicy(view, resource).attribution;
  if (mode === 'required') return 'error';
  return asked ?? (mode === 'warn' ? 'warning' : 'error');
}

/** What everybody can write is passed over where it is damaged, and counts for nothing; the chain is not. */
function authorityFindings(report: VerifyReport): readonly RangeFinding[] {
  return report
    .result()
    .findings.filter(({ kind }) => kind === 'authority')
    .map(({ subject, message }) => ({
      rule: 'authority-invalid',
      level: 'error',
      commit: null,
      path: null,
      line: null,
      lastLine: null,
      state: null,
      message: `${subject}: ${message}`,
      fix: RANGE_RULES['authority-invalid'].help,
    }));
}
