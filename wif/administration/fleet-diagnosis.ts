import type { Connection } from './connection.ts';
import type { Diagnosis } from './diagnosis.ts';
import type { Finding } from './findings.ts';
import { isForeign } from './operation.ts';
import type { Report } from './report.ts';

/** A connection of many, with what was found. */
export interface Examined {
  readonly connection: Connection;
  readonly findings: Diagnosis['findings'];
}

/** Worst first: what is known to be wrong, before what nobody could look at. */
const states = ['problem', 'unknown', 'hint', 'ok'] as const;

/** The worst of the findings. */
export function stateOf(findings: readonly Finding[]): Finding['state'] {
  return states.find((state) => findings.some((finding) => finding.state === state)) ?? 'ok';
}

/** Each connection once: in the project that owns it, where that can be seen. */
export function eachOnce(connections: readonly Connection[]): readonly Connection[] {
  const homes = connections.filter((one) => !isForeign(one));
  const known = new Set(homes.map(({ id }) => id));
  const guests = connections.filter((one) => isForeign(one) && !known.has(one.id));
  return [...homes, ...new Map(guests.map((one) => [one.id, one])).values()];
}

/** One row a connection, the worst first. */
export function fleetReport(examined: readonly Examined[]): Report {
  const rows = examined.map(({ connection: { project, name, id }, findings }) => {
    const state = stateOf(findings);
    const telling = findings.filter((finding) => finding.state === state && state !== 'ok');
    return {
      project: project.name,
      name,
      id,
      state,
      checks: telling.map(({ check }) => check).join(', '),
      what: telling.map(({ text }) => text).join(' '),
      problems: countOf(findings, 'problem'),
      unknown: countOf(findings, 'unknown'),
      hints: countOf(findings, 'hint'),
    };
  });
  const rank = (row: (typeof rows)[number]): number => states.indexOf(row.state);
  return {
    columns: [
      ['project', 'Project'],
      ['name', 'Connection'],
      ['id', undefined],
      ['state', 'State'],
      ['problems', undefined],
      ['unknown', undefined],
      ['hints', undefined],
      ['checks', 'Look at'],
      ['what', undefined],
    ],
    rows: rows.sort(
      (one, other) => rank(one) - rank(other) || Number(other.problems) - Number(one.problems),
    ),
  };
}

function countOf(findings: readonly Finding[], wanted: Finding['state']): string {
  return String(findings.filter(({ state }) => state === wanted).length);
}
