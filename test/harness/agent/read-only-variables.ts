const names = {
  agent: `acceptTeeEula buildDirectory cloudId containerId containerMapping containerNetwork
    diagnostic gitUseSChannel homeDirectory id isSelfHosted jobName jobStatus machineName name os
    osArchitecture osVersion proxyBypassList proxyPassword proxyUrl proxyUsername readOnlyVariables
    retainDefaultEncoding rootDirectory runMode serverOMDirectory servicePortPrefix cainfo clientcert
    clientcertarchive clientcertkey clientcertpassword skipcertvalidation tempDirectory
    toolsDirectory version workFolder workingDirectory clean.buildDirectory source.git.lfs
    source.git.shallowFetchDepth source.skip releaseDirectory`,
  build: `artifactStagingDirectory binariesDirectory clean definitionName gated.runCI
    gated.shelvesetName buildNumber repository.clean repository.git.submoduleCheckout repository.id
    repository.localPath repository.name repository.provider repository.tfvc.workspace
    repository.uri sourceBranch sourceTfvcShelveset sourceVersion sourceVersionMessage
    sourcesDirectory stagingDirectory syncSources useServerWorkspaces`,
  common: 'testResultsDirectory',
  pipeline: 'workspace',
  release: `attemptNumber disableRobocopy definitionId definitionName releaseDescription
    artifact.download.bufferSize environmentName environmentUri releaseId releaseName
    artifact.download.parallelLimit requestedForId releaseUri releaseWebUrl requestedFor robocopyMT
    skipArtifactsDownload`,
  system: `accessToken artifactsDirectory collectionId culture debug defaultWorkingDirectory
    definitionId definitionName enableAccessToken hostType jobAttempt jobDisplayName jobId jobName
    phaseAttempt phaseDisplayName phaseName planId preferGitFromPath pullRequest.targetBranchName
    selfManageGitCreds serverType sourceVersionMessage stageAttempt stageDisplayName stageName
    teamFoundationServerUri teamProject teamProjectId workFolder`,
  task: 'displayName skipTranslatorForCheckout',
};

/**
 * The names that no command may set, in lower case (agent: `Constants.Variables.ReadOnlyVariables`).
 * `system.oidcRequestUri` and `system.collectionUri` are not among them.
 */
export const readOnlyVariables: ReadonlySet<string> = new Set(
  Object.entries(names).flatMap(([area, list]) =>
    list.split(/\s+/).map((name) => `${area}.${name}`.toLowerCase()),
  ),
);
