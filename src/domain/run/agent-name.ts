const LONGEST = 60;
const NAMELESS = 'agent';

/** The name of an agent that nobody named: its program's, with what is no plain letter replaced. */
export function agentNameOf(program: string): string {
  const base = program.slice(program.lastIndexOf('/') + 1);
  const plain = base.replace(/[^A-Za-z0-9._-]+/g, '-').replace(/^[-.]+|[-.]+$/g, '');
  return plain === '' ? NAMELESS : plain.slice(0, LONGEST);
}
