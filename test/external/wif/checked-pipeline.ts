/** A pipeline that was written for the check, and what has to be said of it. */
export interface CheckedPipeline {
  readonly what: string;
  readonly yaml: string;
  readonly files?: Readonly<Record<string, string>>;
  /** Line, verdict and code of each remark, in their order. */
  readonly says: readonly string[];
}

/** A pipeline of one AzureCLI step with a script, whose first line is line 7. */
export const azureCliStep = (script: string, top = ''): string =>
  `${top}steps:
  - task: AzureCLI@2
    inputs:
      azureSubscription: prod
      addSpnToEnvironment: true
      inlineScript: |
${script
  .split('\n')
  .map((line) => `        ${line}`)
  .join('\n')}
`;
