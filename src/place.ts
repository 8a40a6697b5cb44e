/** Enough to find a bug by; a stack of a deep recursion is no better for being longer. */
const maxFrames = 12;

/**
 * A frame as V8 prints it (https://v8.dev/docs/stack-trace-api), with the name of the file only: the
 * rest of the path may hold the name of a user.
 */
const frame =
  /^ {4}at (?:(?:async |new )*([\w$.#<>]{1,80})(?: \[as [\w$#]{1,80}\])? \()?(?:[^()\r\n]*[\\/])?([\w.-]{1,60}):(\d{1,7}):(\d{1,7})\)?$/;

/**
 * Where in the code an error was made, as lines for a log: functions, files, lines and columns. No
 * text of the error is in them, since it may quote a credential.
 */
export function placeOf(error: unknown): readonly string[] {
  if (!(error instanceof Error) || typeof error.stack !== 'string') return [];
  return framesOf(error.stack, error.message);
}

/** Whether a line has the form of one of {@link placeOf}, when it comes from another process. */
export function isPlace(line: unknown): line is string {
  return (
    typeof line === 'string' &&
    /^at (?:[\w$.#<>]{1,80} \([\w.-]{1,60}:\d{1,7}:\d{1,7}\)|[\w.-]{1,60}:\d{1,7}:\d{1,7})$/.test(
      line,
    )
  );
}

/** A message of several lines could look like frames, so what belongs to it goes first. */
function framesOf(stack: string, message: string): readonly string[] {
  const at = stack.indexOf(message);
  if (at < 0) return [];
  return stack
    .slice(at + message.length)
    .split('\n')
    .flatMap((line) => {
      const [, name, file, row, column] = frame.exec(line) ?? [];
      if (file === undefined) return [];
      const where = `${file}:${row ?? ''}:${column ?? ''}`;
      return [name === undefined ? `at ${where}` : `at ${name} (${where})`];
    })
    .slice(0, maxFrames);
}
