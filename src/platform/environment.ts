/** Variables by name, as `process.env` has them. */
export type Variables = Readonly<Record<string, string | undefined>>;

/** What heddle reads of its environment. An empty variable counts as not set; values are not checked here. */
export interface Environment {
  readonly principal: string | null;
  /** Names of variables that name different principals: nobody may act then. Empty where they agree. */
  readonly principalConflict: readonly string[];
  readonly agent: string | null;
  readonly provider: string | null;
  readonly model: string | null;
  readonly session: string | null;
  readonly confidence: string | null;
  /** Path of a file, or `fd:N` for a descriptor. */
  readonly credentialPath: string | null;
  readonly operationId: string | null;
  /** Path of a file whose first line is the passphrase of the principal's keys. */
  readonly passphraseFile: string | null;
  readonly pager: string | null;
  readonly trace: boolean;
  /** Name of the variable that shows an agent at work, or null. For posture only, never a proof. */
  readonly agentDetected: string | null;
}

/** Reads the variables that are heddle's own, and those that show an agent. */
export function readEnvironment(variables: Variables = process.env): Environment {
  const read = (name: string): string | null => variables[name] || null;
  return {
    ...readPrincipal(read),
    agent: read('HEDDLE_AGENT'),
    provider: read('HEDDLE_AGENT_PROVIDER'),
    model: read('HEDDLE_AGENT_MODEL'),
    session: read('HEDDLE_AGENT_SESSION'),
    confidence: read('HEDDLE_CONFIDENCE'),
    credentialPath: read('HEDDLE_CREDENTIAL'),
    operationId: read('HEDDLE_OPERATION_ID'),
    passphraseFile: read('HEDDLE_PASSPHRASE_FILE'),
    pager: read('HEDDLE_PAGER'),
    trace: isOn(variables['HEDDLE_TRACE']),
    agentDetected: detectAgent(variables),
  };
}

/** The run that this process belongs to, as it was told; null for none. */
export function readRun(variables: Variables): string | null {
  return variables['HEDDLE_RUN'] || null;
}

const PRINCIPAL_NAMES = ['HEDDLE_PRINCIPAL', 'HEDDLE_PRINCIPAL_EMAIL', 'HEDDLE_PRINCIPAL_NAME'] as const;

function readPrincipal(
  read: (name: string) => string | null,
): Pick<Environment, 'principal' | 'principalConflict'> {
  const set = PRINCIPAL_NAMES.filter((name) => read(name) !== null);
  const values = new Set(set.map(read));
  if (values.size > 1) return { principal: null, principalConflict: set };
  return { principal: [...values][0] ?? null, principalConflict: [] };
}

/** Set by a harness for what it starts. */
export const AGENT_NAMES = [
  'AI_AGENT',
  'CLAUDECODE',
  'CURSOR_AGENT',
  'GEMINI_CLI',
  'AUGMENT_AGENT',
  'OPENCODE',
  'CLINE_ACTIVE',
];

function detectAgent(variables: Variables): string | null {
  const named = AGENT_NAMES.find((name) => isOn(variables[name]));
  if (named !== undefined) return named;
  // People set CODEX_HOME for themselves; the others are set by the harness for its children.
  const codex = (name: string): boolean => /^CODEX_[A-Z_]+$/.test(name) && name !== 'CODEX_HOME';
  return (
    Object.keys(variables)
      .toSorted()
      .find((name) => codex(name) && isOn(variables[name])) ?? null
  );
}

function isOn(value: string | undefined): boolean {
  return value !== undefined && !['', '0', 'false', 'no', 'off'].includes(value.toLowerCase());
}
