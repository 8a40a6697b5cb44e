import { unzipSync } from 'fflate';
import { maxDownload, taskNames } from '../package/packed-extension.ts';
import type { Bench } from './bench.ts';
import { exact, type Figure } from './figures.ts';

const kilobyte = 1000;

/** Budgets 6 and 7: what an agent downloads. */
export function packageSize({ extension: { packed } }: Bench): readonly Figure[] {
  const sizes = new Map<string, number>();
  unzipSync(packed, {
    filter: ({ name, size }) => {
      if (!name.endsWith('/')) sizes.set(name, size);
      return false;
    },
  });
  const of = (folder: string): readonly number[] =>
    [...sizes].filter(([path]) => path.startsWith(`${folder}/`)).map(([, size]) => size);
  const sum = (values: readonly number[]): number =>
    values.reduce((total, size) => total + size, 0);
  return [
    ...taskNames.flatMap((task) => [
      exact(
        { budget: 6, what: `${task}: files`, unit: '', limit: maxDownload.filesOfTask },
        of(task).length,
      ),
      exact(
        { budget: 6, what: `${task}: zipped`, unit: 'kB', limit: maxDownload.task },
        sum(of(task)) / kilobyte,
      ),
    ]),
    exact(
      { budget: 7, what: '.vsix without its pictures', unit: 'kB', limit: maxDownload.extension },
      (packed.length - sum(of('images'))) / kilobyte,
    ),
  ];
}
