/** What the build takes from the tasks; see scripts/build-tab.mjs. */
declare module 'generated' {
  /** What to do about each failure, by its code: the words of the log. */
  export const remedies: Readonly<Record<string, string>>;
  /** The tasks of this extension and of its preview. */
  export const taskIds: readonly string[];
}
