import { utf8 } from '#domain/encoding/bytes.ts';
import type { Hasher } from '#domain/hash.ts';
import { formatDigest, type Digest } from '#domain/id.ts';
import { instantMilliseconds, type Instant } from '#domain/time.ts';
import { chainAgents, type PublicKeyHex, type TokenChain } from '#domain/token/token.ts';

/** How long a claim stands without its process: fifteen minutes after its holder last changed the thread. */
export const USUAL_CLAIM_LIFE = 15 * 60_000;

/** The longest that can be asked for, one day. */
export const LONGEST_CLAIM_LIFE = 24 * 60 * 60_000;

/** One writer's hold on a thread: a lease between processes that share a clone. It gives no authority to anybody. */
export interface Claim {
  readonly thread: string;
  readonly principal: string;
  /** Null for a person. */
  readonly agent: string | null;
  /** The agent session, as reported. */
  readonly session: string | null;
  /** The key of the token that claimed it. */
  readonly holder: PublicKeyHex;
  readonly process: ClaimProcess;
  readonly since: Instant;
  /** When the holder last changed the thread; written at most every tenth of the claim's life. */
  readonly heartbeat: Instant;
  /** Milliseconds that it stands after the heartbeat where its process is gone. */
  readonly life: number;
}

/**
 * The process that a claim lasts as long as. It goes into the log, and logs travel: where it runs is said by salted
 * hashes, which whoever runs there can compare and nobody else can read.
 */
export interface ClaimProcess {
  readonly pid: number;
  /** Tells it from a later one with its id; empty where the system does not say. */
  readonly started: string;
  readonly salt: string;
  readonly machine: Digest;
  /** Machine and process namespace. */
  readonly place: Digest;
  readonly boot: Digest;
}

/** `unknown`: it runs where nobody here can look, and must be taken for alive. */
export type ClaimState = 'alive' | 'dead' | 'unknown';

/** A process as its own system names it. */
export interface PlainProcess {
  readonly boot: string;
  /** Machine, a slash, process namespace. */
  readonly place: string;
  readonly pid: number;
  readonly started: string;
}

/** What a claim says of a process. */
export function claimProcess(hasher: Hasher, salt: string, mark: PlainProcess): ClaimProcess {
  const { pid, started } = mark;
  return { pid, started, salt, ...placesOf(hasher, salt, mark) };
}

/**
 * Where a claim's process can be looked for from `here`: `same`, under its id; `gone`, before a reboot of this very
 * machine; `elsewhere`, not from here.
 */
export function whereabouts(
  hasher: Hasher,
  bound: ClaimProcess,
  here: PlainProcess,
): 'same' | 'gone' | 'elsewhere' {
  const { machine, place, boot } = placesOf(hasher, bound.salt, here);
  if (bound.machine !== machine) return 'elsewhere';
  if (bound.boot !== boot) return 'gone';
  return bound.place === place ? 'same' : 'elsewhere';
}

/** Tells whether a chain is the holder's own, or was made from it. */
export function isUnder(claim: Claim, chain: TokenChain): boolean {
  return [chain.authority.holder, chain.holder, ...chainAgents(chain).map(({ holder }) => holder)].includes(
    claim.holder,
  );
}

/** Tells whether a claim is somebody's own to give back: a person's, their agents' too; an agent's, its own key's. */
export function isOwnClaim(claim: Pick<Claim, 'principal' | 'holder'>, chain: TokenChain | null): boolean {
  if (chain === null || chain.authority.principal !== claim.principal) return false;
  return chainAgents(chain).length === 0 || chain.holder === claim.holder;
}

/** When a claim whose process is gone ends. */
export function claimEnd({ heartbeat, life }: Pick<Claim, 'heartbeat' | 'life'>): number {
  return instantMilliseconds(heartbeat) + life;
}

/** The claim as it was made: what comes after changes nothing but its heartbeat. */
export function sameClaim(a: Claim, b: Claim): boolean {
  return a.process.salt === b.process.salt && a.since === b.since && a.holder === b.holder;
}

function placesOf(
  hasher: Hasher,
  salt: string,
  { place, boot }: Pick<PlainProcess, 'place' | 'boot'>,
): Pick<ClaimProcess, 'machine' | 'place' | 'boot'> {
  const hide = (what: string, text: string): Digest =>
    formatDigest(hasher.hash('claim', utf8(`${salt}\0${what}\0${text}`)));
  const machine = place.split('/', 1)[0] ?? '';
  return { machine: hide('machine', machine), place: hide('place', place), boot: hide('boot', boot) };
}
