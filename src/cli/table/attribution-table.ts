import { ATTRIBUTION_FORMATS } from '#domain/attribution/claim.ts';
import { WRITER_OPTIONS } from './shared-options.ts';
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
      'Of each commit the lines that it brought in, as `heddle blame` tells them, and only what states with a valid signature have. It goes to standard output.',
      'git-ai is the note of refs/notes/ai (Git AI Standard 3.0.0); of a range each note has a line `commit ID` above it. agent-trace is one JSON record on each line (Agent Trace 0.1.0). git-ai cannot say what is inferred; agent-trace has it in its metadata.',
    ],
    arguments: [argument('[REV|RANGE]', 'a commit, or commits such as main..topic; HEAD where left out')],
    options: [
      FORMAT,
      flag('--exact-only', 'leave out what is only inferred'),
      flag('--write-notes', "write git-ai's notes into Git instead, as somebody who may land on notes/ai"),
      option('--notes-ref REF', 'text', 'write these notes; refs/notes/ai where left out'),
      flag('--force', 'replace notes that say something else; they may be of another tool'),
      ...WRITER_OPTIONS,
    ],
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
  verb('attribution import', {
    summary: 'take over what another tool says of lines, as claims',
    details: [
      "Reads notes of git-ai (Git AI Standard 3.0.0) from refs/notes/ai or a file, or records of Agent Trace (0.1.0) from a file. A claim is nobody's signed word but that you took it over. `heddle blame PATH --imports` shows it for lines that no state has; what heddle itself knows goes first. `heddle undo` takes it back.",
      "Kept are commit, paths, lines, tool, model and a hash of the record: no prompt, no message, no link, and nobody's name. It needs the role of a developer at the whole repository.",
    ],
    arguments: [argument('[REV|RANGE]', 'only of this commit, or of commits such as main..topic')],
    options: [
      FORMAT,
      option('--from FILE', 'text', 'read a file, or standard input for -'),
      option('--notes-ref REF', 'text', 'read these notes; refs/notes/ai where left out'),
      ...WRITER_OPTIONS,
    ],
    atMostOne: ['from', 'notes-ref'],
    examples: [
      {
        argv: ['attribution', 'import', 'main~20..main', '--format', 'git-ai'],
        does: 'take over the newest notes',
      },
      {
        argv: ['attribution', 'import', '--format', 'agent-trace', '--from', 'traces.jsonl'],
        does: 'take over records of a file',
      },
    ],
    answer: 'attribution-import',
    load: () => import('#commands/attribution/import.ts'),
  }),
];
