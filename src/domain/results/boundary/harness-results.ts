import type { RequestOperation } from '#domain/authority/role.ts';
import type { DenialResult } from '#domain/results/decision-results.ts';
import type { Harness } from '#domain/harness/integration.ts';
import type { HarnessEventName } from '#domain/harness/harness-event.ts';
import type { StateId } from '#domain/id.ts';
import type { Instant } from '#domain/time.ts';

/** What `integrate` answers. */
export type IntegrateResult = {
  readonly harness: Harness;
  /** `unchanged` where there was nothing to take away. */
  readonly done: 'installed' | 'uninstalled' | 'unchanged';
  /** The harness's file of settings; null where none is written. */
  readonly file: string | null;
  readonly agent: string;
  readonly preset: string | null;
  readonly operations: readonly RequestOperation[];
  readonly resources: readonly string[];
  /** Milliseconds; null for the preset's. */
  readonly life: number | null;
  /** The command line of each event, for a shell. */
  readonly commands: readonly { readonly event: HarnessEventName; readonly command: string }[];
};

/** What `harness` answers. */
export type HarnessResult = {
  readonly event: HarnessEventName;
  readonly harness: Harness;
  readonly session: string | null;
  /** `skipped`: this clone is not wired, or nothing that heddle keeps is concerned. */
  readonly outcome:
    | 'ready'
    | 'allowed'
    | 'refused'
    | 'captured'
    | 'unchanged'
    | 'ended'
    | 'failed'
    | 'skipped';
  /** One clause; null where there is nothing to be told. */
  readonly message: string | null;
  readonly denial: DenialResult | null;
  /** Path of the session's credential, and until when it may be used. */
  readonly credential: string | null;
  readonly expires: Instant | null;
  /** What a turn was saved as. */
  readonly state: StateId | null;
  /** Variables for what the session starts. */
  readonly variables: readonly { readonly name: string; readonly value: string }[];
};
