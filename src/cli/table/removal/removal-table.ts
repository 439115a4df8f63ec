import { REASON_CODES } from '#domain/removal/tombstone.ts';
import { WRITER_OPTIONS } from '#cli/table/shared-options.ts';
import { argument, flag, option, verb, type VerbSpec } from '#cli/table/verb-spec.ts';

/** Verbs of removal: hide, destroy, and what tells of it. */
export const REMOVAL_VERBS: readonly VerbSpec[] = [
  verb('redact', {
    summary: "hide a file's content in every state; `undo` brings it back",
    details: [
      'What PATH holds in the state is hidden wherever it stands, in all threads and all states, and in the worktrees of this clone. Ids and signatures of states stay as they are. Copies that were edited are left alone and named.',
      'With --lines or --match-file only parts of the file go, and the rest stays as it is: `[redacted hr-…]` stands in their place, whatever their length. A range of lines becomes one line; their numbers are those of the state, whatever was changed on the disk since. The bytes of --match-file are one secret, a key of many lines as well, without the end of the last line; they go wherever they stand in the content, in files with either end of line and in UTF-16 too. With --all they go out of every content that PATH ever held; without PATH out of every file of every state that holds them. `undo` first, to cut more out of the same content later.',
      'A signed tombstone takes its place. It says who, when and why, it travels with the repository, and it cannot be taken out again: the reason is public, so never quote in it what is to be hidden.',
      'Without --code the tombstone says `other`: it is signed, and claims nothing that nobody said. With `credential` you are told to rotate it until --rotated-at says that it was.',
      'This clone still holds the bytes, encrypted and in what Git keeps, until `heddle purge`.',
      'With --text it hides what was written beside a record instead of a file: intent, task and evidence of a state, reasons, messages and arguments of an operation or a run, the reason of a request, of `answer-…` or of a tombstone, the message of `review-…`. All of that sidecar goes, and every other one that says the same words (8 bytes and more) with it; a task only with --task. Their ids and signatures stay.',
      'With --name it hides what a file is called instead of what is in it: `redacted-name-hr-…` stands for the name in every state and directory that has it, and what is in the file stays readable. Every record that names it goes with it, as with --text. Files on the disk keep their name and are told: rename them, since this clone refuses the name from now on. It takes no name of a directory, and none that a grant, a policy or a token is about.',
      'With --find it changes nothing: it takes a secret from standard input, or from a file, and lists every place of this clone where it stands, as it is, encoded (base64, hex, URL, UTF-16, JSON) or over several lines, each with the command that hides it where there is one. The secret is held in memory alone and shown nowhere. It exits with 1 where it found something.',
    ],
    arguments: [
      argument('[PATH]', 'file, as seen from the current directory; it need not be there any more'),
    ],
    options: [
      option('--state STATE', 'text', 'hide what PATH holds there; in the newest state where left out'),
      flag('--all', 'hide every content that PATH ever held'),
      option('--lines RANGES', 'text', 'hide these lines alone, as they were captured, such as 3 or 3-7,12'),
      option('--match-file FILE', 'text', 'hide the bytes that this file holds, - for standard input'),
      option(
        '--text ID',
        'text',
        'hide what is written in a state, an operation, a run, a request, a review',
      ),
      option('--name PATH', 'text', 'hide the name of this file, wherever a file has it'),
      flag('--task', 'with --text: hide the task, in every state that has it'),
      option('--find FILE', 'text', 'find a secret that this file holds, - for standard input'),
      option('--reason TEXT', 'reason', 'say why, in public'),
      option('--code CODE', 'text', 'say what kind of thing it is', { choices: REASON_CODES }),
      option(
        '--rotated-at TIME',
        'instant',
        'say when the credential was rotated, in UTC, such as 2026-11-20T18:00:00Z',
      ),
      flag('--dry-run', 'show what would change and change nothing'),
      ...WRITER_OPTIONS,
    ],
    atMostOne: ['state', 'all', 'text', 'name', 'find'],
    examples: [
      {
        argv: [
          'redact',
          '.env',
          '--code',
          'credential',
          '--reason',
          'mail key captured by mistake',
          '--dry-run',
        ],
        does: 'see where it stands first',
      },
      {
        argv: ['redact', '.env', '--all', '--code', 'credential', '--reason', 'mail key captured by mistake'],
        does: 'hide all that the file ever held',
      },
      {
        argv: ['redact', '--text', 'hs-4k2m9x7p', '--reason', 'a password in the intent', '--dry-run'],
        does: 'see what says the same as the intent of a state',
      },
      {
        argv: ['redact', 'config.ts', '--lines', '12-14', '--reason', 'a key captured by mistake'],
        does: 'hide three lines of it',
      },
      {
        argv: [
          'redact',
          '--match-file',
          '-',
          '--code',
          'credential',
          '--reason',
          'a key captured by mistake',
        ],
        does: 'hide a secret in every file that holds it; type or pipe it in',
      },
      {
        argv: ['redact', '--name', 'plans/contoso.md', '--code', 'pii', '--reason', 'it named a customer'],
        does: 'hide what a file is called',
      },
      { argv: ['redact', '--find', '-'], does: 'find where a secret stands; type or pipe it in' },
    ],
    everyday: true,
    answer: 'redact',
    also: ['redact-find'],
    load: () => import('#commands/removal/redact.ts'),
  }),
  verb('purge', {
    summary: 'destroy what a tombstone hides, for good',
    details: [
      "Only an owner can, in person: no agent's token and no narrowed one does. It needs a tombstone, so redact first.",
      'On a terminal it asks for the id of the tombstone; elsewhere it needs --yes. `undo` does not cross it.',
      'The bytes go from every place of this clone that heddle may touch. Where something else still holds them, a branch of Git for example, each place is named, the receipt says `incomplete`, and it exits with 1: clear the place and purge again.',
      "With --rewrite-git it takes the content out of Git's own history too: branches, tags, remote-tracking refs, notes and stashes. Commits that held it, and all that stand on one, get another id and lose their signature; all others keep theirs. Parts of files and redacted texts get masks wherever that history holds them: in older versions, messages and notes. An owner of the whole repository can. Look at it with --dry-run first: it names the refs, work trees and signatures, and the branches on which people approve what is landed.",
      'Other clones, hosts and backups are not touched, and nothing is claimed of them; `heddle tombstone show` lists who confirmed.',
    ],
    arguments: [argument('PATH|TOMBSTONE', 'id of the tombstone, hr-…, or a file that was redacted')],
    options: [
      flag('--yes', 'do not ask'),
      flag('--dry-run', 'show every place that holds the content and change nothing'),
      option(
        '--kit FILE',
        'text',
        'write down for colleagues and hosts what is left to do; overwrites nothing',
      ),
      flag('--rewrite-git', "rewrite branches, tags and other refs of Git's own that hold it"),
      ...WRITER_OPTIONS,
    ],
    examples: [
      { argv: ['purge', '.env', '--dry-run'], does: 'see what holds the content' },
      {
        argv: ['purge', '.env', '--rewrite-git', '--dry-run'],
        does: "see what rewriting Git's history would change",
      },
      { argv: ['purge', 'hr-4k2m9x7p'], does: 'destroy it, after a question' },
    ],
    everyday: true,
    answer: 'purge',
    load: () => import('#commands/removal/purge.ts'),
  }),
  verb('tombstone list', {
    summary: 'list what was redacted and purged',
    withoutGit: true,
    answer: 'tombstone-list',
    load: () => import('#commands/tombstone/list.ts'),
  }),
  verb('tombstone receive', {
    summary: 'take over what was redacted and purged elsewhere',
    details: [
      "Fetch first, beside what is here: `git fetch REMOTE '+refs/heddle/*:refs/heddle/remotes/REMOTE/*'`. A fetch onto the refs themselves would leave this clone half hidden.",
      'Each record is judged by itself, by the authority chain of this clone; what fails is named and stops nothing else. What counts is done here too: content is hidden or given back, and what an owner ordered to be destroyed is destroyed, with a receipt of this clone. Files of work trees that hold just that content are replaced.',
      'It exits with 1 where a record was refused.',
    ],
    arguments: [argument('REMOTE', 'remote, as git names it')],
    options: [...WRITER_OPTIONS],
    examples: [{ argv: ['tombstone', 'receive', 'origin'], does: 'after the fetch' }],
    answer: 'tombstone-receive',
    load: () => import('#commands/tombstone/receive.ts'),
  }),
  verb('tombstone show', {
    summary: 'show a tombstone, and which clones confirmed a purge',
    arguments: [argument('TOMBSTONE', 'id of the tombstone, hr-…')],
    withoutGit: true,
    answer: 'tombstone-show',
    load: () => import('#commands/tombstone/show.ts'),
  }),
  verb('tombstone verify', {
    summary: 'check tombstones, receipts, and what stands in place of the content',
    details: ['Needs no key. Exits with 1 where something is wrong.'],
    arguments: [argument('[TOMBSTONE]', 'id of the tombstone, hr-…; all of them where left out')],
    withoutGit: true,
    answer: 'tombstone-verify',
    load: () => import('#commands/tombstone/verify.ts'),
  }),
];
