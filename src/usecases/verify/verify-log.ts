import { chainDigest } from '#domain/token/chain-digest.ts';
import { parseHex } from '#domain/encoding/bytes.ts';
import { formatDigest } from '#domain/id.ts';
import { operationSigningHash } from '#domain/operation/operation-codec.ts';
import type { LoggedOperation } from '#domain/operation/operation.ts';
import { HEDDLE_REFS } from '#domain/refs.ts';
import { parseSignature } from '#domain/state/state-codec.ts';
import type { Workspace } from '#ports/workspace.ts';
import type { VerifyReport } from './report.ts';
import type { AuthorityHistory } from './verify-authority.ts';

/** Verifies every line of every replica's log: chain, sidecars, signatures; then that lines explain the refs. */
export async function verifyLog(
  workspace: Workspace,
  report: VerifyReport,
  authority: AuthorityHistory,
): Promise<void> {
  const { operations, findings } = await workspace.log.check();
  for (const { replica, seq, what } of findings) {
    report.find('operation', `${replica} ${seq ?? ''}`.trim(), what);
  }
  for (const operation of operations) {
    report.count('operations');
    await report.guard('operation', operation.id, async () => {
      const why = await signatureProblem(workspace, operation, authority);
      report.count('signatures');
      if (why !== undefined) report.find('operation', operation.id, `line ${operation.line.seq}: ${why}`);
    });
  }
  // A log that is damaged explains nothing reliably: its own findings come first.
  if (findings.length === 0) await verifyRefs(workspace, report, operations);
}

async function signatureProblem(
  workspace: Workspace,
  { line }: LoggedOperation,
  authority: AuthorityHistory,
): Promise<string | undefined> {
  const { sig, ...unsigned } = line;
  const hash = operationSigningHash(workspace.hasher, unsigned);
  if (!workspace.verifySignature('operation', hash, parseSignature(sig), line.holder)) {
    return 'its signature does not verify';
  }
  if (line.repo !== authority.newest.genesis) return 'it belongs to another repository';
  if (line.policy !== null && !authority.views.has(line.policy)) {
    return 'the authority record it was decided under is unknown';
  }
  return line.chain === null ? replicaProblem(workspace, line) : chainProblem(workspace, line, authority);
}

/** A line without a chain is signed by the key whose hash is the replica's id. */
function replicaProblem(workspace: Workspace, line: LoggedOperation['line']): string | undefined {
  const key = parseHex(line.holder);
  const replica = key === undefined ? undefined : formatDigest(workspace.hasher.hash('replica', key));
  return replica === line.replica ? undefined : "it is signed by neither a holder nor its replica's key";
}

async function chainProblem(
  workspace: Workspace,
  line: LoggedOperation['line'],
  { newest }: AuthorityHistory,
): Promise<string | undefined> {
  const sealed = line.chain === null ? undefined : await workspace.log.readChain(line.chain);
  if (sealed === undefined) return 'its token chain is missing';
  const roots = newest.principals.map((principal) => principal.keys.root);
  const presented = workspace.tokens.read(sealed, roots);
  // A denial may well be about a chain that nobody here ever registered.
  if (presented.kind !== 'chain') {
    return line.verdict.verdict === 'deny' ? undefined : `its token chain is refused: ${presented.why}`;
  }
  if (chainDigest(workspace.hasher, presented.chain) !== line.chain) return 'its token chain is another one';
  return presented.chain.holder === line.holder
    ? undefined
    : 'it is not signed by the key that its token is bound to';
}

/** Each ref below `refs/heddle/` is where the newest line about it left it. */
async function verifyRefs(
  workspace: Workspace,
  report: VerifyReport,
  operations: readonly LoggedOperation[],
): Promise<void> {
  const expected = new Map<string, string | null>();
  const voided = new Set<string | null>(operations.map(voidedBy));
  for (const { id, line, texts } of operations.toSorted((a, b) => a.line.lamport - b.line.lamport)) {
    if (line.verdict.verdict === 'deny' || texts === 'redacted' || voided.has(id)) continue;
    for (const ref of texts.refs) expected.set(ref.name, ref.new);
  }
  const current = await workspace.refs.list(HEDDLE_REFS);
  for (const name of new Set([...expected.keys(), ...current.keys()])) {
    if ((current.get(name) ?? null) !== (expected.get(name) ?? null)) {
      report.find('ref', name, 'it is not where the log says that it is');
    }
  }
}

/** The line that a recovery found without its objects. */
function voidedBy({ line, texts }: LoggedOperation): string | null {
  const result = line.op !== 'recovery' || texts === 'redacted' ? null : texts.result;
  const id: unknown =
    typeof result === 'object' && result !== null && 'voided' in result ? result.voided : null;
  return typeof id === 'string' ? id : null;
}
