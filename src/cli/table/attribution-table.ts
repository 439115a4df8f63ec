import { ATTRIBUTION_FORMATS } from '#domain/attribution/claim.ts';
import { argument, flag, option, verb, type VerbSpec } from './verb-spec.ts';

const FORMAT = option('--format FORMAT', 'text', 'git-ai or agent-trace', {
  choices: ATTRIBUTION_FORMATS,
  required: true,
});

/** Verbs that bring attribution to other tools, and theirs here. */
export const ATTRIBUTION_VERBS: readonly VerbSpec[] = [
  verb('attribution export', {
    summary: 'write down for other tools whose the lines of commits are',
    details: [
      'Of each commit the lines that it brought in, as `heddle blame` tells them, and only what states with a valid signature have. Nothing is written to the repository.',
      'git-ai is the note of refs/notes/ai (Git AI Standard 3.0.0); of a range each note has a line `commit ID` above it. agent-trace is one JSON record on each line (Agent Trace 0.1.0). git-ai cannot say what is inferred; agent-trace has it in its metadata.',
    ],
    arguments: [argument('[REV|RANGE]', 'a commit, or commits such as main..topic; HEAD where left out')],
    options: [FORMAT, flag('--exact-only', 'leave out what is only inferred')],
    examples: [
      { argv: ['attribution', 'export', '--format', 'git-ai'], does: 'see the note of the newest commit' },
      {
        argv: ['attribution', 'export', 'main..topic', '--format', 'agent-trace'],
        does: 'write a record of each commit of a branch',
      },
    ],
    answer: 'attribution-export',
    load: () => import('#commands/attribution/export.ts'),
  }),
];
