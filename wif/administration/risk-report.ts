import type { Report } from './report.ts';
import type { Risk } from './risk.ts';

/** One row a risk. */
export function riskReport(risks: readonly Risk[]): Report {
  return {
    columns: [
      ['project', 'Project'],
      ['name', 'Connection'],
      ['id', undefined],
      ['kind', 'Used by'],
      ['user', 'Name'],
      ['longest', 'Longest job'],
      ['longestMinutes', undefined],
      ['lives', undefined],
      ['where', 'Where'],
      ['step', undefined],
      ['verdict', 'Verdict'],
      ['code', undefined],
      ['what', 'What'],
      ['todo', 'To do'],
    ],
    rows: risks.map(({ connection: { project, name, id }, longestMinutes, ...rest }) => ({
      project: project.name,
      name,
      id,
      longest: longestMinutes === undefined ? '' : durationText(longestMinutes),
      longestMinutes: longestMinutes === undefined ? '' : String(Math.round(longestMinutes)),
      ...rest,
    })),
  };
}

/** Minutes as people say them. */
export function durationText(minutes: number): string {
  const whole = Math.round(minutes);
  if (whole < 1) return 'under 1 min';
  const hours = Math.floor(whole / 60);
  const rest = whole % 60;
  if (hours === 0) return `${rest} min`;
  return rest === 0 ? `${hours} h` : `${hours} h ${rest} min`;
}
