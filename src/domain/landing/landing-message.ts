import type { StateId } from '#domain/id.ts';
import type { Actor } from '#domain/actor/actor.ts';

/** How a landed commit names the agents whose work it is. */
export const TRAILER_STYLES = ['assisted-by', 'co-authored-by', 'none'] as const;
export type TrailerStyle = (typeof TRAILER_STYLES)[number];

/** One trailer of a commit message. */
export interface Trailer {
  readonly token: string;
  readonly value: string;
}

/** What is landed, as a message tells it. */
export interface LandedWork {
  readonly thread: string;
  readonly task: string | null;
  /** Of each state, oldest first; null where it has none. */
  readonly intents: readonly (string | null)[];
}

/** Letters of a message: what people read, not a second copy of the work. */
const LONGEST = 32_768;
const LONGEST_SUBJECT = 100;

/** The message of one commit for a whole thread: what it was for, and what each state intended. */
export function threadMessage({ thread, task, intents }: LandedWork): string {
  const told = [...new Set(intents.flatMap((intent) => (intent === null ? [] : [firstLine(intent)])))].filter(
    (intent) => intent !== '',
  );
  const subject = firstLine(task ?? '') || (told.length === 1 ? told[0] : undefined) || `land ${thread}`;
  const list = told.filter((intent) => intent !== subject).map((intent) => `- ${intent}`);
  return cleanMessage([subject, ...(list.length > 0 ? ['', ...list] : [])].join('\n'));
}

/** The message of a commit for one state. */
export function stateMessage(thread: string, intent: string | null): string {
  const text = cleanMessage(intent ?? '');
  // Somebody's text must not be read as trailers: those are heddle's own paragraph.
  return text === '' ? `land ${thread}` : text.replaceAll(RESERVED, '> $&');
}

/** Lines that would be taken for trailers of a landing. */
const RESERVED = /^(?:heddle-[a-z-]+|assisted-by|co-authored-by)\s*:/gim;

/** A message without control characters, invisible formatting and trailing space, of bounded length. */
export function cleanMessage(text: string): string {
  return text
    .replaceAll(/\r\n?/g, '\n')
    .replaceAll(NOT_SHOWN, '')
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n')
    .trim()
    .slice(0, LONGEST);
}

// eslint-disable-next-line no-control-regex -- tabs and line breaks stay
const NOT_SHOWN = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff]/g;

function firstLine(text: string): string {
  const line = cleanMessage(text).split('\n', 1)[0] ?? '';
  return Array.from(line).slice(0, LONGEST_SUBJECT).join('');
}

const NAMING: readonly (readonly [TrailerStyle, RegExp])[] = [
  ['assisted-by', /^assisted-by\s*:/im],
  ['co-authored-by', /^co-authored-by\s*:/im],
];

/** The ways in which the last paragraph of a message names somebody; a title alone has none. */
export function namingStyles(message: string): readonly TrailerStyle[] {
  const [, ...paragraphs] = message.trimEnd().split(/\n\n+/);
  const last = paragraphs.at(-1) ?? '';
  return NAMING.flatMap(([style, line]) => (line.test(last) ? [style] : []));
}

/** The style of a landing: what was asked for, else the usual one where it is allowed, else the first that is. */
export function chooseTrailers(
  asked: TrailerStyle | null,
  allowed: readonly TrailerStyle[] | null,
): TrailerStyle {
  const [usual] = TRAILER_STYLES;
  if (asked !== null || allowed === null || allowed.includes(usual)) return asked ?? usual;
  return allowed[0] ?? usual;
}

/** Where a commit's content comes from, as its trailers tell it: for people and other programs. */
export function landingTrailers(
  style: TrailerStyle,
  landed: {
    readonly state: StateId;
    readonly thread: string;
    readonly actors: readonly Actor[];
    /** Who is named as the author already. */
    readonly author: string;
  },
): readonly Trailer[] {
  const { state, thread, actors } = landed;
  return [
    { token: 'Heddle-State', value: state },
    { token: 'Heddle-Thread', value: thread },
    ...named(style, actors, landed.author),
  ];
}

/** How a commit that somebody makes with git alone names the agents who made it. */
export function assistanceTrailers(style: TrailerStyle, actor: Actor): readonly Trailer[] {
  return named(style, [actor], actor.principal);
}

function named(style: TrailerStyle, actors: readonly Actor[], author: string): readonly Trailer[] {
  if (style === 'none') return [];
  const values = actors.flatMap((actor) => {
    const agent = assistedBy(actor);
    if (style === 'assisted-by') return agent === undefined ? [] : [agent];
    const mail = inMail(actor.principal);
    if (agent !== undefined) return [`${inMail(agent)} <${mail}>`];
    return actor.principal === author ? [] : [`${mail} <${mail}>`];
  });
  const token = style === 'assisted-by' ? 'Assisted-by' : 'Co-authored-by';
  return [...new Set(values)].map((value) => ({ token, value }));
}

/** What an Assisted-by trailer says of whom; undefined for a person in person. */
export function assistedBy({ agent, model }: Actor): string | undefined {
  if (agent === null) return undefined;
  return firstLine(model === null ? agent : `${agent}:${model}`);
}

/** What ends a name or an address has no place in one. */
function inMail(text: string): string {
  return firstLine(text).replaceAll(/[<>]/g, '');
}
