/** Where a field of an actor came from, in the order in which they are asked. */
export type ActorSource = 'credential' | 'flag' | 'environment' | 'default' | 'none';

/**
 * Who acts. Attribution only: nothing here grants anything, and provider, model and confidence are
 * self-reported. A field nobody named is null, never guessed.
 */
export interface Actor {
  readonly principal: string;
  /** The leaf agent of the credential, or what the caller named; null for a person. */
  readonly agent: string | null;
  readonly provider: string | null;
  readonly model: string | null;
  /** The harness's session, never the token's. */
  readonly session: string | null;
  /** Two decimals from `0.00` to `1.00`. */
  readonly confidence: string | null;
}

export type ActorField = keyof Actor;
export type ActorSources = Readonly<Record<ActorField, ActorSource>>;
export const ACTOR_FIELDS: readonly ActorField[] = [
  'principal',
  'agent',
  'provider',
  'model',
  'session',
  'confidence',
];
