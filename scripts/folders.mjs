/**
 * The folders of `src/`, left to right: in which process each runs, and which folders it may import.
 * Each may also import the ground floor (`errors`, `literals`, `secret`, `ports` …) and what lies in itself. The
 * bundler reads this table too, and refuses a folder in the bundle of the other process.
 */
export const folders = {
  upstream: { runsIn: 'both', mayImport: [] },
  'service-connection': { runsIn: 'both', mayImport: ['upstream'] },
  'id-token': { runsIn: 'both', mayImport: ['upstream', 'service-connection'] },
  'access-token': { runsIn: 'both', mayImport: ['upstream', 'service-connection', 'id-token'] },
  agent: { runsIn: 'task', mayImport: ['service-connection', 'id-token'] },
  wire: { runsIn: 'both', mayImport: ['upstream', 'service-connection'] },
  'delivery/files': { runsIn: 'both', mayImport: [] },
  'delivery/loopback': {
    runsIn: 'broker',
    mayImport: ['service-connection', 'id-token', 'access-token'],
  },
  'delivery/variables': {
    runsIn: 'task',
    mayImport: ['service-connection', 'id-token', 'agent', 'wire', 'delivery/files'],
  },
  delivery: {
    runsIn: 'task',
    mayImport: ['upstream', 'service-connection', 'id-token', 'access-token', 'agent'],
  },
  'azure-cli': {
    runsIn: 'both',
    mayImport: ['id-token', 'access-token', 'wire', 'delivery/files'],
  },
  refresh: {
    runsIn: 'both',
    mayImport: ['upstream', 'id-token', 'access-token', 'wire', 'azure-cli'],
  },
  broker: {
    runsIn: 'broker',
    mayImport: [
      ...[
        'upstream',
        'service-connection',
        'id-token',
        'wire',
        'delivery/files',
        'delivery/loopback',
        'azure-cli',
        'refresh',
      ],
    ],
  },
  session: {
    runsIn: 'task',
    mayImport: [
      ...['upstream', 'service-connection', 'id-token', 'access-token', 'agent', 'wire'],
      ...['delivery', 'delivery/files', 'refresh'],
    ],
  },
  tools: {
    runsIn: 'task',
    mayImport: [
      ...['upstream', 'service-connection', 'id-token', 'access-token', 'agent', 'wire'],
      ...['delivery/files', 'delivery/variables', 'azure-cli', 'session'],
    ],
  },
  'external/agent': {
    runsIn: 'task',
    mayImport: [
      ...['upstream', 'service-connection', 'id-token', 'agent', 'delivery'],
      ...['delivery/files', 'external/files'],
    ],
  },
  'external/session': {
    runsIn: 'task',
    mayImport: ['wire', 'delivery/files', 'session', 'external/upstream'],
  },
  'external/broker': {
    runsIn: 'broker',
    mayImport: ['wire', 'delivery/loopback', 'broker'],
  },
  'external/upstream': { runsIn: 'both', mayImport: ['upstream'] },
  'external/files': { runsIn: 'both', mayImport: ['external/machine'] },
  'external/machine': { runsIn: 'both', mayImport: [] },
};

/** What lies outside of `src/`, and which folders of it each may import. */
export const guests = {
  wif: {
    mayImport: [...['upstream', 'access-token'], ...['external/upstream', 'external/machine']],
  },
};

/** The folder of the table in which a file of the repository lies; undefined for any other file. */
export function folderOf(file) {
  const names = Object.keys(folders).sort((one, other) => other.length - one.length);
  return names.find((name) => file.startsWith(`src/${name}/`));
}
