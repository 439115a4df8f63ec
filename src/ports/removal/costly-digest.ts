/**
 * Makes a digest that costs whoever tests guesses as much as us: 32 bytes of scrypt (RFC 7914) with N 65,536, r 8 and
 * p 1, which are of the format and never read from a record. About 64 MiB and 0.2 s; one after another, however many
 * are asked for at once. Throws `IO_FAILED` where this machine cannot.
 */
export type CostlyDigest = (input: {
  readonly content: Uint8Array;
  readonly salt: Uint8Array;
}) => Promise<Uint8Array>;
