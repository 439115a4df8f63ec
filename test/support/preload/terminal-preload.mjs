/* Makes the program believe that somebody sits at a terminal; what they type is the piped input. */
for (const stream of [process.stdin, process.stderr]) {
  Object.defineProperty(stream, 'isTTY', { value: true });
}
