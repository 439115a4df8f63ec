import { unescapePath } from '#domain/encoding/percent-escape.ts';
import type { Workspace } from '#ports/workspace.ts';
import { describeSecret, scanChanges, scanTexts } from '#usecases/secrets/scan-contents.ts';
import type { FindingCollector } from './collect-findings.ts';
import type { ReadCommit } from './commit-changes.ts';

/** Looks for secrets in what a commit brings and in its message. Values are masked. */
export async function checkSecrets(
  workspace: Workspace,
  { commit, changes, message }: ReadCommit,
  findings: FindingCollector,
): Promise<void> {
  const { hits, partly } = await scanChanges(workspace, [changes]);
  for (const { rule, where, line, masked } of hits.map(describeSecret)) {
    const path = unescapePath(where);
    findings.find('secret-found', `this looks like a secret of ${rule}: ${masked}`, {
      commit,
      ...(path === undefined ? {} : { path, span: { first: line, last: line } }),
    });
  }
  for (const where of partly) {
    const path = unescapePath(where);
    const place = { commit, ...(path === undefined ? {} : { path }) };
    findings.find('secret-unsearched', 'only its beginning was searched for secrets', place);
  }
  for (const { rule, masked } of (await scanTexts(workspace, { message })).map(describeSecret)) {
    findings.find('secret-found', `its message has what looks like a secret of ${rule}: ${masked}`, {
      commit,
    });
  }
}
