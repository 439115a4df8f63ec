import { createContext } from '#composition/command-context.ts';
import { AuthorityDraft } from '#usecases/authority/draft.ts';
import { readGround } from '#usecases/transaction/mutate.ts';

/*
 * Lets the authority chain of the repository around the current directory grow by so many grants, each a record that is
 * signed and judged as any: `program FIRST COUNT`. One process and one transaction, where `grant add` is one for each.
 */

const [first = 0, count = 0] = process.argv.slice(2).map(Number);
const nothing = {
  principal: null,
  agent: null,
  provider: null,
  model: null,
  session: null,
  confidence: null,
};
const context = createContext({
  environment: process.env,
  said: nothing,
  credentialPath: null,
  operationId: null,
  withoutGit: false,
  asksGitLate: false,
});

try {
  const workspace = await context.workspace();
  const ground = await readGround(workspace);
  const batch = workspace.writer.batch();
  const draft = new AuthorityDraft(workspace, ground, batch);
  for (let number = first; number < first + count; number += 1) {
    const { principal } = ground.caller.actor;
    const resource = `${ground.authority.view.repository}@area/${number}`;
    draft.append({ kind: 'grant', action: 'add', principal, role: 'developer', resource, until: null }, null);
  }
  await batch.write();
  const change = draft.refChange();
  if (change === null) throw new Error('nothing was appended');
  await (await workspace.refs.prepare([change], [])).commit();
} finally {
  await context.close();
}
