/**
 * Makes output the same in every run: ids, keys, times, Git ids and the stage's directory become words. What
 * is left is what a snapshot is about.
 */
export function normalise(text: string, root: string): string {
  return text
    .replaceAll(root, '<root>')
    .replace(/\bh([sogtr])-[0-9a-hjkmnp-tv-z]{8,52}(?![0-9a-hjkmnp-tv-z])/g, '<h$1>')
    .replace(/\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{3})?Z/g, '<time>')
    .replace(/\b\d{4}-\d\d-\d\d \d\d:\d\d UTC/g, '<time>')
    .replace(/\b\d{4}-\d\d-\d\d\b/g, '<day>')
    .replace(/\bin (?:\d+ (?:d|h|min|s)\b ?)+/g, 'in <while>')
    .replace(/\bed25519:[0-9a-f]{8,64}/g, 'ed25519:<key>')
    .replace(/\bheddle-key:\S+/g, 'heddle-key:<keys>')
    .replace(/\b[0-9a-hjkmnp-tv-z]{52}\b/g, '<replica>')
    .replace(/\b[0-9a-f]{64}\b/g, '<key>')
    .replace(/\b[0-9a-f]{40}\b/g, '<git>')
    .replace(/\b[0-9a-f]{32}\b/g, '<session>')
    .replace(/\bcommit [0-9a-f]{12}\b/g, 'commit <git>')
    .replace(/\bindex [0-9a-f]{7}\.\.[0-9a-f]{7}/g, 'index <git>..<git>');
}
