/** The package publishes no types for its glue; this is the part that the engine uses, and no maker of keys. */
declare module '@biscuit-auth/biscuit-wasm/module/biscuit_bg.js' {
  export function __wbg_set_wasm(exports: unknown): void;

  export class PublicKey {
    private constructor();
    free(): void;
    /** Algorithm 0 is Ed25519. */
    static fromBytes(key: Uint8Array, algorithm: number): PublicKey;
  }

  export class Biscuit {
    private constructor();
    free(): void;
    static fromBytes(token: Uint8Array, root: PublicKey): Biscuit;
  }

  export class Fact {
    private constructor();
    free(): void;
    static fromString(source: string): Fact;
    set(name: string, value: unknown): void;
  }

  export class Policy {
    private constructor();
    free(): void;
    static fromString(source: string): Policy;
  }

  export class AuthorizerBuilder {
    constructor();
    free(): void;
    addFact(fact: Fact): void;
    addPolicy(policy: Policy): void;
    buildAuthenticated(token: Biscuit): Authorizer;
  }

  export class Authorizer {
    private constructor();
    free(): void;
    authorizeWithLimits(limits: unknown): number;
  }
}
