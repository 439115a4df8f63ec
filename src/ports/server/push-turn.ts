/**
 * One push at a time. git moves refs one after another once its hook has said yes, and other pushes go on meanwhile: what
 * was judged is what comes to be only where no other push is between its judgement and its last move.
 */
export interface PushTurn {
  /**
   * Waits until no other push is under way, and takes the turn in the name of the git that runs this hook: it lasts until
   * {@link end}, or until that process is gone. Throws `LOCK_HELD`.
   */
  begin(): Promise<void>;
  /** Gives the turn back, whichever hook of the same git took it. Repeating it is harmless. */
  end(): Promise<void>;
}
