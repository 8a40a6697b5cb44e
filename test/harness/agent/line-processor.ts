import { mayRunCommand } from './restrictions.ts';
import type { StepContext } from './step-context.ts';
import { taskCommands } from './task-commands.ts';
import { commandKeyword, parseVsoCommand, unescapeVso, type VsoCommand } from './vso-command.ts';

/** Areas that the agent knows and that mean nothing here; their commands vanish. */
const silentAreas = new Set([
  'telemetry',
  'build',
  'artifact',
  'results',
  'codecoverage',
  'release',
]);

/** Takes one line of a step's output: carries out its command, or prints it. */
export function processLine(line: string, context: StepContext): void {
  const decodePercents = context.job.variables.get('DECODE_PERCENTS')?.toLowerCase() !== 'false';
  const command = parseVsoCommand(line, decodePercents);
  if (command === undefined) {
    if (line.includes(commandKeyword)) warnOfKeyword(line, context);
    context.log.write(line);
    return;
  }
  context.log.command(line);
  carryOut(command, line, context);
  if (command.area === 'task' && command.event === 'debug') return;
  context.debug(`Processed: ${unescapeVso(line, decodePercents)}`);
}

function carryOut(command: VsoCommand, line: string, context: StepContext): void {
  const { area, event } = command;
  if (area !== 'task' && !silentAreas.has(area)) {
    context.warning(`Can't find command extension for ##vso[${area}.command].`);
    return;
  }
  if (!mayRunCommand(area === 'task' ? event : area, context.restrictions)) {
    context.warning(
      `##vso[${area}.${event}] is not allowed in this step due to policy restrictions.`,
    );
    return;
  }
  if (area !== 'task') return;
  try {
    const handle = taskCommands[event];
    if (handle === undefined) throw new Error(`##vso[task.${event}] is not a recognized command.`);
    handle(command, context);
  } catch (error) {
    context.error(
      `Unable to process command '${line}' successfully. Please reference documentation.`,
    );
    context.error(error instanceof Error ? error.message : String(error));
    context.complete('Failed');
  }
}

function warnOfKeyword(line: string, context: StepContext): void {
  context.warning(
    `'${line}' contains logging command keyword '##vso', but it's not a legal command. Please see the list of accepted commands.`,
  );
}
