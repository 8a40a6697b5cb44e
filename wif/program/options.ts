import { InvalidArgumentError, Option } from 'commander';

const defaultConcurrency = 4;
const maxConcurrency = 16;
const defaultWaitSeconds = 300;
const maxWaitSeconds = 3_600;

/** Projects, in the order in which they are named. */
export function projects(): Option {
  return new Option('-p, --project <name>', 'a project, by name or ID; may be repeated')
    .argParser((value: string, before: readonly string[]) => [...before, value])
    .default([], 'all');
}

/** How many requests run at a time. */
export function concurrency(): Option {
  return numeric('--concurrency <number>', 'how many requests at a time', {
    max: maxConcurrency,
    usual: defaultConcurrency,
  });
}

/** Microsoft says of a change that it can take a few minutes. */
export function wait(): Option {
  return numeric('--wait <seconds>', 'how long to wait for each change', {
    max: maxWaitSeconds,
    usual: defaultWaitSeconds,
  });
}

function numeric(
  flags: string,
  description: string,
  { max, usual }: { readonly max: number; readonly usual: number },
): Option {
  return new Option(flags, description)
    .argParser((value: string) => {
      const number = Number(value);
      if (Number.isInteger(number) && number >= 1 && number <= max) return number;
      throw new InvalidArgumentError(`It must be a number from 1 to ${max}.`);
    })
    .default(usual);
}

/** In which form a report is printed: a table, unless another is asked for. */
export function output(...forms: readonly string[]): Option {
  return new Option('--output <form>', 'form of the report').choices(forms).default('table');
}
