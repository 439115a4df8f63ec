import { LARGEST_LINE, LARGEST_TEXTS } from '#domain/operation/operation-codec.ts';

/** A segment is closed when its lines have this many bytes, each with its LF. */
export const FULL_LINES = 1024 * 1024;
/** Or when its sidecars have. */
export const FULL_TEXTS = 32 * 1024 * 1024;
/** Lines that a segment has at most. */
export const MOST_LINES = 2048;

/** Bytes that the lines of a segment may have at most: the last one may reach beyond what closes it. */
export const LARGEST_LINES = FULL_LINES + LARGEST_LINE + 1;
/** The same of its sidecars. */
export const LARGEST_SIDECARS = FULL_TEXTS + LARGEST_TEXTS;
/** Segments that a log may have at most: one for each push, and one for each MiB. */
export const MOST_SEGMENTS = 262_144;
