import type { Variables } from '#platform/environment.ts';
import { withoutRelativeEntries } from '#platform/search-path.ts';

/** One setting of Git's configuration. */
export type Setting = readonly [key: string, value: string];

/**
 * What every git runs with, whatever the configuration says: no hooks, no helpers, no pager, no maintenance
 * in the background; what it writes is fsynced. Attributes and line endings stay the user's.
 */
export const FIXED_SETTINGS: readonly Setting[] = [
  ['core.hooksPath', '/dev/null'],
  ['core.fsmonitor', 'false'],
  ['core.untrackedCache', 'false'],
  ['core.splitIndex', 'false'],
  ['index.sparse', 'false'],
  ['index.skipHash', 'false'],
  ['core.pager', 'cat'],
  ['core.editor', 'false'],
  ['core.askPass', ''],
  ['core.sshCommand', 'false'],
  ['credential.helper', ''],
  ['core.logAllRefUpdates', 'false'],
  // What does not come back byte for byte is reported by name; git must neither warn nor refuse.
  ['core.safecrlf', 'false'],
  ['core.quotePath', 'false'],
  ['core.fsync', 'loose-object,pack,pack-metadata,index,reference'],
  ['core.fsyncMethod', 'batch'],
  ['core.filesRefLockTimeout', '1000'],
  ['gc.auto', '0'],
  ['maintenance.auto', 'false'],
  ['submodule.recurse', 'false'],
  ['diff.ignoreSubmodules', 'dirty'],
  ['log.showSignature', 'false'],
  ['color.ui', 'false'],
  ['advice.addEmbeddedRepo', 'false'],
  ['advice.detachedHead', 'false'],
  ['advice.graftFileDeprecated', 'false'],
];

/** Of Git's own variables only these pass: they take away and never add. */
const PASSED = new Set(['GIT_CONFIG_NOSYSTEM', 'GIT_CEILING_DIRECTORIES']);
/** Languages would change the text of errors; the editor and askpass programs must never be asked. */
const DROPPED = /^(?:GIT_|HEDDLE_|LC_|LANG$|LANGUAGE$|SSH_ASKPASS|EDITOR$|VISUAL$|PAGER$)/i;

/**
 * The environment of a git child: the caller's, without anything that moves repository, index or
 * configuration, and without heddle's own variables (they name credentials).
 */
export function gitEnvironment(inherited: Variables): Readonly<Record<string, string>> {
  const environment: Record<string, string> = {};
  for (const [name, value] of Object.entries(inherited)) {
    if (value !== undefined && (PASSED.has(name) || !DROPPED.test(name))) environment[name] = value;
  }
  const path = inherited['PATH'];
  // A file called git in a work tree is content: neither heddle nor git finds it by a bare name.
  if (path !== undefined) environment['PATH'] = withoutRelativeEntries(path);
  return {
    ...environment,
    LC_ALL: 'C',
    GIT_TERMINAL_PROMPT: '0',
    GIT_OPTIONAL_LOCKS: '0',
    GIT_NO_REPLACE_OBJECTS: '1',
    // What a commit itself says of its parents counts.
    GIT_GRAFT_FILE: '/dev/null',
    GIT_NO_LAZY_FETCH: '1',
    GIT_LITERAL_PATHSPECS: '1',
    // A list that names no real protocol: nothing that git starts here may reach another repository.
    GIT_ALLOW_PROTOCOL: 'none',
  };
}

/** Settings as variables: unlike `-c`, these can hold keys with an equals sign. */
export function settingVariables(settings: readonly Setting[]): Readonly<Record<string, string>> {
  const variables: Record<string, string> = { GIT_CONFIG_COUNT: String(settings.length) };
  for (const [index, [key, value]] of settings.entries()) {
    variables[`GIT_CONFIG_KEY_${index}`] = key;
    variables[`GIT_CONFIG_VALUE_${index}`] = value;
  }
  return variables;
}
