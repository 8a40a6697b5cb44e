import type { Locator } from 'playwright-core';

/** A pixel of a picture, from its upper left corner. */
export interface Pixel {
  readonly x: number;
  readonly y: number;
}

/** The pixels of an element that have just this colour, as it is on the screen. */
export async function pixelsOf(element: Locator, colour: string): Promise<readonly Pixel[]> {
  const picture = await element.screenshot();
  const [red, green, blue] = (colour.match(/\d+/g) ?? []).map(Number);
  // The page of the host decodes the picture: it has no policy that forbids it.
  return element.page().evaluate(
    `(async () => {
      const image = new Image();
      image.src = 'data:image/png;base64,${picture.toString('base64')}';
      await image.decode();
      const canvas = new OffscreenCanvas(image.width, image.height);
      const context = canvas.getContext('2d');
      context.drawImage(image, 0, 0);
      const { data, width } = context.getImageData(0, 0, image.width, image.height);
      const found = [];
      for (let at = 0; at < data.length; at += 4) {
        if (data[at] === ${red} && data[at + 1] === ${green} && data[at + 2] === ${blue})
          found.push({ x: (at / 4) % width, y: Math.floor(at / 4 / width) });
      }
      return found;
    })()`,
  );
}
