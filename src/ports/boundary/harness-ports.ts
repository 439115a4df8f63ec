import type { HarnessSession } from '#domain/harness/harness-session.ts';
import type { Integration } from '#domain/harness/integration.ts';
import type { Digest } from '#domain/id.ts';
import type { Credential } from '#ports/keys.ts';

/** A session that was begun, by the name of its files. */
export interface KnownSession extends HarnessSession {
  readonly session: Digest;
  /** False once its credential was removed. */
  readonly live: boolean;
}

/** What this home keeps of the harnesses that work in one clone: nothing of it is in the repository. */
export interface HarnessHome {
  /** Everything that this home keeps, keys and secrets too; absolute. */
  readonly directory: string;
  /** Undefined where none was wired. */
  read(): Promise<Integration | undefined>;
  /** Durable on return. */
  write(integration: Integration): Promise<void>;
  /** Takes away the record, and all sessions with their credentials; durable on return. */
  remove(): Promise<void>;
  /** Whether another clone of this home was wired by the same file. */
  isShared(file: string): Promise<boolean>;
  /** The absolute path of a session's credential, which may not be there. */
  credentialPath(session: Digest): string;
  /** Whether a session has a credential. */
  isLive(session: Digest): boolean;
  /** Sessions whose tokens have not ended as far as this home knows, ended ones too; at most as many as were begun. */
  sessions(): Promise<readonly KnownSession[]>;
  /** Notes a session, then puts its credential in the place of the one before; durable on return. */
  begin(session: Digest, given: HarnessSession, credential: Credential): Promise<void>;
  /** Takes a session's credential away; what it was given stays noted. */
  end(session: Digest): Promise<void>;
  /** Takes a session away, with its credential; durable on return. */
  forget(session: Digest): Promise<void>;
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
