import { authorise } from '#domain/decision/authorise.ts';
import type { AuthorisationRequest, Denial, Fix } from '#domain/decision/decision.ts';
import { NAIVE_ROLES, naiveCovers } from '../naive-decision.ts';
import { aboveOf } from './above.ts';
import { DATALOG_ENGINE } from './datalog-engine.ts';
import { endsAt, helpful, isFurther } from './all-commands.ts';
import { carryOut, understood, withGrant, type Says } from './carry-out.ts';

/** Codes where a command that would help is not offered, and why not. */
const NOT_OFFERED: Readonly<Record<string, string>> = {
  CREDENTIAL_MALFORMED: 'whose it is cannot be read',
  CREDENTIAL_TAMPERED: 'whose it is cannot be believed',
  CREDENTIAL_UNTRUSTED: 'the keys behind it are not registered, and a new session would have the same',
  HOLDER_MISMATCH: 'whoever presents it may have found it: nobody is sent to give them another',
  ACTOR_MISMATCH: 'what the caller says has to change, not what they hold',
  UNLOCK_NEEDED: 'it takes the passphrase',
  POLICY_ACTOR: 'another agent has to do it, or a person',
  ATTESTATION_MISSING: 'what it continues has to be signed first',
  ATTRIBUTION_MISSING: 'the agent has to say what it runs on',
  QUORUM_MISSING: 'others have to agree, and there are not enough',
  TIMELOCK: 'time has to pass',
  EVALUATION_LIMIT: 'less has to be asked at once',
};

/** What of a denial's promise is not kept, run by everybody whom it names; undefined where all is. */
export function brokenPromise(request: AuthorisationRequest, denial: Denial, says: Says): string | undefined {
  if (denial.fixes.length === 0) return leftOut(request, denial, says);
  return denial.fixes
    .flatMap((fix) => fix.who.map((who) => ({ fix, who })))
    .map(({ fix, who }) => {
      const problem = broken(request, denial, { fix, who, says });
      return problem && `${denial.code}: ${fix.argv.join(' ')} by ${who}: ${problem} (${fix.why})`;
    })
    .find((problem) => problem !== undefined);
}

/** A command that would have helped, though none is named. */
function leftOut(request: AuthorisationRequest, denial: Denial, says: Says): string | undefined {
  if (denial.why === null || denial.why === '') return `${denial.code}: neither a fix nor why there is none`;
  if (NOT_OFFERED[denial.code] !== undefined) return undefined;
  // An agent's session that ended takes two steps of its principal's, or a decision whether to trust it again.
  if (denial.stage === 'credential' && denial.via.length > 0) return undefined;
  if (denial.code === 'POLICY_LIFE' && denial.via.length > 0) return undefined;
  const found = helpful(request, denial, says);
  return found.length === 0 ? undefined : `${denial.code}: no fix (${denial.why}), but ${found.join('; ')}`;
}

interface Run {
  readonly fix: Fix;
  readonly who: string;
  readonly says: Says;
}

function broken(request: AuthorisationRequest, denial: Denial, run: Run): string | undefined {
  const { fix, who, says } = run;
  if (fix.argv[1] === 'request') return announces(fix);
  let after: AuthorisationRequest;
  try {
    after = carryOut(request, fix.argv, { who, says });
  } catch (error: unknown) {
    return error instanceof Error ? error.message : 'it failed';
  }
  const end = endsAt(after);
  if (!isFurther(end, denial.stage) && !isAnotherRule(after, denial)) return `ends at ${end} still`;
  const announced = /\bthe gate (\w+)/.exec(fix.why)?.[1] ?? 'allow';
  if (announced !== end) return `ends at ${end}, announced ${announced}`;
  return fix.argv[1] === 'grant' ? smallerGrant(request, denial, run) : undefined;
}

/** Policies have many rules: one that is kept now may leave another. */
function isAnotherRule(after: AuthorisationRequest, denial: Denial): boolean {
  const decision = authorise(after, DATALOG_ENGINE);
  return denial.stage === 'policy' && decision.kind === 'deny' && decision.denial.code !== denial.code;
}

/** Asking others gets nowhere by itself, and says so. */
function announces({ argv, why }: Fix): string | undefined {
  const parsed = understood(argv);
  if (parsed.kind !== 'verb' || parsed.typed.verb.path.join(' ') !== 'request') return 'it asks nobody';
  return why.includes('stays at the gate policy') ? undefined : 'it does not say what is left';
}

/** One role lower, or a place further down, that would do as well. */
function smallerGrant(request: AuthorisationRequest, denial: Denial, { fix, who }: Run): string | undefined {
  const [principal = '', role = '', at = ''] = fix.argv.slice(3);
  const lower = NAIVE_ROLES[NAIVE_ROLES.indexOf(role) - 1];
  if (lower !== undefined && endsAt(withGrant(request, { principal, role: lower, at, by: who })) !== 'role') {
    return `${lower} would do`;
  }
  const narrower = denial.denied
    .flatMap(aboveOf)
    .filter((each) => each !== at && naiveCovers(at, each))
    .find((each) => denial.denied.every((refused) => naiveCovers(each, refused)));
  return narrower === undefined ? undefined : `${narrower} would do`;
}
