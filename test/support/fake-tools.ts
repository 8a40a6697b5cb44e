import type { ToolOutcome, ToolRun, Tools } from '../../src/ports.ts';
import { Secret } from '../../src/secret.ts';

/** Programs that are said to be there, and end as the test wants. */
export class FakeTools implements Tools {
  readonly runs: ToolRun[] = [];
  readonly #programs: readonly string[];
  reply: (run: ToolRun, index: number) => Partial<ToolOutcome> | Promise<Partial<ToolOutcome>>;

  constructor(programs: readonly string[] = [], reply: FakeTools['reply'] = () => ({})) {
    this.#programs = programs;
    this.reply = reply;
  }

  find(name: string): Promise<string | undefined> {
    return Promise.resolve(this.#programs.includes(name) ? `/bin/${name}` : undefined);
  }

  async run(run: ToolRun): Promise<ToolOutcome> {
    this.runs.push(run);
    const outcome = await this.reply(run, this.runs.length - 1);
    const exit = outcome.trouble === undefined ? { exitCode: 0 } : {};
    return { ...exit, output: '', errors: '', ...outcome };
  }

  /** The programs and arguments that ran, as one line each. */
  get lines(): readonly string[] {
    return this.runs.map(({ program, arguments: args }) => [program, ...args].join(' '));
  }
}

/** The environment changes of a run, secrets shown. */
export function environmentOf({ environment }: ToolRun): Record<string, string | undefined> {
  return Object.fromEntries(
    Object.entries(environment).map(([name, value]) => [
      name,
      value instanceof Secret ? value.reveal() : value,
    ]),
  );
}
