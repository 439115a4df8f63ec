import type { DenialCode } from '#domain/decision/decision.ts';
import type { Gate } from '#domain/decision/gate.ts';

/** All that is the same of every denial with one code: clauses without a full stop. */
export interface DenialRow {
  /** The one gate that gives it. */
  readonly stage: Gate;
  readonly meaning: string;
  /** How people usually come to it. */
  readonly cause: string;
  /** What to do. Where a denial has no command that helps, and nothing that is particular to it, it says this. */
  readonly helps: string;
}

type Words = Pick<DenialRow, 'meaning' | 'cause' | 'helps'>;

function row(stage: Gate, words: Words): DenialRow {
  return { stage, ...words };
}

const GIVEN_ANEW = 'have it made anew by whoever gave it';
const WIDER = 'run the fix as whoever it names, and work with the new credential';
const GRANT = 'have one of those whom the fix names run it: it is the narrowest grant that suffices';

/** Every code of the closed list; one without a row does not compile. `help denials` and its page show it. */
export const DENIAL_TABLE: Readonly<Record<DenialCode, DenialRow>> = {
  FROZEN: row('freeze', {
    meaning: 'the repository is frozen, and the request would change it',
    cause: 'an owner stopped all work, for example while a leak is looked into',
    helps:
      'wait until an owner lifts it with `heddle unfreeze`; reading goes on, and owners can still redact, purge, change keys, push, and ask others to agree to that',
  }),
  CREDENTIAL_MISSING: row('credential', {
    meaning: 'whoever asks presented no credential',
    cause:
      "nobody is logged in on this device, or an agent runs without a credential of its own: the device's session is not used for agents",
    helps:
      'log in with `heddle login`; for an agent, run the fix and name the file that it makes in HEDDLE_CREDENTIAL',
  }),
  CREDENTIAL_MALFORMED: row('credential', {
    meaning: 'the credential is no token of the form that heddle reads',
    cause: 'it was damaged on its way, it is of another kind or from a newer heddle, or it has no end',
    helps: GIVEN_ANEW,
  }),
  CREDENTIAL_UNTRUSTED: row('credential', {
    meaning: 'no key that is registered here signed the first block of the credential',
    cause: 'the principal was never registered in this repository, or made new keys since',
    helps:
      'have an admin register the key: `heddle key export` prints it, `heddle key add PRINCIPAL PUBLIC-KEY` registers it',
  }),
  CREDENTIAL_TAMPERED: row('credential', {
    meaning: 'a signature of the credential does not fit what it is about',
    cause:
      'the credential was changed after it was made, or somebody without the key of its holder added a block',
    helps: GIVEN_ANEW,
  }),
  CREDENTIAL_EXPIRED: row('credential', {
    meaning: 'the session that the credential was made from has ended, or begins later than now',
    cause: 'a session lives 12 hours unless --ttl said otherwise; a clock that is wrong has the same effect',
    helps:
      'log in again with `heddle login`; an agent gets a new credential from whoever gave it the old one',
  }),
  CREDENTIAL_REVOKED: row('credential', {
    meaning: 'the session, a block of the credential, or the root key that signed it was revoked',
    cause: 'its principal or an admin ended it before its time, or the keys of the principal were changed',
    helps:
      'log in again with `heddle login`; only its principal decides whether an agent gets another credential',
  }),
  CREDENTIAL_WRONG_REPOSITORY: row('credential', {
    meaning: 'the credential was made for another repository',
    cause: 'HEDDLE_CREDENTIAL still names a file that belongs to other work',
    helps: 'present the one for this repository, or log in with `heddle login`',
  }),
  HOLDER_MISMATCH: row('holder', {
    meaning: 'the request is not signed by the key that the credential names as its holder',
    cause: 'a token was presented without its key, or a credential file was put together from two',
    helps: 'present the credential file itself, which holds token and key together',
  }),
  ACTOR_MISMATCH: row('credential', {
    meaning: 'a flag or a variable names another actor than the credential does',
    cause: 'an --agent, --model or HEDDLE_AGENT is left over from other work',
    helps:
      'leave the field out, or present the credential that names it; `heddle whoami` tells where each is from',
  }),
  UNLOCK_NEEDED: row('floor', {
    meaning: "the operation needs the principal's root key unlocked in the same process",
    cause: 'roles, keys and purges take more than a session, so that a stolen session cannot touch them',
    helps: 'run it again with the passphrase, on a terminal or from HEDDLE_PASSPHRASE_FILE',
  }),
  FLOOR: row('floor', {
    meaning: 'the operation is never done by an agent, nor with a narrowed token',
    cause: 'an agent was asked to do what a person does: roles, keys, policy, lifting a redaction, purging',
    helps: 'have the person whom the denial names run it, with a session of their own',
  }),
  SCOPE_OPERATION: row('scope', {
    meaning: 'a block of the credential does not allow the operation',
    cause: 'whoever made the credential listed other operations with --allow',
    helps: `${WIDER}; \`heddle token inspect\` says what each block allows`,
  }),
  SCOPE_RESOURCE: row('scope', {
    meaning: 'a block of the credential does not reach the resource',
    cause:
      'the work left the threads or paths that --resource listed; of a capture, every path that it touches is asked',
    helps: `take the change out there back, or ${WIDER}`,
  }),
  SCOPE_TIME: row('scope', {
    meaning: 'a block of the credential has ended, while the session that it was made from goes on',
    cause: "an agent's credential lives one hour unless --ttl said otherwise",
    helps: WIDER,
  }),
  SCOPE_ACTOR: row('scope', {
    meaning: 'a block binds the credential to another provider or model',
    cause: 'the agent runs on another model than the credential was made for, or does not say on which',
    helps: `name it with --provider and --model where it is the right one; else ${WIDER}`,
  }),
  SCOPE_DEPTH: row('scope', {
    meaning: 'the credential was handed on more often than one of its blocks allows',
    cause: 'an agent may hand its credential on once unless --depth said otherwise, and so did another',
    helps: `have it handed on from nearer to the person, or ${WIDER}`,
  }),
  SCOPE_BUDGET: row('scope', {
    meaning: 'a block of the credential allows less than was used up and is asked for, together',
    cause:
      'states, files, lines or minutes reached what --budget said; everything that was made from the same token counts',
    helps: `${WIDER}; \`heddle token inspect\` says what is left`,
  }),
  ROLE_INSUFFICIENT: row('role', {
    meaning: 'the principal holds a role at the resource, and the operation needs a higher one',
    cause: 'the grant was given for other work; what an agent may do never exceeds what its principal may',
    helps: GRANT,
  }),
  ROLE_NONE: row('role', {
    meaning: 'the principal holds no role at the resource, nor at any that covers it',
    cause: 'the grant is for another thread or path, it ended, or it was never given',
    helps: GRANT,
  }),
  ATTRIBUTION_MISSING: row('policy', {
    meaning: 'a policy asks which provider and model an agent runs on, and the request does not say',
    cause: 'neither the credential nor a flag or variable names them',
    helps: 'name what the agent runs on with --provider and --model; `heddle policy show` says what is asked',
  }),
  ATTESTATION_MISSING: row('policy', {
    meaning: 'a policy asks that what is continued is signed, and a state before it is not, or not truly',
    cause: 'somebody took the signature of the state away, or its token chain is from an unregistered key',
    helps: 'begin from a state whose signature verifies: `heddle verify --all` names those that do not',
  }),
  QUORUM_MISSING: row('policy', {
    meaning: 'a policy guards the operation, and fewer people agreed than it asks for',
    cause: 'nobody asked for this exact act yet, or others still have to approve it',
    helps:
      'ask, and have others who hold the same role approve it with `heddle approve REQUEST`; where authors are excluded, others than who asked or redacted',
  }),
  TIMELOCK: row('policy', {
    meaning: 'a policy guards the operation, and the time that it wants to pass first has not passed',
    cause: 'nobody asked for it yet, or not long enough ago',
    helps: 'ask, and wait until the time that the denial names',
  }),
  EVALUATION_LIMIT: row('scope', {
    meaning: 'the request could not be evaluated within its limits, and what cannot be evaluated is denied',
    cause: 'a path or thread is nested extremely deeply, or a file of the installation is damaged',
    helps: 'ask for less at once, or have a simpler credential made',
  }),
  POLICY_ACTOR: row('policy', {
    meaning: 'a policy lists the providers and models that agents may run on, and this one is not among them',
    cause: 'the owners chose where agents run, for all threads or for these',
    helps: 'have an agent do it that runs on a listed one, or a person; `heddle policy show` lists them',
  }),
  POLICY_LIFE: row('policy', {
    meaning: 'the session that the credential was made from lives longer than a policy allows',
    cause: 'it was made before the policy was set, outside of the repository, or with a longer --ttl',
    helps: 'log in for a shorter time with --ttl, and hand on from that session',
  }),
  POLICY_DEPTH: row('policy', {
    meaning: 'the credential was handed on to more agents than a policy allows in one chain',
    cause: 'an agent handed its work on to another, and the owners want fewer between a person and the work',
    helps: 'have it handed on from nearer to the person',
  }),
  REVIEW_MISSING: row('policy', {
    meaning: 'a policy asks that people approve what is landed, and fewer did than it wants',
    cause:
      'nobody reviewed the newest state yet, a state was captured after the approval, or the reviewer is one of the authors',
    helps: 'have others review it: `heddle review THREAD` shows what they need and what is missing',
  }),
  REVIEW_REJECTED: row('policy', {
    meaning: 'somebody who may review rejected the thread, and has not said otherwise since',
    cause: 'the reviewer found something that has to change first',
    helps: 'change what the review names, and have the same reviewer review the thread again',
  }),
  POLICY_TRAILERS: row('policy', {
    meaning: 'a policy says how landed commits name agents, and this one would do it otherwise',
    cause: 'another style was asked for with --trailers, or a message given with -m holds such lines',
    helps: 'leave --trailers out, or take a style that `heddle policy show` lists',
  }),
};
