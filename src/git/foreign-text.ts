const LONGEST = 500;
const BREAKS = /\s*[\t\n\r\u2028\u2029]\s*/g;
// C0, DEL, C1, bidirectional controls. Nothing is put in their place: a space would cut a password in two.
// eslint-disable-next-line no-control-regex
const CONTROLS = /[\u0000-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]+/g;
/** Everything up to the last `@` of a URL: a password may itself hold any other character. */
const CREDENTIALS = /([a-z][a-z0-9+.-]*:\/\/)\S*@/gi;

/** Makes what git said fit for an error: one line, no control characters, no credentials in URLs, 500 characters. */
export function cleanForeignText(raw: Uint8Array): string {
  const text = new TextDecoder().decode(raw.subarray(0, 16 * LONGEST));
  return text.replace(BREAKS, ' ').replace(CONTROLS, '').replace(CREDENTIALS, '$1').trim().slice(0, LONGEST);
}
