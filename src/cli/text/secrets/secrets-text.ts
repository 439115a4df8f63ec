import type { SecretsAllowResult, SecretsListResult } from '#domain/results/secrets/secret-results.ts';
import type { TextOf } from '#cli/text/shared-lines.ts';

/** Text of `secrets allow`. */
export const secretsAllowText: TextOf<SecretsAllowResult> = ({ exceptions }, terminal) =>
  exceptions.length === 0
    ? ['nothing that changed there looks like a secret']
    : exceptions.map(
        ({ path, line, rule, until }) =>
          `${terminal.paint('place', terminal.safe(`${path}:${line}`))} may be captured until ${terminal.time(until)}, though it looks like a secret (${terminal.safe(rule)})`,
      );

/** Text of `secrets list`. */
export const secretsListText: TextOf<SecretsListResult> = ({ exceptions }, terminal) =>
  exceptions.length === 0
    ? ['nothing that looks like a secret is let pass']
    : exceptions.map(({ path, rule, by, reason, until, over }) => {
        const place = terminal.paint('place', terminal.safe(path));
        const time = `${over ? 'over since' : 'until'} ${terminal.time(until)}`;
        return `${place} ${terminal.safe(rule)} ${time}, by ${terminal.safe(by)}: ${terminal.safe(reason)}`;
      });
