/** A logging command: `##vso[area.event name=value;name=value]data`. */
export interface VsoCommand {
  readonly area: string;
  readonly event: string;
  /** Names in lower case, otherwise untouched: a blank before a name is part of it. */
  readonly properties: ReadonlyMap<string, string>;
  readonly data: string;
}

const prefix = '##vso[';

/** The keyword that makes a line which is no command worth a warning. */
export const commandKeyword = '##vso';

/** The command in a line, wherever it starts, or nothing where the line is not well formed. */
export function parseVsoCommand(line: string, decodePercents = true): VsoCommand | undefined {
  const start = line.indexOf(prefix);
  const end = line.indexOf(']', start);
  if (start < 0 || end < 0) return undefined;
  const header = line.slice(start + prefix.length, end);
  const blank = header.indexOf(' ');
  const name = blank < 0 ? header : header.slice(0, blank);
  const [area, event, ...rest] = name.split('.').filter((part) => part !== '');
  if (area === undefined || event === undefined || rest.length > 0) return undefined;
  return {
    area: area.toLowerCase(),
    event: event.toLowerCase(),
    properties: blank < 0 ? new Map() : parseProperties(header.slice(blank + 1), decodePercents),
    data: unescapeVso(line.slice(end + 1), decodePercents),
  };
}

function parseProperties(text: string, decodePercents: boolean): Map<string, string> {
  const properties = new Map<string, string>();
  for (const pair of text.split(';')) {
    const equals = pair.indexOf('=');
    if (equals <= 0 || equals === pair.length - 1) continue;
    const value = unescapeVso(pair.slice(equals + 1), decodePercents);
    properties.set(pair.slice(0, equals).toLowerCase(), value);
  }
  return properties;
}

/** Undoes the command escapes; the percent sign comes last, so that nothing is decoded twice. */
export function unescapeVso(text: string, decodePercents = true): string {
  const decoded = text
    .replaceAll('%3B', ';')
    .replaceAll('%0D', '\r')
    .replaceAll('%0A', '\n')
    .replaceAll('%5D', ']');
  return decodePercents ? decoded.replaceAll('%AZP25', '%') : decoded;
}

/** Escapes a whole value as it would stand in a command's property. */
export function escapeVso(text: string): string {
  return text
    .replaceAll('%', '%AZP25')
    .replaceAll(';', '%3B')
    .replaceAll('\r', '%0D')
    .replaceAll('\n', '%0A')
    .replaceAll(']', '%5D');
}
