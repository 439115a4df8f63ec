import { isJsonObject } from '#domain/encoding/json-field.ts';
import type { Json } from '#domain/encoding/canonical-json.ts';

/** Fields of sidecars in which people and agents write what they like. What else is in them is heddle's own. */
const SPOKEN_FIELDS = ['evidence', 'intent', 'message', 'reason', 'task'] as const;
export type SpokenField = (typeof SPOKEN_FIELDS)[number];

/** Something that somebody wrote. */
export interface SpokenText {
  readonly field: SpokenField;
  readonly text: string;
}

/** Deeper than any sidecar goes. */
const DEEPEST = 32;

/** What somebody wrote in a sidecar, wherever it stands in there. Ids, paths and names of threads are left out. */
export function spokenTexts(sidecar: Json): readonly SpokenText[] {
  const found: SpokenText[] = [];
  collect(sidecar, { found, field: undefined, depth: 0 });
  return found;
}

interface Collecting {
  readonly found: SpokenText[];
  readonly field: SpokenField | undefined;
  readonly depth: number;
}

function collect(value: Json, at: Collecting): void {
  const { found, field, depth } = at;
  if (typeof value === 'string') {
    if (field !== undefined && value.trim() !== '') found.push({ field, text: value });
    return;
  }
  if (depth > DEEPEST) return;
  const below = { found, field, depth: depth + 1 };
  if (isJsonList(value)) for (const item of value) collect(item, below);
  else if (isJsonObject(value)) {
    for (const [name, item] of Object.entries(value)) {
      collect(item, { ...below, field: field ?? SPOKEN_FIELDS.find((one) => one === name) });
    }
  }
}

/** `Array.isArray` loses what a list holds. */
function isJsonList(value: Json): value is readonly Json[] {
  return Array.isArray(value);
}
