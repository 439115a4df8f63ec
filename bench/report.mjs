import { availableParallelism, loadavg } from 'node:os';

const WARM_HEAD = ['inside one process', 'ms'];
const HEAD = ['figure', 'heddle ms', 'node -e 0 ms', 'git ms', '× node', '× git'];

/** Which programs were measured, and how busy the machine was; nothing that names the machine. */
export function describeRun(versions, repetitions) {
  const { platform, arch } = process;
  return { ...versions, platform, arch, cpus: availableParallelism(), repetitions, load: loadavg()[0] };
}

/** The figures as an aligned table; each time is `median (min–max)`. */
export function formatTable(figures) {
  const rows = figures.map(({ name, heddle, node, git, ratios }) => [
    name,
    formatTimes(heddle),
    formatTimes(node),
    formatTimes(git),
    ratios.node.toFixed(2),
    ratios.git.toFixed(2),
  ]);
  return align([HEAD, ...rows]);
}

/** What was timed inside one process. */
export function formatWarm(figures) {
  return align([WARM_HEAD, ...figures.map((times) => [times.name, formatTimes(times, 2)])]);
}

/** What was taken of memory at most. */
export function formatMemory(figures) {
  return align([
    ['at most at once', 'MB'],
    ...figures.map(({ name, bytes }) => [name, (bytes / 1e6).toFixed(0)]),
  ]);
}

/** A table with a line below its head; all but the first column stand to the right. */
function align([head, ...rows]) {
  const widths = head.map((_, column) => Math.max(...[head, ...rows].map((row) => row[column].length)));
  const line = (row) =>
    row
      .map((cell, column) => (column === 0 ? cell.padEnd(widths[0]) : cell.padStart(widths[column])))
      .join('  ');
  return [head, widths.map((width) => '─'.repeat(width)), ...rows].map(line).join('\n');
}

function formatTimes({ median, min, max }, digits = 1) {
  const format = (milliseconds) => milliseconds.toFixed(milliseconds < 100 ? digits : 0);
  return `${format(median)} (${format(min)}–${format(max)})`;
}
