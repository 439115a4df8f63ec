import type { Json } from './canonical-json.ts';

/** A field of a JSON object that was kept, not parsed: undefined for anything but an object that has it. */
export function jsonField(value: Json | undefined, name: string): Json | undefined {
  if (!isJsonObject(value)) return undefined;
  return Object.entries(value).find(([key]) => key === name)?.[1];
}

/** Tells an object from a list, null and plain values. */
export function isJsonObject(value: Json | undefined): value is { readonly [name: string]: Json } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
