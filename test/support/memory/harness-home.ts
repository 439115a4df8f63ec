import type { HarnessHome, KnownSession } from '#ports/boundary/harness-ports.ts';
import type { CredentialStore } from '#ports/keys.ts';

/** A home's memory of the harnesses of one clone. */
export function createMemoryHarnessHome(credentials: Pick<CredentialStore, 'write'>): HarnessHome {
  const sessions = new Map<string, KnownSession>();
  let record: Awaited<ReturnType<HarnessHome['read']>>;
  let begun = 0;
  return {
    directory: '/home/data',
    read: async () => record,
    write: async (integration) => void (record = integration),
    async remove() {
      record = undefined;
      sessions.clear();
    },
    isShared: async () => false,
    credentialPath: (session) => `/home/data/harness/${session}.hcred`,
    isLive: (session) => sessions.get(session)?.live === true,
    sessions: async () => [...sessions.values()],
    async begin(session, given, credential) {
      begun += 1;
      await credentials.write(`/home/data/harness/${session}-${begun}.hcred`, credential);
      sessions.set(session, { ...given, session, live: true });
    },
    async end(session) {
      const known = sessions.get(session);
      if (known !== undefined) sessions.set(session, { ...known, live: false });
    },
    forget: async (session) => void sessions.delete(session),
  };
}
