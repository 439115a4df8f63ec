import type { Json } from './canonical-json.ts';

/** A field of a JSON object that was kept, not parsed: undefined for anything but an object that has it. */
export function jsonField(value: Json | undefined, name: string): Json | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  return Object.entries(value).find(([key]) => key === name)?.[1];
}
