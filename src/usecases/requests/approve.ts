import { DeniedError } from '#domain/decision/denied-error.ts';
import { HeddleError } from '#domain/error.ts';
import type { Given } from '#domain/request/answer-codec.ts';
import type { RequestRecord } from '#domain/request/request-set.ts';
import type { ApproveResult } from '#domain/results/request-results.ts';
import { agentNames } from '#domain/token/token.ts';
import type { Workspace } from '#ports/workspace.ts';
import { loadAuthority } from '#usecases/authority/load-authority.ts';
import { identifyCaller, type Caller } from '#usecases/caller/identify.ts';
import { assertGrantable } from '#usecases/keys/grants.ts';
import { findKnownChain } from '#usecases/revocation/known-chains.ts';
import { besideWorktree, freeName } from '#usecases/tokens/free-names.ts';
import { assertCredentialPlace, endsWithOne } from '#usecases/tokens/credential-place.ts';
import { makeChild, type MadeChild } from '#usecases/tokens/attenuate-token.ts';
import { decide, mutate, type Mutated } from '#usecases/transaction/mutate.ts';
import type { Drafts, Ground } from '#usecases/transaction/plan.ts';
import { NO_CHANGE } from '#usecases/transaction/publish.ts';
import { recordAuthor } from '#usecases/signed-sets/sign-record.ts';
import { approvalStep, type ApprovalStep, type GivenCredential } from './approval-step.ts';
import { askedOf } from './judge.ts';
import { findRequest, loadRequests, type LoadedRequests } from './open-requests.ts';
import { findApprovedFile, findRequestLine } from './request-lines.ts';
import { RequestDraft } from './set/request-draft.ts';

export interface ApproveOptions {
  /** A request's id, or the beginning of one. */
  readonly name: string;
  readonly reason: string | null;
  /** Where a credential goes; null for the name that the fix has. */
  readonly out: string | null;
  readonly dryRun: boolean;
  /** Absolute. */
  readonly resolvePath: (path: string) => string;
  /** Shown what will change, and asked whether it should. */
  readonly confirm: (preview: Approved) => Promise<boolean>;
}

export type Approved = Omit<ApproveResult, 'operation'>;
type Standing = Pick<Ground, 'authority' | 'caller' | 'now'>;

/**
 * Takes the one step that makes a request possible: a grant, a token, or one's own consent. What that is, the
 * request's own decision says at this head and time. The answer and what it gives are one operation; a credential file
 * is written after it, and where a kill came between, the same command makes it anew. Throws `NOT_FOUND`,
 * `AMBIGUOUS`, `REQUEST_CLOSED`, `REQUEST_UNFIXABLE`, `CONFIRMATION_MISSING`, `OUTPUT_EXISTS`, `TOKEN_WIDENS`.
 */
export async function approveRequest(
  workspace: Workspace,
  options: ApproveOptions,
): Promise<Mutated<Approved>> {
  const seen = await look(workspace, options);
  if (options.dryRun)
    return { ...(await rehearse(workspace, seen)), operation: null, outcomes: [], notes: [] };
  if (seen.step !== null && !(await options.confirm(seen.preview))) throw unconfirmed();
  let made: MadeChild | undefined;
  const { record, step, preview } = seen;
  const done = await mutate<Approved>(workspace, {
    op: 'approve',
    args: { request: record.id, reason: options.reason, file: preview.file },
    asksPassphrase: step?.kind === 'grant' || step?.kind === 'agree',
    propose: async (ground) => {
      const now = await takeStep(workspace, ground, record.id);
      if (step !== null && !sameStep(now.step, step)) throw changed();
      return {
        kind: 'ask',
        ask: now.step.ask,
        plan: async (drafts) => {
          const carried = await carryOut(workspace, ground, { ...now, drafts, file: preview.file });
          made = carried.made;
          const draft = new RequestDraft(workspace, recordAuthor(ground), {
            loaded: now.loaded,
            batch: drafts.batch,
          });
          const { reason } = options;
          draft.answer(record.id, { verdict: 'approve', gives: carried.gives, reason });
          const result = { ...preview, ...resultOf(now.record, now.step), ...publishedOf(carried) };
          return { ...NO_CHANGE, states: [], refs: [draft.refChange()], result };
        },
      };
    },
  });
  if (made !== undefined && preview.file !== null) {
    await workspace.credentials.write(preview.file, made.credential);
  }
  return done;
}

interface Step {
  readonly record: RequestRecord;
  readonly step: ApprovalStep;
  readonly loaded: LoadedRequests;
}

interface Look {
  readonly ground: Standing;
  readonly record: RequestRecord;
  /** Null where it was done under this operation id already. */
  readonly step: ApprovalStep | null;
  readonly preview: Approved;
}

/** What approving would do now; reads only. */
async function look(workspace: Workspace, options: ApproveOptions): Promise<Look> {
  const authority = await loadAuthority(workspace);
  const caller = await identifyCaller(workspace, authority.view);
  const ground = { authority, caller, now: workspace.clock.now() };
  const loaded = await loadRequests(workspace, { view: authority.view, now: ground.now });
  const record = findRequest(loaded, options.name);
  const requested = await findRequestLine(workspace, record.id);
  const none = { gives: null, token: null, requested, dryRun: options.dryRun };
  try {
    const { step } = await takeStep(workspace, ground, record.id);
    const named = step.kind === 'token' ? await nameOf(workspace, step.file, options) : null;
    return { ground, record, step, preview: { ...resultOf(record, step), ...none, file: named } };
  } catch (error) {
    // Under an operation id the first result is asked for, whatever the request has become.
    const repeats = workspace.said.operationId !== null && !options.dryRun;
    if (!repeats || !(error instanceof HeddleError) || error.code !== 'REQUEST_CLOSED') throw error;
    const given = await findApprovedFile(workspace, record.id, caller.chain?.holder ?? null);
    const file = options.out === null ? given : options.resolvePath(options.out);
    const shown = resultOf(record, { kind: 'none', fix: null });
    return { ground, record, step: null, preview: { ...shown, ...none, file } };
  }
}

/** Where the credential goes; what was not asked for by name takes one that is free. */
async function nameOf(
  workspace: Workspace,
  usual: string,
  { out, resolvePath }: ApproveOptions,
): Promise<string> {
  // Under an operation id the same name has to come out again.
  const repeats = workspace.said.operationId !== null;
  const place = besideWorktree(workspace, usual);
  return resolvePath(out ?? (repeats ? place : await freeName(workspace, place)));
}

async function takeStep(workspace: Workspace, ground: Standing, id: RequestRecord['id']): Promise<Step> {
  const { authority, caller, now } = ground;
  const loaded = await loadRequests(workspace, { view: authority.view, now });
  const record = findRequest(loaded, id);
  const given = await givenCredential(workspace, ground, record);
  return { record, loaded, step: approvalStep(loaded.bench, record, { caller, given }) };
}

function resultOf(
  record: RequestRecord,
  { kind, fix }: Pick<ApprovalStep, 'kind' | 'fix'>,
): Pick<Approved, 'request' | 'asked' | 'principal' | 'via' | 'agrees' | 'fix' | 'why'> {
  return {
    request: record.id,
    asked: askedOf(record),
    principal: record.request.actor.principal,
    via: agentNames(record.credential.chain),
    agrees: kind === 'agree',
    fix: fix === null ? null : { ...fix },
    why: kind === 'none' ? 'it is allowed already' : null,
  };
}

function sameStep(a: ApprovalStep, b: ApprovalStep): boolean {
  return a.kind === b.kind && JSON.stringify(a.fix?.argv) === JSON.stringify(b.fix?.argv);
}

/** Says to whoever will be refused that they will be; a locked key is asked for when it comes to it. */
async function rehearse(
  workspace: Workspace,
  { ground, step, preview }: Look,
): Promise<{ readonly result: Approved }> {
  if (step === null) return { result: preview };
  const silent = { ...workspace, passphrase: async () => undefined };
  const decision = await decide(silent, ground, step.ask);
  if (decision.kind === 'deny' && decision.denial.code !== 'UNLOCK_NEEDED') {
    throw new DeniedError({ denial: decision.denial, id: null, preserved: 'nothing was changed' });
  }
  return { result: preview };
}

interface Carried {
  readonly gives: Given | null;
  readonly made: MadeChild | undefined;
}

async function carryOut(
  workspace: Workspace,
  { authority, now }: Ground,
  { step, drafts, file }: Step & { readonly drafts: Drafts; readonly file: string | null },
): Promise<Carried> {
  if (step.kind === 'grant') {
    const grant = { ...step.grant, until: null };
    assertGrantable(authority.view, grant, now);
    const id = drafts.authority.append({ kind: 'grant', action: 'add', ...grant }, null);
    return { gives: { grant: id }, made: undefined };
  }
  if (step.kind !== 'token') return { gives: null, made: undefined };
  if (file !== null) await assertCredentialPlace(workspace, workspace, file);
  const made = await makeChild(workspace, step.child);
  return { gives: { block: made.block }, made };
}

function publishedOf({ gives, made }: Carried): Pick<Approved, 'gives' | 'token'> {
  const grant = gives !== null && 'grant' in gives ? gives.grant : null;
  if (made === undefined) return { gives: gives === null ? null : { grant, block: null }, token: null };
  const { agent, principal, session, holder, block, expires } = made;
  return { gives: { grant: null, block }, token: { agent, principal, session, holder, block, expires } };
}

/** A kill between the answer and its file left an approval of one's own that nobody can use, and nobody did. */
async function givenCredential(
  workspace: Workspace,
  { caller, authority }: Standing,
  record: RequestRecord,
): Promise<GivenCredential> {
  const blocks = record.answers.flatMap(({ answer }) =>
    answer.gives !== null && 'block' in answer.gives && isMine(caller, answer.holder)
      ? [answer.gives.block]
      : [],
  );
  if (blocks.length === 0) return 'none';
  const used = await findKnownChain(workspace, authority.view, ({ revocationIds }) =>
    blocks.some((block) => revocationIds.includes(block)),
  );
  if (used !== undefined) return 'none';
  const file = await findApprovedFile(workspace, record.id, caller.chain?.holder ?? null);
  return file !== null && (await endsWithOne(workspace, file, blocks)) ? { file } : 'lost';
}

function isMine({ chain }: Caller, holder: string): boolean {
  return chain?.holder === holder;
}

function unconfirmed(): HeddleError {
  return new HeddleError('CONFIRMATION_MISSING', 'nobody confirmed it', { preserved: 'nothing was changed' });
}

function changed(): HeddleError {
  return new HeddleError('REF_MOVED', 'what approving does has changed meanwhile', {
    preserved: 'nothing was changed',
  });
}
