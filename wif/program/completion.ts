/** What a shell has to know of an option to complete it. */
export interface OptionWords {
  /** As it may be written: `-o`, `--organization`. */
  readonly names: readonly string[];
  readonly takesValue: boolean;
  /** Its values, where there are only so many. */
  readonly choices: readonly string[];
}

/** What a shell has to know of a command. */
export interface CommandWords {
  readonly name: string;
  readonly options: readonly OptionWords[];
  /** Values of its arguments, where there are only so many. */
  readonly choices: readonly string[];
}

/** The shells whose words can be completed. */
export const shells = ['bash', 'zsh', 'powershell'] as const;

export type Shell = (typeof shells)[number];

/**
 * What may stand at one place of a command line.
 *
 * @param words the line without `wif`; `at` is the place of the word that is completed, from 0
 * @returns nothing where anything may stand: shells then complete names of files
 */
export function completionsOf(
  commands: readonly CommandWords[],
  words: readonly string[],
  at: number,
): readonly string[] {
  const begun = words[at] ?? '';
  const before = words.slice(0, at);
  const command = commands.find(({ name }) => name === before[0]);
  const possible =
    command === undefined ? firstWords(commands, at) : nextWords(command, before, begun);
  return possible.filter((word) => word.startsWith(begun));
}

function firstWords(commands: readonly CommandWords[], at: number): readonly string[] {
  return at === 0 ? [...commands.map(({ name }) => name), '--help', '--version'] : [];
}

function nextWords(
  { options, choices }: CommandWords,
  before: readonly string[],
  begun: string,
): readonly string[] {
  const last = before.at(-1) ?? '';
  const asked = options.find(({ names, takesValue }) => takesValue && names.includes(last));
  if (asked !== undefined) return asked.choices;
  return begun.startsWith('-') ? options.map(({ names }) => names.at(-1) ?? '') : choices;
}

/**
 * The lines that a shell runs to complete the words of `wif`. Each asks `wif complete` for the place
 * of the word and the words so far, and completes names of files where the answer is empty.
 */
export const completionScripts: Readonly<Record<Shell, string>> = {
  bash: `_wif() {
  local IFS=$'\\n'
  local found
  found=$(wif complete "$((COMP_CWORD - 1))" "\${COMP_WORDS[@]:1:COMP_CWORD}" 2> /dev/null)
  COMPREPLY=($found)
}
complete -o default -F _wif wif`,

  zsh: `_wif() {
  local -a found
  found=(\${(f)"$(wif complete "$((CURRENT - 2))" "\${(@)words[2,CURRENT]}" 2> /dev/null)"})
  if (( \${#found} )); then compadd -- $found; else _files; fi
}
(( \${+functions[compdef]} )) || { autoload -Uz compinit && compinit }
compdef _wif wif`,

  powershell: `Register-ArgumentCompleter -Native -CommandName wif -ScriptBlock {
  param($wordToComplete, $commandAst, $cursorPosition)
  $words = @($commandAst.CommandElements | Select-Object -Skip 1 | ForEach-Object { $_.ToString() })
  $at = if ($wordToComplete -eq '') { $words.Count } else { $words.Count - 1 }
  wif complete $at @words 2> $null | ForEach-Object {
    [System.Management.Automation.CompletionResult]::new($_, $_, 'ParameterValue', $_)
  }
}`,
};
