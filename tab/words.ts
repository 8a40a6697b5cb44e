const minute = 60;
const hour = 3_600;

/** A length of time in words, from seconds: `45 s`, `4 min 28 s`, `2 h 5 min`. */
export function duration(seconds: number): string {
  const whole = Math.round(seconds);
  if (whole < minute) return `${whole} s`;
  if (whole < hour) return joined(Math.floor(whole / minute), 'min', whole % minute, 's');
  return joined(Math.floor(whole / hour), 'h', Math.floor((whole % hour) / minute), 'min');
}

/** A wait in words, from milliseconds. */
export function wait(ms: number): string {
  if (ms < 1_000) return `${Math.round(ms)} ms`;
  return ms < 100_000 ? `${(ms / 1_000).toFixed(1)} s` : duration(ms / 1_000);
}

/** The time of day in UTC, as the job's log has it; with the date on another day than the start. */
export function clockTime({ startedOn }: { readonly startedOn: Date }, seconds: number): string {
  const [firstDay] = startedOn.toISOString().split('T');
  const moment = new Date(startedOn.getTime() + seconds * 1_000).toISOString();
  const [day, time] = moment.slice(0, 19).split('T');
  return day === firstDay ? `${time}` : `${day} ${time}`;
}

/** A number with its noun: `1 token`, `1,024 tokens`. */
export function count(number: number, noun: string): string {
  return `${grouped(number)} ${noun}${number === 1 ? '' : 's'}`;
}

/** A number with its thousands apart: `1,024`. */
export function grouped(number: number): string {
  return number.toLocaleString('en-US');
}

/** A text cut to a number of characters, and marked where it is. */
export function shortened(text: string, maxCharacters: number): string {
  const characters = Array.from(text);
  if (characters.length <= maxCharacters) return text;
  return `${characters.slice(0, Math.max(1, maxCharacters - 1)).join('')}…`;
}

function joined(large: number, largeUnit: string, small: number, smallUnit: string): string {
  return small === 0 ? `${large} ${largeUnit}` : `${large} ${largeUnit} ${small} ${smallUnit}`;
}
