/** Milliseconds since 1970 by the system's clock, which may be set back while heddle runs. */
export function nowMilliseconds(): number {
  return Date.now();
}
