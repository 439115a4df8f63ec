import type { Integration } from '#domain/harness/integration.ts';
import type { Digest } from '#domain/id.ts';
import type { Instant } from '#domain/time.ts';
import type { Credential } from '#ports/keys.ts';

/** What this home keeps of the harnesses that work in one clone: nothing of it is in the repository. */
export interface HarnessHome {
  /** Everything that this home keeps, keys and secrets too; absolute. */
  readonly directory: string;
  /** Undefined where none was wired. */
  read(): Promise<Integration | undefined>;
  /** Durable on return. */
  write(integration: Integration): Promise<void>;
  /** Takes away the record and the credentials of all sessions; durable on return. */
  remove(): Promise<void>;
  /** Whether another clone of this home was wired by the same file. */
  isShared(file: string): Promise<boolean>;
  /** The absolute path of a session's credential, which may not be there. */
  credentialPath(session: Digest): string;
  /** Puts a session's credential in the place of the one before; durable on return. */
  writeCredential(session: Digest, credential: Credential): Promise<void>;
  removeCredential(session: Digest): Promise<void>;
  /** Removes credentials that were written before a time, of sessions that never said that they ended. */
  removeOlder(than: Instant): Promise<void>;
}

/** Files of a harness, which are not heddle's. */
export interface HarnessFiles {
  /** Null where there is none. Throws `INTEGRATE_REFUSED` for a link, `FORMAT_INVALID` above `maxBytes` or for no UTF-8. */
  read(path: string, maxBytes: number): Promise<string | null>;
  isDirectory(path: string): Promise<boolean>;
  /** Replaces the file whole, or takes it away for null; makes its directory. Durable. */
  write(path: string, text: string | null): Promise<void>;
  /** Takes away what a write left beside the file that was killed. */
  removeLeft(path: string): Promise<void>;
  /** Takes a directory away where nothing is in it. */
  removeEmpty(directory: string): Promise<void>;
  /** Adds a line of variables to the file that the harness reads them from. */
  append(path: string, text: string): Promise<void>;
  /** The path that a write would reach, links resolved as far as they are there. */
  reach(path: string): Promise<string>;
}
