import { rootKeys } from '#domain/authority/authority-view.ts';
import type { AuthorityView } from '#domain/authority/authority.ts';
import { formatBase64Url, parseBase64Url } from '#domain/encoding/base64url.ts';
import { decodeUtf8, utf8 } from '#domain/encoding/bytes.ts';
import type { Json } from '#domain/encoding/canonical-json.ts';
import { jsonField } from '#domain/encoding/json-field.ts';
import { JsonReader } from '#domain/encoding/json-reader.ts';
import { HeddleError } from '#domain/error.ts';
import { parseIncidentEvent, type IncidentEvent } from '#domain/incident/incident.ts';
import type { OperationId } from '#domain/id.ts';
import {
  decodeOperation,
  decodeOperationTexts,
  encodeOperation,
  encodeOperationTexts,
  operationId,
  operationSigningHash,
} from '#domain/operation/operation-codec.ts';
import type { LoggedOperation, OperationLine } from '#domain/operation/operation.ts';
import type { IncidentCheckResult, IncidentPaperResult } from '#domain/results/removal/incident-results.ts';
import { parseSignature } from '#domain/state/state-codec.ts';
import { textsDigest } from '#domain/state/texts.ts';
import { chainClaimProblem } from '#domain/token/chain-claim.ts';
import type { Workspace } from '#ports/workspace.ts';
import { loadAuthority } from '#usecases/authority/load-authority.ts';
import { PastViews } from './past-views.ts';
import { couldSay, readIncident, requireIncident } from './read-incident.ts';
import { refusedIncident } from './record-event.ts';

/** Bytes of a paper; a closing line and its report are much smaller. */
export const LARGEST_PAPER = 4 * 1024 * 1024;
const MOST_SENTENCES = 10_000;

/**
 * The signed account of a closed incident: the line that closed it with what it says, and the token chain of whoever
 * signed it. It holds no secret and nothing to test a guess with. Throws `NOT_FOUND`, `INCIDENT_REFUSED` while it is open.
 *
 * @param name the beginning of the id of the line that opened it; null for the newest.
 */
export async function incidentPaper(workspace: Workspace, name: string | null): Promise<IncidentPaperResult> {
  const { view } = await loadAuthority(workspace);
  const incident =
    name === null ? await readIncident(workspace, view, null) : await requireIncident(workspace, view, name);
  if (incident === undefined) throw refusedIncident('none was ever opened');
  const closing = incident.closed?.operation;
  if (closing === undefined) throw refusedIncident('it is not closed, and nobody signed for it');
  const { line, texts } = await findLine(workspace, closing);
  const chain = line.chain === null ? undefined : await workspace.log.readChain(line.chain);
  const event = closingOf(texts);
  if (event === undefined || texts === 'redacted' || chain === undefined) {
    throw refusedIncident('what its closing said is gone');
  }
  return {
    incident: incident.opened.operation,
    account: [...event.account],
    line: decodeUtf8(encodeOperation(line)) ?? '',
    texts: decodeUtf8(encodeOperationTexts(texts)) ?? '',
    chain: formatBase64Url(chain),
  };
}

async function findLine({ log }: Workspace, id: string): Promise<LoggedOperation> {
  for await (const operation of log.newest()) if (operation.id === id) return operation;
  throw refusedIncident('its closing line is gone');
}

/**
 * Checks a paper against the keys of this repository: that a principal of it signed just this account, and could close
 * an incident. Findings are answers. Throws `FORMAT_INVALID` for what is no paper.
 */
export async function checkPaper(workspace: Workspace, bytes: Uint8Array): Promise<IncidentCheckResult> {
  const { view } = await loadAuthority(workspace);
  const paper = readPaper(bytes);
  const line = decodeOperation(utf8(paper.line));
  const { principal } = line.actor;
  const operation = operationId(workspace.hasher, line);
  const why = await whyNot(workspace, view, { ...paper, line, operation });
  return {
    ok: why === null,
    why,
    operation,
    by: principal,
    at: line.at,
    holder: line.holder,
    account: [...paper.account],
  };
}

type SignedPaper = Omit<Paper, 'line'> & { readonly line: OperationLine };

/**
 * What ended since, keys or a session, takes nothing back of a line that this clone's own logs hold. Of any other nobody
 * can tell whether it was signed before that.
 */
async function whyNot(
  workspace: Workspace,
  newest: AuthorityView,
  paper: SignedPaper & { readonly operation: OperationId },
): Promise<string | null> {
  const why = await paperProblem(workspace, newest, paper);
  if (why === null || !(await holdsLine(workspace, paper.operation))) return why;
  for await (const view of new PastViews(workspace, newest).of(paper.line.policy)) {
    if ((await paperProblem(workspace, view, paper)) === null) return null;
  }
  return why;
}

async function holdsLine({ log }: Workspace, id: OperationId): Promise<boolean> {
  for await (const operation of log.newest()) if (operation.id === id) return true;
  return false;
}

interface Paper {
  readonly account: readonly string[];
  readonly line: string;
  readonly texts: string;
  readonly chain: string;
}

function readPaper(bytes: Uint8Array): Paper {
  const text = decodeUtf8(bytes);
  if (text === undefined || bytes.length > LARGEST_PAPER) throw noPaper();
  const reader = new JsonReader(parseJson(text), 'paper');
  if (reader.string('schema') !== 'heddle/incident-paper/v1') throw noPaper();
  const paper = {
    account: reader.strings('account', MOST_SENTENCES, LARGEST_PAPER),
    line: reader.string('line', LARGEST_PAPER),
    texts: reader.string('texts', LARGEST_PAPER),
    chain: reader.string('chain', LARGEST_PAPER),
  };
  reader.string('incident');
  reader.end();
  return paper;
}

function parseJson(text: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch {
    throw noPaper();
  }
}

function noPaper(): HeddleError {
  return new HeddleError('FORMAT_INVALID', 'this is not the paper of an incident', {
    preserved: 'nothing was changed',
  });
}

function closingOf(texts: LoggedOperation['texts']): Closing | undefined {
  const event = texts === 'redacted' ? undefined : parseIncidentEvent(jsonField(texts.args, 'verb'));
  return event?.event === 'close' ? event : undefined;
}

type Closing = Extract<IncidentEvent, { event: 'close' }>;

/** What is wrong with a paper; null where nothing is. */
async function paperProblem(
  { hasher, tokens, verifySignature }: Workspace,
  view: AuthorityView,
  { account, line, texts, chain }: SignedPaper,
): Promise<string | null> {
  const { sig, ...unsigned } = line;
  if (line.op !== 'incident' || line.repo !== view.genesis) return 'it is of another repository';
  if (textsDigest(hasher, utf8(texts)) !== line.texts) return 'its account is not the one that was signed';
  const event = closingOf(decodeOperationTexts(utf8(texts)));
  if (event === undefined) return 'it closes no incident';
  if (JSON.stringify(event.account) !== JSON.stringify(account)) {
    return 'its account is not the one that was signed';
  }
  const hash = operationSigningHash(hasher, unsigned);
  if (!verifySignature('operation', hash, parseSignature(sig), line.holder)) {
    return 'its signature does not verify';
  }
  const sealed = parseBase64Url(chain) ?? new Uint8Array();
  const presented = tokens.read(sealed, rootKeys(view));
  if (presented.kind !== 'chain') return `its token chain is refused: ${presented.why}`;
  const claim = chainClaimProblem(hasher, presented.chain, line);
  if (claim !== undefined) return claim;
  // Everybody with a token can sign a line: what was refused, or never asked, says nothing.
  const signed = { signed: line, credential: { chain: presented.chain, bytes: sealed } };
  const isTheirs = line.verdict.verdict === 'allow' && couldSay(await tokens.loadEngine(), view, signed);
  return isTheirs ? null : 'whoever signed it may not close an incident';
}
