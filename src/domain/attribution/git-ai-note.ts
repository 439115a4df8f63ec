import { utf8 } from '#domain/encoding/bytes.ts';
import type { Json } from '#domain/encoding/canonical-json.ts';
import { isJsonObject, jsonField } from '#domain/encoding/json-field.ts';
import { HeddleError } from '#domain/error.ts';
import type { Actor } from '#domain/actor/actor.ts';
import { isAgents, type AttributedCommit, type AttributedLines } from './attributed-commit.ts';
import type { Claim, ClaimedFile } from './claim.ts';
import { joinFiles } from './claim.ts';
import {
  asciiJson,
  decodeForeign,
  foreignProblem,
  parseForeignJson,
  readForeignPath,
  readForeignWord,
} from './foreign-text.ts';
import { isSpan, joinSpans, type LineSpan } from './line-spans.ts';

/*
 * An authorship log of git-ai, which is the note of a commit in refs/notes/ai. From the Git AI Standard v3.0.0
 * (github.com/git-ai-project/git-ai, specs/git_ai_standard_v3.0.0.md):
 *
 *   src/main.rs                                       a path, in double quotes where it has white space
 *     s_c9883b05a2487d::t_9f8e7d6c5b4a32 1-10,15      session and trace, lines
 *     h_31dce776f88375 20                             a person
 *   ---
 *   {"schema_version":"authorship/3.0.0","base_commit_sha":…,"prompts":{},"sessions":{…},"humans":{…}}
 *
 * A session's id is the SHA-256 of "<tool>:<id>", a person's that of who they are. A key of sixteen (once seven)
 * hexadecimal digits is of an older version and stands in `prompts`. Nothing of prompts, messages or people is kept.
 */

const WHAT = 'authorship log';
const SCHEMA = 'authorship/3.0.0';
const DIVIDER = '---';
const HASH_DIGITS = 14;
const LARGEST_NOTE = 4 * 1024 * 1024;
const LARGEST_FILE = 32 * 1024 * 1024;
const MOST_LINES = 100_000;
const MOST_SPANS = 200_000;

/** SHA-256 of text as UTF-8, in hexadecimal: the hash of git-ai's keys. */
export type Sha256 = (text: string) => string;

/** Formats the note of a commit. What is inferred cannot be told apart in it. */
export function formatGitAiNote({ commit, files }: AttributedCommit, sha256: Sha256): string {
  const authors = new Authors(sha256);
  const attested = files.flatMap(({ path, parts }) => {
    const entries = new Map<string, LineSpan[]>();
    for (const part of parts) {
      const key = authors.keyOf(part);
      entries.set(key, [...(entries.get(key) ?? []), ...part.lines]);
    }
    const lines = Array.from(entries, ([key, spans]) => `  ${key} ${formatSpans(joinSpans(spans))}`);
    return lines.length === 0 ? [] : [/\s/.test(path) ? `"${path}"` : path, ...lines];
  });
  const metadata = { schema_version: SCHEMA, base_commit_sha: commit, prompts: {}, ...authors.metadata() };
  return [...attested, DIVIDER, asciiJson(metadata, 2)].join('\n');
}

/** What keeps a path out of a note; undefined where nothing does. */
export function gitAiPathProblem(path: string): string | undefined {
  return path.includes('"') || path === DIVIDER ? 'git-ai has no way to write its name' : undefined;
}

/** Those who are named in one note. */
class Authors {
  readonly #sha256: Sha256;
  readonly #sessions = new Map<string, Json>();
  readonly #humans = new Map<string, Json>();
  /** The model of each tool and session, which is one in a note. */
  readonly #models = new Map<string, string>();

  constructor(sha256: Sha256) {
    this.#sha256 = sha256;
  }

  keyOf({ actor, thread, state }: AttributedLines): string {
    if (!isAgents(actor)) {
      const key = `h_${this.#digits(actor.principal)}`;
      this.#humans.set(key, { author: actor.principal });
      return key;
    }
    const { tool, id, model } = this.#agent(actor, thread);
    const key = `s_${this.#digits(`${tool}:${id}`)}`;
    this.#sessions.set(key, { agent_id: { tool, id, model } });
    return `${key}::t_${this.#digits(state)}`;
  }

  metadata(): {
    readonly humans: { readonly [key: string]: Json };
    readonly sessions: { readonly [key: string]: Json };
  } {
    return { humans: Object.fromEntries(this.#humans), sessions: Object.fromEntries(this.#sessions) };
  }

  /** Where no session of the harness is known, the thread is what was worked in. */
  #agent(
    actor: Actor,
    thread: string,
  ): { readonly tool: string; readonly id: string; readonly model: string } {
    const tool = actor.agent ?? 'unknown';
    const id = actor.session ?? thread;
    const model = actor.model ?? 'unknown';
    const known = this.#models.get(`${tool}:${id}`) ?? model;
    this.#models.set(`${tool}:${id}`, known);
    return { tool, id: known === model ? id : `${id}#${model}`, model };
  }

  #digits(text: string): string {
    return this.#sha256(text).slice(0, HASH_DIGITS);
  }
}

function formatSpans(spans: readonly LineSpan[]): string {
  return spans.map(({ first, last }) => (first === last ? `${first}` : `${first}-${last}`)).join(',');
}

/** A note, and the commit that it is of; null where nothing says. */
export interface UnreadNote {
  readonly commit: string | null;
  readonly content: Uint8Array;
}

const HEAD = /^commit ([0-9a-f]{40})$/;

/**
 * Splits what `attribution export` prints of a range: a line `commit ID` above each note. A path never looks like that,
 * since one with a space is quoted. Without such a line it is one note of the commit that is given. Throws
 * `FORMAT_INVALID`.
 */
export function splitGitAiNotes(bytes: Uint8Array, commit: string | null): readonly UnreadNote[] {
  const lines = decodeForeign(bytes, 'file of notes', LARGEST_FILE).split('\n');
  if (!HEAD.test(lines[0] ?? '')) return [{ commit, content: bytes }];
  const notes: { readonly commit: string; readonly lines: string[] }[] = [];
  for (const line of lines) {
    const head = HEAD.exec(line)?.[1];
    if (head === undefined) notes.at(-1)?.lines.push(line);
    else notes.push({ commit: head, lines: [] });
  }
  return notes.map((note) => ({ commit: note.commit, content: utf8(note.lines.join('\n')) }));
}

/** Reads a note strictly. Throws `FORMAT_INVALID`, `FORMAT_UNKNOWN`. */
export function parseGitAiNote(bytes: Uint8Array): readonly ClaimedFile[] {
  const text = decodeForeign(bytes, WHAT, LARGEST_NOTE);
  const lines = text.split('\n').map((line) => line.replace(/\r$/, ''));
  const divider = lines.indexOf(DIVIDER);
  if (divider < 0) throw foreignProblem(WHAT, 'has no divider');
  if (divider > MOST_LINES) throw foreignProblem(WHAT, 'has too many entries');
  const metadata = parseForeignJson(lines.slice(divider + 1).join('\n'), WHAT);
  const schema = jsonField(metadata, 'schema_version');
  if (schema !== SCHEMA) throw unknownSchema(schema);
  if (typeof jsonField(metadata, 'base_commit_sha') !== 'string')
    throw foreignProblem(WHAT, 'names no commit');
  return joinFiles(readAttestations(lines.slice(0, divider), metadata));
}

function unknownSchema(schema: Json | undefined): HeddleError {
  const found = typeof schema === 'string' ? asciiJson(schema.slice(0, 60)) : 'none';
  return new HeddleError('FORMAT_UNKNOWN', `${WHAT} has the unknown format ${found}`, {
    facts: { record: WHAT, expected: SCHEMA },
    preserved: 'nothing was changed',
  });
}

const ENTRY = /^ {2}(\S{1,80}) ([0-9,-]+)$/;

function readAttestations(lines: readonly string[], metadata: Json): readonly ClaimedFile[] {
  const files: { readonly path: string; readonly claims: Claim[] }[] = [];
  const agents: Agents = {
    sessions: membersOf(metadata, 'sessions'),
    prompts: membersOf(metadata, 'prompts'),
  };
  let spans = 0;
  for (const line of lines) {
    if (line === '') continue;
    if (!line.startsWith(' ')) {
      files.push({ path: readForeignPath(/^"(.*)"$/.exec(line)?.[1] ?? line, WHAT), claims: [] });
      continue;
    }
    const [, key = '', list = ''] = ENTRY.exec(line) ?? [];
    const file = files.at(-1);
    if (key === '' || file === undefined) throw foreignProblem(WHAT, 'has an entry that is none');
    const claimed = parseSpans(list);
    spans += claimed.length;
    if (spans > MOST_SPANS) throw foreignProblem(WHAT, 'has too many ranges');
    file.claims.push({ lines: joinSpans(claimed), ...authorOf(key, agents) });
  }
  return files;
}

function parseSpans(list: string): readonly LineSpan[] {
  return list.split(',').map((item) => {
    const [, from = '', to = from] = /^([1-9]\d{0,8})(?:-([1-9]\d{0,8}))?$/.exec(item) ?? [];
    const [first, last] = [Number(from), Number(to)];
    if (!isSpan(first, last)) throw foreignProblem(WHAT, 'has no proper range of lines');
    return { first, last };
  });
}

const SESSION = /^(s_[0-9a-f]{14})::t_[0-9a-f]{14}$/;
const HUMAN = /^h_[0-9a-f]{14}$/;
const PROMPT = /^(?:[0-9a-f]{7}|[0-9a-f]{16})$/;

/** What a note describes, by key: as many entries ask for it as stand in it. */
interface Agents {
  readonly sessions: ReadonlyMap<string, Json>;
  readonly prompts: ReadonlyMap<string, Json>;
}

function membersOf(metadata: Json, field: keyof Agents): ReadonlyMap<string, Json> {
  const members = jsonField(metadata, field);
  return new Map(isJsonObject(members) ? Object.entries(members) : []);
}

/** Of a session that the note does not describe it is still said that it was one. */
function authorOf(key: string, { sessions, prompts }: Agents): Pick<Claim, 'by' | 'tool' | 'model'> {
  if (HUMAN.test(key)) return { by: 'human', tool: null, model: null };
  const session = SESSION.exec(key)?.[1];
  if (session !== undefined) return agentOf(sessions.get(session));
  if (PROMPT.test(key)) return agentOf(prompts.get(key));
  throw foreignProblem(WHAT, 'has a key of no known kind');
}

function agentOf(record: Json | undefined): Pick<Claim, 'by' | 'tool' | 'model'> {
  const agent = jsonField(record, 'agent_id');
  const tool = readForeignWord(jsonField(agent, 'tool'), WHAT, 'tool');
  const model = readForeignWord(jsonField(agent, 'model'), WHAT, 'model');
  return { by: 'ai', tool, model: model === 'unknown' ? null : model };
}
