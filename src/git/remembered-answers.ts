import { readConfigBytes } from './plain/config-file.ts';

/**
 * What git said of the settings of one work tree, for as long as the repository's configuration says the same, byte for
 * byte, as when it was opened. That is enough where the configuration includes no other file. What changes in the
 * user's own files meanwhile is seen by the next command.
 */
export class RememberedAnswers<Answer> {
  readonly #path: string;
  readonly #first: Buffer;
  readonly #answers = new Map<string, Answer>();

  /** @param bytes what the file at `path` held. */
  constructor({ path, bytes }: { readonly path: string; readonly bytes: Buffer }) {
    this.#path = path;
    this.#first = bytes;
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
      return readConfigBytes(this.#path).equals(this.#first);
    } catch {
      // Whatever is wrong with it, git is to say.
      return false;
    }
  }
}
