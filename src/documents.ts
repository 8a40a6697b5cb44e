import type { ErrorCode } from './errors.ts';

/** Put in by the build where the package knows the address of its repository. */
declare const DOCUMENTS: string | undefined;

/** The address below which the documents are read on the web; absent where the package knows none. */
export const documents: string | undefined =
  typeof DOCUMENTS === 'undefined' ? undefined : DOCUMENTS;

/** Where to read on about a failure: the end of its line in the log, or nothing. */
export function whereToReadOn(code: ErrorCode, address: string | undefined): string {
  if (address === undefined) return '';
  return ` Read on: ${address}/docs/TROUBLESHOOTING.md#${code.toLowerCase()}`;
}
