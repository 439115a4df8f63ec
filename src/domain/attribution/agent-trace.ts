import type { Json } from '#domain/encoding/canonical-json.ts';
import { formatHex, utf8 } from '#domain/encoding/bytes.ts';
import { jsonField } from '#domain/encoding/json-field.ts';
import type { Hasher } from '#domain/hash.ts';
import { isAgents, type AttributedCommit, type AttributedLines } from './attributed-commit.ts';
import { CONTRIBUTORS, joinFiles, type Claim, type ClaimedCommit, type ClaimedFile } from './claim.ts';
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
 * A trace record of Agent Trace 0.1.0 (agent-trace.dev; github.com/cursor/agent-trace, CC BY 4.0), JSON:
 *
 *   {"version","id","timestamp","vcs":{"type":"git","revision"},"tool":{"name","version"},
 *    "files":[{"path","conversations":[{"url","contributor":{"type","model_id"},"related":[{"type","url"}],
 *      "ranges":[{"start_line","end_line","content_hash","contributor":{…}}]}]}],
 *    "metadata":{…}}
 *
 * The published schema takes versions of two numbers, so "0.1" is written; of three numbers they are read, as the
 * specification's own example has them. Each record stands on one line. What is inferred stands in
 * `metadata.heddle.inferred`. Nothing of conversations, messages or people is kept when one is read.
 */

const WHAT = 'trace record';
const VERSION = '0.1';
const LARGEST = 32 * 1024 * 1024;
const MOST_RECORDS = 10_000;
const MOST_ITEMS = 100_000;

/** Formats the record of a commit, on one line. The same input gives the same id. */
export function formatAgentTrace({ commit, at, files }: AttributedCommit, hasher: Hasher): string {
  const inferred = files.flatMap(({ path, parts }) => {
    const lines = joinSpans(parts.filter(({ exact }) => !exact).flatMap((part) => part.lines));
    return lines.length === 0 ? [] : [{ path, ranges: lines.map(rangeJson) }];
  });
  const content = {
    timestamp: at,
    vcs: { type: 'git', revision: commit },
    files: files.map(({ path, parts }) => ({ path, conversations: conversations(parts) })),
    metadata: { heddle: { inferred } },
  };
  const id = uuidOf(hasher.hash('trace', utf8(asciiJson(content))));
  return asciiJson({ version: VERSION, id, ...content });
}

/** One for each state: what was worked at the time. */
function conversations(parts: readonly AttributedLines[]): readonly Json[] {
  const states = new Map<string, { readonly part: AttributedLines; readonly lines: LineSpan[] }>();
  for (const part of parts) {
    const known = states.get(part.state);
    if (known === undefined) states.set(part.state, { part, lines: [...part.lines] });
    else known.lines.push(...part.lines);
  }
  return Array.from(states.values(), ({ part: { actor, state }, lines }) => {
    const { agent, provider, model } = actor;
    const modelId = model === null ? null : provider === null ? model : `${provider}/${model}`;
    const type = isAgents(actor) ? 'ai' : 'human';
    return {
      contributor: modelId === null ? { type } : { type, model_id: modelId.slice(0, LONGEST_MODEL) },
      ranges: joinSpans(lines).map(rangeJson),
      related: [
        { type: 'heddle-state', url: `heddle:${state}` },
        ...(agent === null
          ? []
          : [{ type: 'heddle-agent', url: `heddle:agent/${encodeURIComponent(agent)}` }]),
      ],
    };
  });
}

const LONGEST_MODEL = 250;

function rangeJson({ first, last }: LineSpan): { readonly start_line: number; readonly end_line: number } {
  return { start_line: first, end_line: last };
}

/** A UUID of version 8 (RFC 9562): bits of one's own. */
function uuidOf(hash: Uint8Array): string {
  const bytes = hash.slice(0, 16);
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x80;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  return formatHex(bytes).replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}

/** Records of a file: one, or one on each line. Throws `FORMAT_INVALID`. */
export function splitAgentTraces(bytes: Uint8Array): readonly string[] {
  const text = decodeForeign(bytes, 'trace', LARGEST);
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  // A record that was laid out for people begins with a brace alone.
  const records = /^[{\s]*$/.test(lines[0] ?? '') && lines.length > 1 ? [text] : lines;
  if (records.length > MOST_RECORDS) throw foreignProblem('trace', `has more than ${MOST_RECORDS} records`);
  return records;
}

/** Reads one record strictly; what it does not say for a commit of Git's is refused. Throws `FORMAT_INVALID`. */
export function parseAgentTrace(text: string): ClaimedCommit {
  const record = parseForeignJson(text, WHAT);
  const version = jsonField(record, 'version');
  if (typeof version !== 'string' || !/^[01]\.\d{1,4}(?:\.\d{1,4})?$/.test(version)) {
    throw foreignProblem(WHAT, 'is of no version that is read here');
  }
  for (const field of ['id', 'timestamp']) {
    if (typeof jsonField(record, field) !== 'string') throw foreignProblem(WHAT, `has no ${field}`);
  }
  const vcs = jsonField(record, 'vcs');
  const commit = jsonField(vcs, 'revision');
  if (jsonField(vcs, 'type') !== 'git' || typeof commit !== 'string' || !/^[0-9a-f]{40}$/.test(commit)) {
    throw foreignProblem(WHAT, 'names no commit of Git');
  }
  const tool = readForeignWord(jsonField(jsonField(record, 'tool'), 'name'), WHAT, 'tool');
  const files = listOf(jsonField(record, 'files'), 'files').map((file) => readFile(file, tool));
  return { commit, files: joinFiles(files) };
}

function readFile(file: Json, tool: string | null): ClaimedFile {
  const path = readForeignPath(jsonField(file, 'path'), WHAT);
  const claims = listOf(jsonField(file, 'conversations'), 'conversations').flatMap((conversation) => {
    const contributor = jsonField(conversation, 'contributor');
    return listOf(jsonField(conversation, 'ranges'), 'ranges').map((range): Claim => {
      const own = jsonField(range, 'contributor') ?? contributor;
      return { lines: [readRange(range)], ...readContributor(own, tool) };
    });
  });
  return { path, claims: joinAlike(claims) };
}

function readRange(range: Json): LineSpan {
  const [first, last] = [jsonField(range, 'start_line'), jsonField(range, 'end_line')];
  if (typeof first !== 'number' || typeof last !== 'number' || !isSpan(first, last)) {
    throw foreignProblem(WHAT, 'has no proper range of lines');
  }
  return { first, last };
}

function readContributor(
  contributor: Json | undefined,
  tool: string | null,
): Pick<Claim, 'by' | 'tool' | 'model'> {
  const type = contributor === undefined ? 'unknown' : jsonField(contributor, 'type');
  const by = CONTRIBUTORS.find((candidate) => candidate === type);
  if (by === undefined) throw foreignProblem(WHAT, 'has no proper contributor');
  const model = readForeignWord(jsonField(contributor, 'model_id'), WHAT, 'model_id');
  return { by, tool: by === 'human' ? null : tool, model };
}

/** Neighbours that say the same become one. */
function joinAlike(claims: readonly Claim[]): readonly Claim[] {
  const joined: { readonly claim: Claim; readonly lines: LineSpan[] }[] = [];
  for (const claim of claims) {
    const before = joined.at(-1);
    const { by, tool, model } = claim;
    const alike = before?.claim.by === by && before.claim.tool === tool && before.claim.model === model;
    if (alike) before.lines.push(...claim.lines);
    else joined.push({ claim, lines: [...claim.lines] });
  }
  return joined.map(({ claim, lines }) => ({ ...claim, lines: joinSpans(lines) }));
}

function listOf(value: Json | undefined, field: string): readonly Json[] {
  if (!Array.isArray(value) || value.length > MOST_ITEMS)
    throw foreignProblem(WHAT, `has no proper ${field}`);
  return value.map((item: Json) => item);
}
