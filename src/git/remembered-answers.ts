import { readConfigBytes, type ConfigFile } from './plain/config-file.ts';

/**
 * What git said of the settings of one work tree, for as long as the repository's configuration says the same, byte for
 * byte, as when it was opened. That is enough where the configuration includes no other file. What changes in the
 * user's own files meanwhile is seen by the next command.
 */
export class RememberedAnswers<Answer> {
  readonly #files: readonly ConfigFile[];
  readonly #answers = new Map<string, Answer>();

  /** @param files all that the repository's configuration is in, and what they held. */
  constructor(files: readonly ConfigFile[]) {
    this.#files = files;
  }

  /** Asks, unless the same was asked before and the configuration is as it was. */
  async ask(question: string, ask: () => Promise<Answer>): Promise<Answer> {
    const known = this.#answers.get(question);
    if (known !== undefined && this.#isAsItWas()) return known;
    const answer = await ask();
    // Looked at afterwards: git may have read what somebody wrote a moment ago.
    if (this.#isAsItWas()) this.#answers.set(question, answer);
    return answer;
  }

  #isAsItWas(): boolean {
    try {
      return this.#files.every(({ path, bytes }) => readConfigBytes(path).equals(bytes));
    } catch {
      // Whatever is wrong with it, git is to say.
      return false;
    }
  }
}
