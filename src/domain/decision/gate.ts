/** The gates in the order in which they are asked. */
export const GATES = ['freeze', 'credential', 'holder', 'floor', 'scope', 'role', 'policy'] as const;
export type Gate = (typeof GATES)[number];
