import { availableParallelism, loadavg } from 'node:os';

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
  const widths = HEAD.map((_, column) => Math.max(...[HEAD, ...rows].map((row) => row[column].length)));
  const line = (row) =>
    row
      .map((cell, column) => (column === 0 ? cell.padEnd(widths[0]) : cell.padStart(widths[column])))
      .join('  ');
  return [HEAD, widths.map((width) => '─'.repeat(width)), ...rows].map(line).join('\n');
}

function formatTimes({ median, min, max }) {
  return `${formatTime(median)} (${formatTime(min)}–${formatTime(max)})`;
}

function formatTime(milliseconds) {
  return milliseconds.toFixed(milliseconds < 100 ? 1 : 0);
}
