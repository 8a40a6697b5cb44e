import { crc32, deflateSync } from 'node:zlib';
import type { Page } from 'playwright-core';
import { pictureIn } from '../test/tab/support/pixels.ts';

const maxColours = 256;

/**
 * The same picture with a table of its 256 commonest colours, which is much smaller than what a browser
 * makes: https://www.w3.org/TR/png-3/. Each other colour becomes the nearest one of the table.
 * @param page any page of the browser, which decodes the picture.
 */
export async function indexedPng(page: Page, png: Buffer): Promise<Buffer> {
  const { width, colours } = await pictureIn(page, png);
  const height = colours.length / width;
  const table = commonest(colours);
  const indexes = new Map(table.map((colour, index) => [colour, index]));
  const indexOf = (colour: number): number => {
    const known = indexes.get(colour);
    if (known !== undefined) return known;
    const nearest = indexOfNearest(colour, table);
    indexes.set(colour, nearest);
    return nearest;
  };
  // Each row begins with the number of its filter: 0 is none.
  const rows = Buffer.alloc((width + 1) * height);
  for (const [index, colour] of colours.entries()) {
    const row = Math.floor(index / width);
    rows[row * (width + 1) + 1 + (index % width)] = indexOf(colour);
  }
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  // Eight bits for a pixel, which is an index of the table.
  header.set([8, 3], 8);
  return Buffer.concat([
    Buffer.from('\u0089PNG\r\n\u001a\n', 'latin1'),
    chunk('IHDR', header),
    chunk('PLTE', Buffer.from(table.flatMap(channelsOf))),
    chunk('IDAT', deflateSync(rows, { level: 9 })),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

function commonest(colours: Uint32Array): readonly number[] {
  const counts = new Map<number, number>();
  for (const colour of colours) counts.set(colour, (counts.get(colour) ?? 0) + 1);
  const sorted = [...counts].sort(([, one], [, other]) => other - one);
  return sorted.slice(0, maxColours).map(([colour]) => colour);
}

function indexOfNearest(colour: number, table: readonly number[]): number {
  const wanted = channelsOf(colour);
  const distances = table.map((other) =>
    channelsOf(other).reduce((sum, value, index) => sum + (value - (wanted[index] ?? 0)) ** 2, 0),
  );
  return distances.indexOf(Math.min(...distances));
}

function channelsOf(colour: number): readonly number[] {
  return [colour >> 16, (colour >> 8) & 255, colour & 255];
}

/** Length, name, content and checksum. */
function chunk(name: string, content: Buffer): Buffer {
  const named = Buffer.concat([Buffer.from(name, 'latin1'), content]);
  const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(content.length);
  sum.writeUInt32BE(crc32(named));
  return Buffer.concat([length, named, sum]);
}
