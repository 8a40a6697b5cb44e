import type { Locator, Page } from 'playwright-core';

/** A pixel of a picture, from its upper left corner. */
export interface Pixel {
  readonly x: number;
  readonly y: number;
}

/** A picture, row by row from above. */
export interface Picture {
  /** In pixels. */
  readonly width: number;
  /** Of each pixel, 0xRRGGBB. */
  readonly colours: Uint32Array;
}

/** The pixels of an element that have just this colour, as it is on the screen. */
export async function pixelsOf(element: Locator, colour: string): Promise<readonly Pixel[]> {
  const { width, colours } = await pictureIn(element.page(), await element.screenshot());
  const [red = 0, green = 0, blue = 0] = (colour.match(/\d+/g) ?? []).map(Number);
  const wanted = (red << 16) | (green << 8) | blue;
  const found: Pixel[] = [];
  for (const [index, each] of colours.entries()) {
    if (each === wanted) found.push({ x: index % width, y: Math.floor(index / width) });
  }
  return found;
}

/** Decodes a picture without transparency. @param page any page whose policy lets the browser do it. */
export async function pictureIn(page: Page, png: Buffer): Promise<Picture> {
  const { width, url } = await page.evaluate<{ width: number; url: string }>(
    `(async () => {
      const image = new Image();
      image.src = 'data:image/png;base64,${png.toString('base64')}';
      await image.decode();
      const { width, height } = image;
      const context = new OffscreenCanvas(width, height).getContext('2d');
      context.drawImage(image, 0, 0);
      const reader = new FileReader();
      const isRead = new Promise((resolve) => reader.addEventListener('load', resolve));
      reader.readAsDataURL(new Blob([context.getImageData(0, 0, width, height).data]));
      await isRead;
      return { width, url: reader.result };
    })()`,
  );
  const bytes = Buffer.from(url.slice(url.indexOf(',') + 1), 'base64');
  // Red, green, blue and alpha of each.
  const colours = Uint32Array.from({ length: bytes.length / 4 }, (_, index) =>
    bytes.readUIntBE(index * 4, 3),
  );
  return { width, colours };
}
