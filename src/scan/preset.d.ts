/** What of the rules is used. Their own types come with a package of types, and a runner that is not used. */
declare module '@secretlint/secretlint-rule-preset-recommend' {
  export interface Report {
    readonly range: readonly [start: number, end: number];
  }

  export interface RuleContext {
    readonly sharedOptions: object;
    createTranslator(messages: object): (id: string, data?: object) => object;
    ignore(): void;
    report(report: Report): void;
  }

  export interface Source {
    readonly content: string;
    readonly filePath: string;
    /** With `.p12` a rule would read a file by its path. */
    readonly ext: '.json' | '';
    readonly contentType: 'text';
    readonly hasBOM: false;
  }

  export interface Rule {
    readonly meta: { readonly id: string };
    create(context: RuleContext, options: object): { file?(source: Source): unknown };
  }

  export const creator: {
    create(
      context: { readonly sharedOptions: object; registerRule(rule: Rule): void },
      rules: readonly never[],
    ): void;
  };
}
