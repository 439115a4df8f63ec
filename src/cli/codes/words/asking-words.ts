import { words, type SomeWords } from './words-of-code.ts';

/** What was typed, where it was typed, and with which keys. */
export const ASKING_WORDS = {
  USAGE: words('the command line is not understood', 'a verb, option or value is misspelt or left out'),
  PRINCIPAL_MISSING: words(
    'nobody says who answers for it',
    'no credential, flag or variable names a principal',
  ),
  PROVIDER_MODEL_PAIR: words(
    'a provider is named without a model, or the other way round',
    'one flag or variable of the two is missing',
  ),
  CONFIDENCE_INVALID: words(
    'the confidence is no number from 0.00 to 1.00',
    'it was given in percent, or with more than two decimals',
  ),
  RESOURCE_INVALID: words(
    'the text is no resource',
    'a namespace is missing, a segment is empty, or a path climbs out with `..`',
  ),
  THREAD_NAME_INVALID: words(
    'no thread can have this name',
    'it holds a character that Git refuses in refs, `@` or `:`, or begins with heads/',
  ),
  PATH_INVALID: words(
    'the path does not lead to a file inside the repository',
    'it leaves the work tree, or Git refuses its name',
  ),
  DURATION_INVALID: words(
    'the text is no duration',
    'the unit is missing or unknown, or it is zero or too long',
  ),
  CONFIRMATION_MISSING: words(
    'nobody confirmed what cannot be taken back',
    'a purge ran without a terminal and without --yes, or something else was typed',
  ),

  NOT_A_REPOSITORY: words('there is no Git repository here', 'it ran in another directory than was meant'),
  BARE_REPOSITORY: words(
    'the repository has no work tree',
    'it ran in a bare repository, such as on a server',
  ),
  REPOSITORY_UNTRUSTED: words(
    'the repository belongs to another user',
    'it was cloned as root, or lies on a shared disk',
  ),
  NOT_A_WORK_TREE: words(
    'the directory is not part of a work tree',
    'it ran inside .git, or in a directory that was removed',
  ),
  NOT_INITIALISED: words(
    'heddle was not begun in this repository',
    'nobody ran init, or git made the clone and brought nothing of heddle',
  ),
  ADOPT_REFUSED: words(
    'what was fetched from another clone is missing, does not verify, or begins with another genesis',
    'only some of `refs/heddle/*` were fetched, or somebody wrote into them',
  ),
  NOT_BARE: words(
    'the repository has a work tree, and the verb is for one that is pushed to',
    'it ran in a clone instead of in the repository on the server',
  ),
  ALREADY_INITIALISED: words('the repository has an authority chain', 'init ran a second time'),
  GIT_MISSING: words('git was not found', 'it is not installed, or not on the PATH of this process'),
  GIT_TOO_OLD: words('git is older than heddle needs', 'the system has git before 2.38'),
  GIT_UNSUPPORTED: words(
    'the repository is of a kind that heddle does not support',
    'it uses SHA-256, reftable, a partial clone, a sparse checkout or an extension that is unknown',
  ),
  GIT_FAILED: words(
    'git ended in a way that was not expected',
    'it was killed, ran out of memory, or was stopped by its configuration',
    'see what the error says of git, mend it and run it again',
  ),
  HOOKS_PATH_SHARED: words(
    'git looks for hooks in a directory that other repositories use, too',
    'core.hooksPath is set for all repositories of this user or machine, or by a variable',
  ),
  HOME_MISSING: words(
    'there is nowhere to keep keys and credentials',
    'no HOME is set, and the system has no entry for the user, as in a container that runs under a number',
  ),
  KEY_MISSING: words(
    'the principal has no keys on this device',
    'another device or HEDDLE_HOME has them, or the name is misspelt',
  ),
  KEY_LOCKED: words(
    'the keys stay locked',
    'an agent is running, which never unlocks the keys of a person; or the machine lacks memory',
  ),
  PASSPHRASE_MISSING: words(
    'the keys need a passphrase, and none was given',
    'there is no terminal to ask on, or the file is missing or empty',
  ),
  PASSPHRASE_WRONG: words(
    'the passphrase does not open the keys',
    'it was mistyped, or belongs to other keys',
  ),
  KEY_FILE_MODE: words('a key file can be read by others', 'it was copied or unpacked with a wider mode'),
  KEY_FILE_INVALID: words('a key file is damaged', 'it was edited or cut'),
  CREDENTIAL_FILE_MODE: words(
    'a credential file can be read by others',
    'it was copied or downloaded with a wider mode',
  ),
  CREDENTIAL_FILE_INVALID: words(
    'a credential file is damaged or none',
    'it was edited or cut, or HEDDLE_CREDENTIAL names another file',
  ),
} satisfies SomeWords;
