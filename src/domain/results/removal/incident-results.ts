import type { OperationId, TombstoneId } from '#domain/id.ts';
import type { IncidentStep, SearchSeen } from '#domain/incident/incident.ts';
import type { Instant } from '#domain/time.ts';
import type { PublicKeyHex } from '#domain/token/token.ts';
import type { PurgeProposal } from './proposal-results.ts';
import type { RedactFindResult, TombstoneSummary } from '#domain/results/removal-results.ts';

export type IncidentStepResult = {
  readonly step: IncidentStep;
  readonly status: 'todo' | 'done' | 'skipped';
  /** Null where nobody did it. */
  readonly by: string | null;
  readonly at: Instant | null;
  /** What came of it, or what is left; one clause. Null where there is nothing to say. */
  readonly note: string | null;
  /** Of `rotate`: when the credential was rotated, as somebody said; null elsewhere. */
  readonly rotatedAt: Instant | null;
  /** What a search saw then; null where nothing was looked for. */
  readonly seen: SearchSeen | null;
  /** The line of the log that says so; null where the state of the repository does. */
  readonly operation: OperationId | null;
  /** What does it; empty where it is done. */
  readonly commands: readonly (readonly string[])[];
};

/** A redaction that was made since the incident began. */
export type IncidentTombstone = {
  readonly tombstone: TombstoneId;
  readonly status: TombstoneSummary['status'];
  /** True where its reason is this incident's: a step of it made it. Others may be about something else. */
  readonly own: boolean;
  /** Of a purge: whether this clone confirmed that nothing is left here. */
  readonly here: 'complete' | 'incomplete' | null;
  /** Places where this clone's purge left the content. */
  readonly places: readonly string[];
  /** Clones that are not known to have purged it. */
  readonly unconfirmed: readonly string[];
};

/** What is left to do about other copies of what an incident hid. */
export type IncidentCopies = {
  /** Where this clone pushes to, with the commands that bring the removal there. */
  readonly remotes: readonly {
    readonly name: string;
    /** Without credentials. */
    readonly url: string;
    readonly commands: readonly (readonly string[])[];
  }[];
  /** Refs of Git's own that a purge moved to rewritten commits. */
  readonly moved: readonly string[];
  /** Clones that never said that nothing is left with them, and who began each. */
  readonly clones: readonly {
    readonly replica: string;
    readonly by: string;
    readonly tombstones: readonly TombstoneId[];
  }[];
};

/** Where an incident stands: what was done about it, what is to be done, and what nobody can say. */
export type IncidentResult = {
  /** The line that opened it; null where none ever was. */
  readonly incident: OperationId | null;
  readonly status: 'none' | 'open' | 'closed';
  readonly reason: string | null;
  readonly by: string | null;
  readonly since: Instant | null;
  readonly closedAt: Instant | null;
  /** True while nobody may change anything. */
  readonly frozen: boolean;
  readonly steps: readonly IncidentStepResult[];
  /** Each time that a step was done or left out by a line of its own, the oldest first: there may be many secrets. */
  readonly history: readonly IncidentStepResult[];
  readonly tombstones: readonly IncidentTombstone[];
  /** Purges of it that others have to agree to first, or that have to wait. */
  readonly proposals: readonly PurgeProposal[];
  /** What this clone cannot reach, or could not look into; clauses. */
  readonly outOfReach: readonly string[];
  /** What a search saw just now; null where nothing was looked for. */
  readonly found: RedactFindResult | null;
  /** Of `propagate`; null elsewhere. */
  readonly copies: IncidentCopies | null;
  /** The line that was written last; null where none was. */
  readonly operation: OperationId | null;
};

/** The signed account of a closed incident. `line` and `texts` are canonical JSON, as the log has them. */
export type IncidentPaperResult = {
  readonly incident: OperationId;
  /** What `texts` says of the incident: sentences, for people. */
  readonly account: readonly string[];
  readonly line: string;
  readonly texts: string;
  /** The sealed token chain, base64url. */
  readonly chain: string;
};

/** What became of checking a paper. */
export type IncidentCheckResult = {
  readonly ok: boolean;
  /** One clause; null where nothing is wrong. */
  readonly why: string | null;
  /** The line that closed the incident. */
  readonly operation: OperationId;
  readonly by: string;
  readonly at: Instant;
  readonly holder: PublicKeyHex;
  readonly account: readonly string[];
};
