/** An object is not where a quick look finds it, or not as it should be: git is to be asked. */
export class NotPlain extends Error {}
