/** Milliseconds since 1970 by the system's clock, which may be set back while heddle runs. */
export function nowMilliseconds(): number {
  return Date.now();
}

/** Milliseconds that this process has computed for, in all its threads: it stands still while others have the cores. */
export function computedMilliseconds(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}
