import type { Json } from '#domain/encoding/canonical-json.ts';
import { isJsonObject } from '#domain/encoding/json-field.ts';
import { HeddleError } from '#domain/error.ts';
import { withMember, withoutMember } from './json-member.ts';
import { CLAUDE_EVENTS, CLAUDE_MATCHER, HARNESS_EVENTS, type HarnessEventName } from './harness-event.ts';

/** Claude Code's settings as JSON; more is no file of settings. */
export const LARGEST_SETTINGS = 1024 * 1024;

/** The end of every command line of heddle's, by which its entries are known. */
const OWN = /(?:^| )harness (?:session-start|pre-tool|turn-end|session-end) --format claude-code$/;
/** Seconds. */
const TIMEOUT = 60;

type JsonObject = { readonly [name: string]: Json };

/**
 * Settings with heddle's hooks, those of an earlier time taken out. Everything beside the hooks stays byte for byte.
 * Throws `FORMAT_INVALID`, and changes nothing, where the text is not what it takes settings to be.
 *
 * @param text null where there are none yet.
 */
export function addClaudeHooks(text: string | null, commandOf: (event: HarnessEventName) => string): string {
  const settings = without(parseSettings(text ?? '{}'));
  const hooks: Record<string, Json> = { ...hooksOf(settings) };
  for (const event of HARNESS_EVENTS) {
    const name = CLAUDE_EVENTS[event];
    const own = { hooks: [{ type: 'command', command: commandOf(event), timeout: TIMEOUT }] };
    const entry: Json = event === 'pre-tool' ? { matcher: CLAUDE_MATCHER, ...own } : own;
    hooks[name] = [...entriesOf(hooks, name), entry];
  }
  return text === null ? `${withHooks('{}', hooks)}\n` : withHooks(text, hooks);
}

/** Whether some of the hooks are heddle's. Throws like {@link addClaudeHooks}. */
export function hasClaudeHooks(text: string): boolean {
  const settings = parseSettings(text);
  return JSON.stringify(without(settings)) !== JSON.stringify(settings);
}

/** Settings without heddle's hooks; null where nothing else is in them. Throws like {@link addClaudeHooks}. */
export function removeClaudeHooks(text: string): string | null {
  const settings = without(parseSettings(text));
  const hooks = settings['hooks'];
  if (hooks !== undefined) return withHooks(text, hooksOf(settings));
  return withoutMember(text, 'hooks');
}

function parseSettings(text: string): JsonObject {
  let value: Json | undefined;
  try {
    value = JSON.parse(text.replace(/^\ufeff/, '')) as Json;
  } catch {
    // Told below: comments and the like cannot be kept.
  }
  if (isJsonObject(value)) return value;
  throw unusable('are no JSON object');
}

function hooksOf(settings: JsonObject): JsonObject {
  const hooks = settings['hooks'] ?? {};
  if (isJsonObject(hooks)) return hooks;
  throw unusable('have hooks that are no object');
}

function entriesOf(hooks: JsonObject, name: string): readonly Json[] {
  const entries = hooks[name] ?? [];
  if (isList(entries)) return entries;
  throw unusable(`have hooks of ${name} that are no list`);
}

function isList(value: Json): value is readonly Json[] {
  return Array.isArray(value);
}

function without(settings: JsonObject): JsonObject {
  if (settings['hooks'] === undefined) return settings;
  const before = hooksOf(settings);
  const hooks: Record<string, Json> = { ...before };
  for (const event of HARNESS_EVENTS) {
    const name = CLAUDE_EVENTS[event];
    const entries = entriesOf(before, name);
    const left = entries.flatMap(withoutOwn);
    if (left.length > 0) hooks[name] = left;
    else if (entries.length > 0) delete hooks[name];
  }
  if (Object.keys(hooks).length > 0 || Object.keys(before).length === 0) return { ...settings, hooks };
  const { hooks: _, ...rest } = settings;
  return rest;
}

function withoutOwn(entry: Json): readonly Json[] {
  const commands = isJsonObject(entry) ? entry['hooks'] : undefined;
  if (!isJsonObject(entry) || !Array.isArray(commands)) return [entry];
  const left = commands.filter((one: Json) => !isOwn(one));
  if (left.length === commands.length) return [entry];
  return left.length === 0 ? [] : [{ ...entry, hooks: left }];
}

function isOwn(hook: Json): boolean {
  const command = isJsonObject(hook) ? hook['command'] : undefined;
  return typeof command === 'string' && OWN.test(command);
}

/** Indented as the text is, with its line ends. */
function withHooks(text: string, hooks: JsonObject): string {
  const isOneLine = text.includes('{') && !text.trim().includes('\n') && text.trim() !== '{}';
  const indent = /^[ \t]+(?=")/m.exec(text)?.[0] ?? '  ';
  const lines = JSON.stringify(hooks, null, isOneLine ? undefined : indent).split('\n');
  return withMember(text, 'hooks', lines.join((text.includes('\r\n') ? '\r\n' : '\n') + indent));
}

function unusable(why: string): HeddleError {
  return new HeddleError('FORMAT_INVALID', `the settings ${why}`, {
    facts: { advice: 'mend the file, or write the hooks by hand: docs/INTEGRATE.md has them' },
    preserved: 'nothing was changed',
  });
}
