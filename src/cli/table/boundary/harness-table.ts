import { HARNESS_EVENTS } from '#domain/harness/harness-event.ts';
import { HARNESSES } from '#domain/harness/integration.ts';
import { ALLOW, PRESET, PRESET_DETAILS, RESOURCE, TTL } from '#cli/table/authority-table.ts';
import { argument, flag, option, verb, type VerbSpec } from '#cli/table/verb-spec.ts';

/** Verbs by which a harness and heddle know of each other. */
export const HARNESS_VERBS: readonly VerbSpec[] = [
  verb('integrate', {
    summary: 'wire a harness: its sessions get a narrower token, its turns are saved',
    details: [
      'claude-code: hooks go into .claude/settings.local.json of this work tree, or with --user into the settings of all. A session starts with a token of its own, each turn that ends is captured, and an edit that may not be captured is refused with the denial as the reason. generic writes nothing and prints the commands for any other harness.',
      'What sessions may do is kept in the home, and never in the tree: nothing in a repository wires anything. An agent cannot run this. --uninstall gives the settings back byte for byte, or takes out only the hooks where somebody wrote into them since.',
      ...PRESET_DETAILS,
    ],
    arguments: [argument('HARNESS', 'claude-code or generic', HARNESSES)],
    options: [
      flag('--uninstall', 'take it back'),
      flag(
        '--user',
        'of claude-code: wire it in your own settings; clones that were not named here are left alone',
      ),
      PRESET,
      ALLOW,
      RESOURCE,
      TTL,
      option('--agent A', 'text', "name the agent; the harness's name where left out", { says: null }),
      option('--provider NAME', 'text', "the model's provider, where the harness does not say it"),
      option('--model NAME', 'text', 'the model, where the harness does not say it'),
    ],
    examples: [
      { argv: ['integrate', 'claude-code'], does: 'let its sessions work on the thread of this work tree' },
      { argv: ['integrate', 'claude-code', '--uninstall'], does: 'take it back' },
    ],
    answer: 'integrate',
    load: () => import('#commands/harness/integrate.ts'),
  }),
  verb('harness', {
    summary: 'answer an event of a harness that was wired; for its hooks',
    details: [
      'Reads one JSON object from standard input. Where the clone was not wired nothing happens. Before a tool it ends with 2 where the tool is refused, and whatever goes wrong there is a refusal.',
    ],
    arguments: [argument('EVENT', 'session-start, pre-tool, turn-end or session-end', HARNESS_EVENTS)],
    options: [
      option('--format FORMAT', 'text', 'what the harness speaks; generic where left out', {
        choices: HARNESSES,
      }),
    ],
    answer: 'harness',
    load: () => import('#commands/harness/harness.ts'),
  }),
];
