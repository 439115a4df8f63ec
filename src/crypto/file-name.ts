import { utf8 } from '#domain/encoding/bytes.ts';
import { HeddleError } from '#domain/error.ts';

/** Leaves room for endings and for the temporary name in the 255 bytes that a file name may have. */
const LONGEST = 200;

/**
 * A principal as a file name: lower-case letters, digits and `@ . _ + -` stay, every other byte becomes `%` and
 * two digits. Upper case too, so that two principals never share a file where case is ignored.
 * Throws `USAGE` where the name is too long.
 */
export function escapeFileName(principal: string): string {
  const escaped = Array.from(utf8(principal), escapeByte).join('').replace(/^\./, '%2e');
  if (escaped.length <= LONGEST && escaped !== '') return escaped;
  throw new HeddleError('USAGE', 'the principal is too long to name a file', { facts: { principal } });
}

function escapeByte(byte: number): string {
  const letter = String.fromCharCode(byte);
  return /[a-z0-9@._+-]/.test(letter) ? letter : `%${byte.toString(16).padStart(2, '0')}`;
}
