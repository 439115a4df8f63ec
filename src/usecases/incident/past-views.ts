import type { AuthorityView } from '#domain/authority/authority.ts';
import type { Workspace } from '#ports/workspace.ts';
import { VerifyReport } from '#usecases/verify/report.ts';
import { verifyAuthority, type AuthorityHistory } from '#usecases/verify/verify-authority.ts';

/**
 * Views of the authority chain, by the heads that lines of this clone's own logs name. A line that was signed before its
 * author's keys were rotated, or the session revoked, as is done in every incident, was signed rightly all the same.
 */
export class PastViews {
  readonly #workspace: Workspace;
  readonly #newest: AuthorityView;
  #history: Promise<AuthorityHistory | undefined> | undefined;

  constructor(workspace: Workspace, newest: AuthorityView) {
    this.#workspace = workspace;
    this.#newest = newest;
  }

  /** The newest, then the one that was in force where it is another; read at the first call that needs it. */
  async *of(policy: string | null): AsyncGenerator<AuthorityView> {
    yield this.#newest;
    if (policy === null || policy === this.#newest.head) return;
    this.#history ??= verifyAuthority(this.#workspace, new VerifyReport());
    for (const [head, view] of (await this.#history)?.views ?? []) if (head === policy) yield view;
  }
}
