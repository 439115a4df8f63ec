import { encodeFallbackRefs } from '#domain/remotes/fallback-refs.ts';
import { fenced, type Example } from './example-text.ts';

/** The file of the branch for hosts that take no refs of heddle. */
export function fallbackExample(): Example {
  const bytes = encodeFallbackRefs(
    new Map([
      ['refs/heddle/authority', 'a'.repeat(40)],
      ['refs/heddle/threads/task/login', 'b'.repeat(40)],
    ]),
  );
  const lines = new TextDecoder().decode(bytes).trimEnd().split('\n');
  return [`\`refs\`, ${bytes.length} bytes, each line ends with a line feed:`, ...fenced('text', lines)];
}
