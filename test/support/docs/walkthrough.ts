import { spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { HEDDLE } from '../cli/run-heddle.ts';
import { codeBlocks } from './markdown.ts';

/** A block of commands of a page, and what the page says of it. */
export interface Step {
  readonly script: string;
  readonly exit: number;
  /** Lines that it prints, in this order and perhaps with others between; `…` stands for anything. */
  readonly shows: readonly string[];
}

/** How a step ended; standard output and error in the order in which they came. */
export interface Ended {
  readonly output: string;
  readonly exit: number;
}

/** Steps of a page: blocks after `<!-- run -->` or `<!-- run exit=N -->`, each with the `<!-- shows -->` after it. */
export function stepsOf(page: string): readonly Step[] {
  const steps: Step[] = [];
  for (const { note, body } of codeBlocks(page)) {
    const last = steps.at(-1);
    if (/^run\b/.test(note)) {
      steps.push({ script: body, exit: Number(/exit=(\d+)/.exec(note)?.[1] ?? '0'), shows: [] });
    } else if (note === 'shows' && last !== undefined && last.shows.length === 0) {
      steps.splice(-1, 1, { ...last, shows: body.trimEnd().split('\n') });
    }
  }
  return steps;
}

const MARK = '\u0001';

/**
 * Runs the steps in one shell, as somebody would who types them, until one ends otherwise than it should. The
 * shell begins in `place`, which is also the home of whoever types.
 */
export function runSteps(steps: readonly Step[], place: string): readonly Ended[] {
  const script = [
    'heddle() { "$NODE" "$PROGRAM" "$@"; }',
    ...steps.map(
      ({ script: body, exit }) =>
        // What a step sets stays set for the next one: no subshell, and nothing that ends the whole script.
        `code=0\nwhile :; do\ntrap 'code=$?; break' ERR\n${body}break\ndone\ntrap - ERR\nprintf '${MARK}%s${MARK}' "$code"\n[ "$code" = ${exit} ] || exit 0`,
    ),
  ].join('\n');
  const home = join(place, 'home');
  mkdirSync(home, { recursive: true });
  const { stdout } = spawnSync('bash', ['-c', `exec 2>&1\n${script}`], {
    cwd: place,
    encoding: 'utf8',
    timeout: 110_000,
    env: {
      PATH: process.env['PATH'] ?? '',
      HOME: home,
      NODE: process.execPath,
      PROGRAM: HEDDLE,
      GIT_CONFIG_GLOBAL: '/dev/null',
      GIT_CONFIG_NOSYSTEM: '1',
      LANG: 'C.UTF-8',
      TZ: 'UTC',
    },
  });
  const parts = stdout.split(MARK);
  return steps.flatMap((_, index) => {
    const [output, code] = parts.slice(2 * index, 2 * index + 2);
    return output === undefined || code === undefined ? [] : [{ output, exit: Number(code) }];
  });
}

/** Shown lines that an output does not have, or has before the one that is shown before them. */
export function linesMissing(shows: readonly string[], output: string): readonly string[] {
  const lines = output.split('\n');
  let from = 0;
  return shows.filter((shown) => {
    const pattern = new RegExp(`^${shown.split('…').map(literal).join('.*')}$`);
    const at = lines.findIndex((line, index) => index >= from && pattern.test(line));
    if (at !== -1) from = at + 1;
    return at === -1;
  });
}

function literal(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&');
}
