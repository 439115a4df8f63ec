/**
 * Lets go on what other threads have got ready for this one. What compiles beside it takes a step here between decoding
 * and compiling, and of files that are read at once nobody waits: without a turn that step would come last.
 */
export function otherTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
