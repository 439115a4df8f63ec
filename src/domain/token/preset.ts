import type { RequestOperation } from '#domain/authority/role.ts';
import { HeddleError } from '#domain/error.ts';
import { parseResource } from '#domain/resource/resource.ts';

/** What a token is for, said by one word: the most that it may, where, and for how long. */
export interface Preset {
  readonly name: string;
  readonly operations: readonly RequestOperation[];
  /** Milliseconds, at most. */
  readonly life: number;
  /** `new thread`: one that nobody has started yet. */
  readonly place: 'anywhere' | 'one thread' | 'new thread';
}

const HOUR = 3_600_000;

/** All presets. Each is data: whatever it says could be said with `--allow`, `--resource` and `--ttl`. */
export const PRESETS: readonly Preset[] = [
  { name: 'review', operations: ['state:read'], life: 4 * HOUR, place: 'anywhere' },
  {
    name: 'overnight',
    // Keeping others out meanwhile and taking back what it did itself belong to working alone.
    operations: ['state:read', 'state:capture', 'thread:claim', 'undo'],
    life: 10 * HOUR,
    place: 'one thread',
  },
  {
    name: 'scratch',
    operations: ['state:read', 'thread:start', 'state:capture'],
    life: HOUR,
    place: 'new thread',
  },
  { name: 'ci', operations: ['state:read'], life: HOUR, place: 'anywhere' },
];

/** What flags ask for beside a preset; empty and null where they ask for nothing. */
export interface PresetFlags {
  readonly operations: readonly RequestOperation[];
  readonly resources: readonly string[];
  /** Milliseconds. */
  readonly life: number | null;
}

/**
 * Refuses flags that contradict a preset: they may only narrow it. Throws `USAGE`, and `RESOURCE_INVALID` for a
 * resource that is none.
 */
export function assertNarrows(preset: Preset, flags: PresetFlags): void {
  const beyond = flags.operations.find((operation) => !preset.operations.includes(operation));
  if (beyond !== undefined) {
    throw contradicts(preset, `does not allow ${beyond}`, { expected: preset.operations });
  }
  if (flags.life !== null && flags.life > preset.life) {
    throw contradicts(preset, `lasts ${preset.life / HOUR}h at most`, {});
  }
  if (preset.place !== 'anywhere' && flags.resources.length > 0 && presetThread(flags.resources) === null) {
    throw contradicts(preset, 'is for one thread', { flag: '--resource' });
  }
}

/** The one thread that all resources are of; null where they are of several, or name none. */
export function presetThread(resources: readonly string[]): string | null {
  const threads = new Set(resources.map((resource) => parseResource(resource).thread.join('/')));
  const [thread = ''] = threads;
  return threads.size === 1 && thread !== '' ? thread : null;
}

function contradicts(
  preset: Preset,
  why: string,
  facts: { readonly expected?: readonly string[]; readonly flag?: string },
): HeddleError {
  return new HeddleError('USAGE', `the preset ${preset.name} ${why}`, {
    facts: { preset: preset.name, ...facts },
    preserved: 'no token was made',
  });
}
