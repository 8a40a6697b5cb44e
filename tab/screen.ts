import { toDom } from './dom.ts';
import { page, pictureOf, recordKey, type JobView, type Remedies } from './page.ts';
import type { Piece } from './piece.ts';
import { table } from './table.ts';
import type { Timeline } from './timeline.ts';

/** The picture is drawn anew when the page becomes wider or narrower by this, in pixels. */
const minChange = 4;
const minWidth = 260;
const maxWidth = 1_600;

/** What of a record the page fills in later. */
interface Shown {
  readonly timeline: Timeline;
  readonly source: string;
}

/** The page as the browser shows it: what is open stays open, and pictures follow its width. */
export class Screen {
  readonly #remedies: Remedies;
  readonly #onSize: () => void;
  readonly #records = new Map<string, Shown>();
  /** What somebody has opened or folded, by its key. */
  readonly #opened = new Map<string, boolean>();
  #drawnWidth = 0;

  constructor(remedies: Remedies, onSize: () => void) {
    this.#remedies = remedies;
    this.#onSize = onSize;
    new ResizeObserver(() => this.#fit()).observe(document.body);
  }

  /** Shows a page of words. */
  show(content: Piece): void {
    this.#records.clear();
    document.body.replaceChildren(toDom(content));
  }

  /** Shows the jobs of a run. */
  showJobs(jobs: readonly JobView[], notes: readonly string[]): void {
    this.#drawnWidth = pictureWidth();
    const options = { width: this.#drawnWidth, remedies: this.#remedies, withTables: false };
    this.show(page(jobs, notes, options));
    for (const { job, records } of jobs) {
      for (const [index, record] of records.entries()) {
        if (record.kind === 'timeline') this.#records.set(recordKey(job, index), record);
      }
    }
    for (const details of document.querySelectorAll('details')) this.#follow(details);
  }

  #follow(details: HTMLDetailsElement): void {
    const { job, table: key } = details.dataset;
    const name = job ?? `table ${key}`;
    const wasOpen = this.#opened.get(name);
    if (wasOpen !== undefined) details.open = wasOpen;
    this.#fill(details);
    details.addEventListener('toggle', () => {
      this.#opened.set(name, details.open);
      this.#fill(details);
    });
  }

  /** A long table is made when somebody wants to see it. */
  #fill(details: HTMLDetailsElement): void {
    const record = this.#records.get(details.dataset['table'] ?? '');
    if (!details.open || record === undefined || details.querySelector('table') !== null) return;
    details.append(toDom(table(record.timeline)), saveLink(record.source));
  }

  #fit(): void {
    const width = pictureWidth();
    if (Math.abs(width - this.#drawnWidth) >= minChange) {
      this.#drawnWidth = width;
      for (const place of document.querySelectorAll<HTMLElement>('[data-picture]')) {
        const record = this.#records.get(place.dataset['picture'] ?? '');
        if (record !== undefined) place.replaceChildren(toDom(pictureOf(record.timeline, width)));
      }
    }
    this.#onSize();
  }
}

/** The width that a picture has beside the margins of the page. */
function pictureWidth(): number {
  const room = document.documentElement.clientWidth - pageMargins;
  return Math.max(minWidth, Math.min(maxWidth, room));
}

/** Of the page and of a job's box, left and right together; tab.css has the same. */
const pageMargins = 74;

function saveLink(source: string): HTMLAnchorElement {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob([source], { type: 'application/json' }));
  link.download = 'workload-identity.json';
  link.textContent = 'Save as JSON';
  return link;
}
