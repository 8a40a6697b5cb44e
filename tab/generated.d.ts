/** What the build takes from the tasks; see scripts/build-tab.mjs. */
declare module 'generated' {
  /** What to do about each failure, by its code: the words of the log. */
  export const remedies: Readonly<Record<string, string>>;
  /** How the IDs of the tasks of this extension and of its preview begin: their first 8 digits. */
  export const taskIds: readonly string[];
}
