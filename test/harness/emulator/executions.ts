import type { Project } from './administration.ts';

/** A job that used a connection. */
export interface ConnectionRun {
  readonly planType: 'Build' | 'Release';
  readonly definition: { readonly id: number; readonly name: string; readonly project: Project };
  readonly startedOn: Date;
  readonly finishedOn?: Date;
}

/** What the history of a connection says of its jobs, the latest first. */
export const executionsIn = (
  id: string,
  runs: readonly ConnectionRun[],
  top: number,
): readonly unknown[] =>
  [...runs]
    .reverse()
    .slice(0, top)
    .map(({ planType, definition: { project, ...definition }, startedOn, finishedOn }, index) => ({
      endpointId: id,
      data: {
        id: 7 + index,
        planType,
        definition: {
          ...definition,
          _links: {
            self: {
              href: `https://dev.azure.com/contoso/${project.id}/_apis/build/Definitions/${definition.id}`,
            },
          },
        },
        result: 'succeeded',
        startTime: startedOn.toISOString(),
        ...(finishedOn === undefined ? {} : { finishTime: finishedOn.toISOString() }),
      },
    }));
