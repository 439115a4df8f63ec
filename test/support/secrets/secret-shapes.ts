/*
 * Shapes of real secrets, as the rules' own public tests have them, made of parts when a test runs: nothing in this
 * repository may look like a secret to anybody's scanner.
 */

const LETTERS = 'aB3dE5gH7jK9mN2pQ4rS6tU8vW1xY0z';

/** So many letters and digits, other ones for each seed. */
function letters(length: number, seed: number): string {
  return Array.from({ length }, (_, at) => LETTERS[(at * 7 + seed * 11 + (at >> 3)) % LETTERS.length]).join(
    '',
  );
}

function join(...parts: readonly string[]): string {
  return parts.join('');
}

/** A file with one secret, which a rule knows. */
export interface SecretShape {
  readonly rule: string;
  readonly name: string;
  readonly text: string;
}

const PEM = ['RSA PRIVATE', 'KEY'].join(' ');

/** One secret for each rule that knows some; each seed has values of its own. */
export function secretShapes(seed = 1): readonly SecretShape[] {
  const shape = (rule: string, text: string, name = 'config.txt'): SecretShape => ({ rule, name, text });
  return [
    shape('aws', join('AWS_SECRET_ACCESS', '_KEY = ', letters(40, seed))),
    shape(
      'gcp',
      JSON.stringify({
        type: 'service_account',
        project_id: 'example',
        private_key_id: letters(40, seed),
        private_key: join(
          '-----BEGIN ',
          'PRIVATE KEY',
          '-----\n',
          letters(120, seed),
          '\n-----END ',
          'PRIVATE KEY',
          '-----\n',
        ),
        client_email: 'robot@example.iam.gserviceaccount.com',
        client_id: '1',
      }),
      'account.json',
    ),
    shape(
      'privatekey',
      join('-----BEGIN ', PEM, '-----\nMI', `${letters(64, seed)}\n`.repeat(6), '-----END ', PEM, '-----\n'),
    ),
    shape('npm', join('npm', '_', letters(36, seed))),
    shape('npm', join('//registry.example.org/:_auth', 'Token=', letters(36, seed)), '.npmrc'),
    shape('basicauth', join('https', '://', 'robot:', letters(20, seed), '@', 'shop.example.org/')),
    shape('slack', join('xox', 'b-', '123456789012-', '1234567890123-', letters(24, seed))),
    shape('sendgrid', join('SG', '.', letters(22, seed), '.', letters(43, seed))),
    shape('shopify', join('shp', 'at_', '0123456789abcdef'.repeat(2))),
    shape('github', join('gh', 'p_', letters(36, seed))),
    shape('openai', join('s', 'k-', letters(20, seed), 'T3Blbk', 'FJ', letters(20, seed))),
    shape('anthropic', join('sk-', 'ant-', 'api03-', letters(93, seed), 'AA')),
    shape('linear', join('lin', '_api_', letters(40, seed))),
    shape(
      'database-connection-string',
      join('postgres', 'ql://', 'robot:', letters(20, seed), '@', 'db.example.org:5432/shop'),
    ),
  ];
}

/** A GitHub token, the shortest of them to write; each seed another one. */
export function githubToken(seed = 1): string {
  return join('gh', 'p_', letters(36, seed));
}
