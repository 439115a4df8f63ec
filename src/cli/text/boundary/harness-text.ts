import type { HarnessResult, IntegrateResult } from '#domain/results/boundary/harness-results.ts';
import { denialLines } from '#cli/denial-text.ts';
import { formatJson, type Terminal } from '#cli/terminal-text.ts';
import type { TextOf } from '#cli/text/shared-lines.ts';

/** Text of `integrate`. */
export const integrateText: TextOf<IntegrateResult> = (result, terminal) => {
  const { harness, done, file, agent, preset, operations, resources, commands } = result;
  if (done === 'unchanged') return [`${harness} was not wired here`];
  if (done === 'uninstalled') return [`${harness} is no longer wired here`];
  const may = preset ?? operations.join(', ');
  return [
    `sessions of ${harness} work here as ${terminal.safe(agent)}: ${terminal.safe(may)}`,
    ...resources.map((resource) => `  at ${terminal.safe(resource)}`),
    ...(file === null ? ['have the harness run, with one JSON object on standard input:'] : []),
    ...(file === null
      ? [
          ...commands.map(({ event, command }) => `  ${event.padEnd(14)}${terminal.safe(command)}`),
          ...OBJECTS,
        ]
      : [`the hooks are in ${terminal.safe(file)}`, 'sessions that start from now on call them']),
  ];
};

const OBJECTS = [
  'pre-tool gets {"session":"ID","tool":"NAME","paths":["FILE"]}, the others {"session":"ID"},',
  'and session-start may name "provider" and "model"; each answers with one object',
];

/** How Claude Code is told on stdout that a tool is refused: what it reads on stderr, as JSON. */
export const harnessJson: TextOf<HarnessResult> = (result, terminal) => {
  const permissionDecisionReason = tell(result, terminal).join('\n');
  const decision = { permissionDecision: 'deny', permissionDecisionReason };
  return [formatJson({ hookSpecificOutput: { hookEventName: 'PreToolUse', ...decision } })];
};

/** Text of `harness`: what the harness reads. Claude Code reads JSON on stdout, and stderr where a tool is blocked. */
export const harnessText: TextOf<HarnessResult> = (result, terminal) => {
  if (result.harness === 'generic') return [formatJson({ schema: 'heddle/harness/v1', ...result })];
  const told = tell(result, terminal);
  switch (result.outcome) {
    case 'refused':
      return told;
    case 'failed':
      return [formatJson({ systemMessage: told.join('\n') })];
    case 'ready': {
      const hookSpecificOutput = { hookEventName: 'SessionStart', additionalContext: told.join('\n') };
      return [formatJson({ hookSpecificOutput })];
    }
    default:
      return [];
  }
};

const WIDER = 'what sessions may do is said by a person with `heddle integrate`; the next session has it';

function tell({ denial, message }: HarnessResult, terminal: Terminal): readonly string[] {
  if (denial !== null) {
    const lines = denialLines(denial, { terminal, lead: 'heddle refuses:' });
    // What fixes a credential of one's own is nothing for a session: it gets what was said of all.
    return denial.stage === 'scope' ? [...lines, WIDER] : lines;
  }
  return [`heddle: ${terminal.safe(message ?? 'it could not be decided')}`];
}
