import { Argument, type Command } from 'commander';
import {
  completionScripts,
  completionsOf,
  shells,
  type CommandWords,
  type Shell,
} from './completion.ts';
import { helpTexts } from './help.ts';

/** Prints a line for a shell. */
export type Print = (line: string) => void;

/** Adds the command that prints what a shell runs, and the one that this asks. */
export function addCompletion(program: Command, print: Print): void {
  const words = program.commands.map(wordsOf);
  const choices = [...shells];
  const own: CommandWords = { name: 'completion', options: [], choices };
  program
    .command('completion')
    .description('prints what a shell runs to complete the words of wif')
    .addArgument(new Argument('<shell>', 'the shell').choices(shells))
    .addHelpText('after', helpTexts.completion)
    .action((shell: Shell) => {
      for (const line of completionScripts[shell].split('\n')) print(line);
    });
  program
    .command('complete', { hidden: true })
    .argument('<at>')
    .argument('[words...]')
    .allowUnknownOption()
    .passThroughOptions()
    .action((at: string, line: readonly string[]) => {
      for (const word of completionsOf([...words, own], line, Number(at))) print(word);
    });
}

function wordsOf(command: Command): CommandWords {
  const { options, registeredArguments } = command;
  return {
    name: command.name(),
    options: options.map(({ short, long, required, argChoices = [] }) => ({
      names: [short, long].filter((one) => one !== undefined),
      takesValue: required,
      choices: argChoices,
    })),
    choices: registeredArguments.flatMap(({ argChoices = [] }) => argChoices),
  };
}
