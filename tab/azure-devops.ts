import { readPlaces, readRecords, type AttachmentPlace, type RunRecord } from './jobs.ts';

/** Where a run is found. */
export interface RunAddress {
  /** Of the organization or collection, for example `https://dev.azure.com/contoso/`. */
  readonly root: string;
  readonly project: string;
  readonly build: number;
}

/** Why something cannot be shown, in words for the page. */
export class Refusal extends Error {}

const attachmentType = 'workload-identity.timeline';
const apiVersion = '6.0-preview';

/** An answer that takes longer is none, in ms. */
const timeoutMs = 20_000;
const maxAttachmentBytes = 1_048_576;
const maxListBytes = 33_554_432;

/** Reads a run through the REST API of Azure DevOps, for whoever looks at the page. */
export class RunReader {
  readonly #base: string;
  readonly #token: () => Promise<string>;

  constructor({ root, project, build }: RunAddress, token: () => Promise<string>) {
    const base = new URL(root);
    if (!/^https?:$/.test(base.protocol))
      throw new Refusal('Azure DevOps gave no address that this page may ask.');
    const folder = base.pathname.endsWith('/') ? base.pathname : `${base.pathname}/`;
    this.#base = `${base.origin}${folder}${encodeURIComponent(project)}/_apis/build/builds/${build}/`;
    this.#token = token;
  }

  /** The records of a timeline of the run; of its current one, where none is named. */
  async records(timelineId?: string): Promise<readonly RunRecord[]> {
    return readRecords(
      await this.#json(timelineId === undefined ? 'timeline' : `timeline/${timelineId}`),
    );
  }

  /** Where the records of tokens hang that the run's jobs left. */
  async places(): Promise<readonly AttachmentPlace[]> {
    return readPlaces(await this.#json(`attachments/${attachmentType}`));
  }

  /** The text of an attachment. Its address is made of IDs: no link of an answer gets the token. */
  async attachment({ timelineId, recordId, name }: AttachmentPlace): Promise<string> {
    const path = `${timelineId}/${recordId}/attachments/${attachmentType}/${encodeURIComponent(name)}`;
    return this.#get(path, maxAttachmentBytes);
  }

  async #json(path: string): Promise<unknown> {
    const text = await this.#get(path, maxListBytes);
    try {
      return JSON.parse(text) as unknown;
    } catch {
      throw new Refusal(
        'Azure DevOps answered with something else than data: sign in again, and reload this page.',
      );
    }
  }

  async #get(path: string, maxBytes: number): Promise<string> {
    const token = await this.#token();
    try {
      const answer = await fetch(this.#base + path, {
        headers: {
          authorization: `Bearer ${token}`,
          accept: `application/json;api-version=${apiVersion}`,
        },
        cache: 'no-store',
        credentials: 'omit',
        redirect: 'error',
        referrerPolicy: 'no-referrer',
        signal: AbortSignal.timeout(timeoutMs),
      });
      if (!answer.ok) throw refusalOf(answer.status);
      return await textOf(answer, maxBytes);
    } catch (error) {
      if (error instanceof Refusal) throw error;
      if (error instanceof DOMException && error.name === 'TimeoutError') {
        throw new Refusal(
          `Azure DevOps did not answer within ${timeoutMs / 1_000} seconds: reload this page later.`,
        );
      }
      // A refusal without a CORS header looks to a page as if there were no answer at all.
      throw new Refusal(
        'Azure DevOps gave no answer that this page can read: either the network is in the way, or you may not see this run.',
      );
    }
  }
}

const wordsFor: Readonly<Record<number, string>> = {
  401: 'Azure DevOps did not accept the sign-in of this page (401): reload it. If it stays so, an administrator of the organization has to authorize the extension to read builds.',
  403: 'You may not see the data of this run (403): that takes the permission "View builds".',
  404: 'Azure DevOps does not find this run or its data (404): it may be deleted, or you may not see it.',
  429: 'Azure DevOps asks for fewer requests (429): reload this page in some minutes.',
};

function refusalOf(status: number): Refusal {
  const others =
    status >= 500
      ? `Azure DevOps has trouble of its own (${status}): reload this page later.`
      : `Azure DevOps refused the data of this run (${status}).`;
  return new Refusal(wordsFor[status] ?? others);
}

/** The text of an answer, which is given up when it is larger than it may be. */
async function textOf(answer: Response, maxBytes: number): Promise<string> {
  const reader = answer.body?.getReader();
  if (reader === undefined) return '';
  const decoder = new TextDecoder();
  let [text, bytes] = ['', 0];
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return text + decoder.decode();
    bytes += value.byteLength;
    if (bytes > maxBytes) {
      await reader.cancel();
      throw new Refusal(
        `It is larger than ${maxBytes / 1_048_576} MiB, which this page does not read.`,
      );
    }
    text += decoder.decode(value, { stream: true });
  }
}
