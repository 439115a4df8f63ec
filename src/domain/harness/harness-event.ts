import type { Json } from '#domain/encoding/canonical-json.ts';
import { decodeUtf8 } from '#domain/encoding/bytes.ts';
import { isJsonObject, jsonField } from '#domain/encoding/json-field.ts';
import { HeddleError } from '#domain/error.ts';
import { isPlainName } from '#domain/actor/principal.ts';
import type { Harness } from './integration.ts';

/** The events at which a harness calls heddle, in the order in which they come. */
export const HARNESS_EVENTS = ['session-start', 'pre-tool', 'turn-end', 'session-end'] as const;
export type HarnessEventName = (typeof HARNESS_EVENTS)[number];

/** What a harness says of an event. All of it may come from an agent: nothing of it is believed but for what it asks. */
export interface HarnessEvent {
  readonly session: string;
  readonly provider: string | null;
  readonly model: string | null;
  /** The tool that is about to run; null at other events, and for tools that write no files. */
  readonly tool: string | null;
  /** Files that the tool is about to write, as the harness names them. */
  readonly paths: readonly string[];
}

/** A write of a large file comes whole. */
export const LARGEST_EVENT = 32 * 1024 * 1024;
const LONGEST_PATH = 4096;
const MOST_PATHS = 1000;
const SESSION = /^[A-Za-z0-9][A-Za-z0-9._:-]{0,199}$/;

/** Names of Claude Code's events. */
export const CLAUDE_EVENTS: Readonly<Record<HarnessEventName, string>> = {
  'session-start': 'SessionStart',
  'pre-tool': 'PreToolUse',
  'turn-end': 'Stop',
  'session-end': 'SessionEnd',
};

/** Tools of Claude Code that write one file, and the field that names it. */
const CLAUDE_TOOLS: Readonly<Record<string, string>> = {
  Edit: 'file_path',
  MultiEdit: 'file_path',
  Write: 'file_path',
  NotebookEdit: 'notebook_path',
};

/** The same as Claude Code's settings select tools. */
export const CLAUDE_MATCHER = Object.keys(CLAUDE_TOOLS).join('|');

/** Reads what a harness sent at an event. Throws `FORMAT_INVALID`. */
export function parseHarnessEvent(harness: Harness, name: HarnessEventName, bytes: Uint8Array): HarnessEvent {
  const value = parseObject(bytes);
  return harness === 'claude-code' ? claudeEvent(name, value) : genericEvent(name, value);
}

function parseObject(bytes: Uint8Array): Json {
  const text = decodeUtf8(bytes);
  try {
    const value = text === undefined ? undefined : (JSON.parse(text) as Json);
    if (isJsonObject(value)) return value;
  } catch {
    // Told below, without what the parser quotes.
  }
  throw invalid('is no JSON object');
}

function claudeEvent(name: HarnessEventName, value: Json): HarnessEvent {
  if (jsonField(value, 'hook_event_name') !== CLAUDE_EVENTS[name]) throw invalid('is of another event');
  const tool = name === 'pre-tool' ? textOf(value, 'tool_name', 200) : null;
  const field = tool === null || !Object.hasOwn(CLAUDE_TOOLS, tool) ? undefined : CLAUDE_TOOLS[tool];
  return {
    session: sessionOf(jsonField(value, 'session_id')),
    provider: null,
    model: nameOf(jsonField(value, 'model')),
    tool: field === undefined ? null : tool,
    paths: field === undefined ? [] : [textOf(jsonField(value, 'tool_input') ?? null, field, LONGEST_PATH)],
  };
}

const GENERIC = ['session', 'provider', 'model', 'tool', 'paths'];

function genericEvent(name: HarnessEventName, value: Json): HarnessEvent {
  const unknown = Object.keys(isJsonObject(value) ? value : {}).find((key) => !GENERIC.includes(key));
  if (unknown !== undefined) throw invalid(`has a field that is not known: ${unknown.slice(0, 80)}`);
  const paths = jsonField(value, 'paths') ?? [];
  const isPreTool = name === 'pre-tool';
  if (!Array.isArray(paths) || paths.length > MOST_PATHS) throw invalid('has no proper paths');
  return {
    session: sessionOf(jsonField(value, 'session')),
    provider: nameOf(jsonField(value, 'provider')),
    model: nameOf(jsonField(value, 'model')),
    tool: isPreTool ? textOf(value, 'tool', 200) : null,
    paths: isPreTool ? paths.map(pathOf) : [],
  };
}

function sessionOf(value: Json | undefined): string {
  if (typeof value === 'string' && SESSION.test(value)) return value;
  throw invalid('names no session');
}

/** Null for what cannot be the name of a provider or a model. */
function nameOf(value: Json | undefined): string | null {
  return typeof value === 'string' && value.length <= 200 && isPlainName(value) ? value : null;
}

function textOf(value: Json, name: string, longest: number): string {
  const text = jsonField(value, name);
  if (typeof text === 'string' && text !== '' && text.length <= longest) return text;
  throw invalid(`has no proper ${name}`);
}

function pathOf(path: Json): string {
  if (typeof path === 'string' && path !== '' && path.length <= LONGEST_PATH) return path;
  throw invalid('has no proper paths');
}

function invalid(why: string): HeddleError {
  return new HeddleError('FORMAT_INVALID', `what the harness sent ${why}`, {
    preserved: 'nothing was changed',
  });
}
