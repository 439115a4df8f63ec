import { HeddleError } from './error.ts';

declare const brand: unique symbol;
/** RFC 3339, UTC, milliseconds: `2026-11-21T13:20:00.000Z`. Orders as text. */
export type Instant = string & { readonly [brand]: 'Instant' };

const SHAPE = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$/;

/** Formats milliseconds since 1970. */
export function formatInstant(milliseconds: number): Instant {
  return new Date(milliseconds).toISOString() as Instant;
}

/** For people, to the minute: the one form of a time in a sentence. */
export function instantWords(instant: Instant): string {
  return `${instant.slice(0, 10)} ${instant.slice(11, 16)} UTC`;
}

/** Tells whether a text is the one accepted form. */
export function isInstant(text: string): text is Instant {
  return SHAPE.test(text) && !Number.isNaN(Date.parse(text)) && new Date(text).toISOString() === text;
}

/** Parses the one accepted form; throws `FORMAT_INVALID`. */
export function parseInstant(text: string): Instant {
  if (isInstant(text)) return text;
  throw new HeddleError('FORMAT_INVALID', `not a time in UTC with milliseconds: ${text.slice(0, 40)}`);
}

/** Milliseconds since 1970. */
export function instantMilliseconds(instant: Instant): number {
  return Date.parse(instant);
}

/** Formats whole seconds in the largest unit that divides them: `4h`, `90s`. */
export function formatDuration(seconds: number): string {
  const units = Object.entries(UNITS).toReversed();
  const unit = units.find(([, length]) => (seconds * 1000) % length === 0 && seconds > 0);
  return unit === undefined ? `${seconds}s` : `${(seconds * 1000) / unit[1]}${unit[0]}`;
}

const UNITS: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** Parses `90s`, `15m`, `1h`, `7d` into milliseconds; throws `DURATION_INVALID`. */
export function parseDuration(text: string): number {
  const match = /^([1-9]\d{0,6})([smhd])$/.exec(text);
  const unit = UNITS[match?.[2] ?? ''];
  if (match === null || unit === undefined) {
    throw new HeddleError('DURATION_INVALID', `not a duration: ${text.slice(0, 40)}`, {
      facts: { expected: '90s, 15m, 1h or 7d' },
    });
  }
  return Number(match[1]) * unit;
}
