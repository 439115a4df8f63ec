/** What the database of Node.js can do beyond every other that the package stands for; its own types leave it out. */
import 'level';

declare module 'level' {
  interface Level<KDefault, VDefault> {
    compactRange(start: KDefault, end: KDefault): Promise<void>;
    /** Only makes the second parameter used. */
    readonly '~value'?: VDefault;
  }
  namespace Level {
    /** Takes the lock, reads nothing, and removes the files of a database. */
    function destroy(location: string): Promise<void>;
  }
}
