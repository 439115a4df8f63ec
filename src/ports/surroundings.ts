import type { Finding } from '#domain/result-parts.ts';

/** What lies around a clone's records: modes of files, and what dead processes left. */
export interface Surroundings {
  /** Defects that can be seen without opening a single file. Changes nothing. */
  examine(): Promise<readonly Finding[]>;
}
