/** Bounds of a token; a reader refuses what exceeds them before it looks further. */
export const TOKEN_LIMITS = {
  tokenBytes: 16_384,
  blocks: 12,
  /** Checks of a block, and alternatives of a check. */
  checks: 64,
  alternatives: 64,
  /** UTF-8 bytes of one text. */
  stringBytes: 1024,
} as const;
