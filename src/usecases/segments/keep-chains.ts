import type { Workspace } from '#ports/workspace.ts';
import { publishedLogs } from './published-operations.ts';
import { readHeads } from './read-heads.ts';
import { readSegment } from './read-segment.ts';
import { isInvalidLog, readChains } from './read-verified.ts';

/**
 * Keeps the token chains that published lines name beside this clone's own, durable on return: whoever counts what a
 * token spent asks there. For logs that stand here already and were verified; `joinLogs` does it for what it takes over.
 */
export async function keepPublishedChains(workspace: Workspace): Promise<void> {
  for (const [replica, head] of await publishedLogs(workspace)) {
    try {
      for (const one of await readHeads(workspace, { head, replica })) {
        const chains = await readChains(workspace, await readSegment(workspace, one, undefined));
        for (const [digest, sealed] of chains) await workspace.log.keepChain(digest, sealed);
      }
    } catch (error) {
      if (!isInvalidLog(error)) throw error;
    }
  }
}
