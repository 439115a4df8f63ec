import type { Json } from '#domain/encoding/canonical-json.ts';
import { isJsonObject, jsonField } from '#domain/encoding/json-field.ts';
import type { OperationId } from '#domain/id.ts';
import { isInstant, type Instant } from '#domain/time.ts';

/** What is done about a leak, in this order; closed and append-only. */
export const INCIDENT_STEPS = ['freeze', 'find', 'rotate', 'redact', 'purge', 'propagate', 'verify'] as const;
export type IncidentStep = (typeof INCIDENT_STEPS)[number];

/** What a search saw; never what it looked for. */
export type SearchSeen = {
  readonly objects: number;
  readonly operations: number;
  readonly files: number;
  /** Places where the secret stood. */
  readonly places: number;
  /** What could not be looked into; clauses. */
  readonly notSearched: readonly string[];
};

/** One line of an incident: it begins, somebody did or left out a step, or it ends. */
export type IncidentEvent =
  | { readonly event: 'open'; readonly reason: string }
  | {
      readonly event: 'done';
      readonly incident: OperationId;
      readonly step: IncidentStep;
      /** When the leaked credential was rotated, of `rotate` alone; null elsewhere. */
      readonly rotatedAt: Instant | null;
      /** Of `find` and `verify`, where a secret was given. */
      readonly seen: SearchSeen | null;
      /** Of `verify`: how many defects were found; null elsewhere. */
      readonly findings: number | null;
    }
  | {
      readonly event: 'skipped';
      readonly incident: OperationId;
      readonly step: IncidentStep;
      readonly reason: string;
    }
  | {
      readonly event: 'close';
      readonly incident: OperationId;
      /** Where it stood then, in sentences: what whoever closes it signs. */
      readonly account: readonly string[];
    };

/** The event that a line's arguments say; undefined for what is none. */
export function parseIncidentEvent(args: Json | undefined): IncidentEvent | undefined {
  const event = jsonField(args, 'event');
  const reason = jsonField(args, 'reason');
  const incident = jsonField(args, 'incident');
  if (event === 'open') return typeof reason === 'string' ? { event, reason } : undefined;
  if (typeof incident !== 'string' || !incident.startsWith('ho-')) return undefined;
  const about = { incident: incident as OperationId };
  if (event === 'close') {
    const account = jsonField(args, 'account');
    return Array.isArray(account) ? { event, ...about, account: account.map(String) } : undefined;
  }
  const step = INCIDENT_STEPS.find((known) => known === jsonField(args, 'step'));
  if (step === undefined) return undefined;
  if (event === 'skipped') return typeof reason === 'string' ? { event, ...about, step, reason } : undefined;
  return event === 'done' ? { event, ...about, step, ...saidOf(args) } : undefined;
}

function saidOf(args: Json | undefined): {
  readonly rotatedAt: Instant | null;
  readonly seen: SearchSeen | null;
  readonly findings: number | null;
} {
  const at = jsonField(args, 'rotatedAt');
  const rotatedAt = typeof at === 'string' && isInstant(at) ? at : null;
  return {
    rotatedAt,
    seen: parseSeen(jsonField(args, 'seen')),
    findings: count(jsonField(args, 'findings')),
  };
}

function parseSeen(json: Json | undefined): SearchSeen | null {
  if (!isJsonObject(json)) return null;
  const amount = (name: string): number | null => count(jsonField(json, name));
  const [objects, operations] = [amount('objects'), amount('operations')];
  const [files, places, clauses] = [amount('files'), amount('places'), jsonField(json, 'notSearched')];
  const counted = objects !== null && operations !== null && files !== null && places !== null;
  if (!counted || !Array.isArray(clauses)) return null;
  return { objects, operations, files, places, notSearched: clauses.map(String) };
}

function count(json: Json | undefined): number | null {
  return typeof json === 'number' && Number.isSafeInteger(json) && json >= 0 ? json : null;
}
