import type { JsonReader } from '#domain/encoding/json-reader.ts';
import { parseDigest } from '#domain/id.ts';
import { readThreadName } from '#domain/operation/thread-record.ts';
import { readSalt } from '#domain/state/texts.ts';
import { parseInstant } from '#domain/time.ts';
import { readPublicKey } from '#domain/token/public-key.ts';
import { LONGEST_CLAIM_LIFE, type Claim, type ClaimProcess } from './claim.ts';

/** The JSON form of a claim: one for the log's effects and for the claim's own file. */
export function claimJson(claim: Claim): {
  readonly [Field in keyof Claim]: Field extends 'process'
    ? { readonly [Part in keyof ClaimProcess]: ClaimProcess[Part] }
    : Claim[Field];
} {
  const { thread, principal, agent, session, holder, since, heartbeat, life } = claim;
  const { pid, started, salt, machine, place, boot } = claim.process;
  const process = { pid, started, salt, machine, place, boot };
  return { thread, principal, agent, session, holder, process, since, heartbeat, life };
}

/** Reads a claim strictly; throws `FORMAT_INVALID`. The caller ends the reader. */
export function readClaim(reader: JsonReader): Claim {
  const life = reader.integer('life');
  if (life > LONGEST_CLAIM_LIFE) throw reader.invalid('lasts too long');
  return {
    thread: readThreadName(reader, 'thread'),
    principal: reader.string('principal', 320),
    agent: reader.nullableString('agent', 200),
    session: reader.nullableString('session', 1024),
    holder: readPublicKey(reader, 'holder'),
    process: readProcess(reader.object('process')),
    since: parseInstant(reader.string('since')),
    heartbeat: parseInstant(reader.string('heartbeat')),
    life,
  };
}

function readProcess(reader: JsonReader): ClaimProcess {
  const process: ClaimProcess = {
    pid: reader.integer('pid'),
    started: reader.string('started', 200),
    salt: readSalt(reader),
    machine: parseDigest(reader.string('machine')),
    place: parseDigest(reader.string('place')),
    boot: parseDigest(reader.string('boot')),
  };
  reader.end();
  return process;
}
