import { hostname } from 'node:os';
import { join } from 'node:path';
import type { JobIdentity, JobOptions, Profile } from './contract.ts';
import type { JobFolders, MessageVariable } from './job-message.ts';
import type { PipelineJob } from './pipeline.ts';

interface Source {
  readonly profile: Profile;
  readonly job: JobIdentity;
  readonly folders: JobFolders;
  readonly version: string;
  readonly pipelineJob: PipelineJob;
}

/** The URL of the job's own connection: a classic release talks to the release-management host. */
export function serverUri(profile: Profile, collectionUri: string): string {
  if (!isRelease(profile)) return collectionUri;
  const uri = new URL(collectionUri);
  uri.hostname = `vsrm.${uri.hostname}`;
  return uri.href;
}

/** YAML deployment jobs are builds; the host type of a deployment-group job is `deployment`. */
function hostTypeOf(profile: Profile): string {
  if (profile === 'deployment-group') return 'deployment';
  return profile === 'release' ? 'release' : 'build';
}

/** Whether a profile is of the classic release family. */
export function isRelease(profile: Profile): boolean {
  return profile === 'release' || profile === 'deployment-group';
}

/** All variables of the job message: the system's, then the pipeline's, then the caller's. */
export function messageVariables(
  source: Source,
  given: JobOptions['variables'],
): MessageVariable[] {
  const variables = new Map<string, MessageVariable>();
  const put = (variable: MessageVariable): void => {
    variables.set(variable.name.toLowerCase(), variable);
  };
  for (const [name, value] of Object.entries(systemVariables(source))) {
    if (value !== undefined) put({ name, value, secret: false, readOnly: false });
  }
  if (!isRelease(source.profile)) {
    const value = source.job.accessToken;
    put({ name: 'system.accessToken', value, secret: true, readOnly: false });
  }
  for (const [name, value] of Object.entries(source.pipelineJob.variables)) {
    put({ name, value, secret: false, readOnly: false });
  }
  for (const [name, input] of Object.entries(given ?? {})) {
    const full = typeof input === 'string' ? { value: input } : input;
    put({ name, secret: false, readOnly: false, ...full });
  }
  return [...variables.values()];
}

function systemVariables(source: Source): Record<string, string | undefined> {
  return {
    ...jobVariables(source),
    ...agentVariables(source),
    ...(isRelease(source.profile) ? releaseVariables() : buildVariables(source)),
    ...(source.profile === 'deployment' && environmentVariables(source)),
    ...(source.profile === 'container' && {
      'agent.containerid': 'c0ffee000000',
      'agent.containernetwork': 'vsts_network_c0ffee',
    }),
  };
}

function jobVariables({
  profile,
  job,
  folders,
  pipelineJob,
}: Source): Record<string, string | undefined> {
  const hostType = hostTypeOf(profile);
  const attempt = String(job.attempt ?? 1);
  return {
    system: hostType,
    'system.hosttype': hostType,
    'system.servertype': 'Hosted',
    'system.culture': 'en-US',
    'system.collectionId': job.collectionId ?? 'f2a1e9d4-5b7c-4e1a-9c3d-8e7f6a5b4c3d',
    'system.collectionUri': job.collectionUri,
    'system.teamFoundationCollectionUri': job.collectionUri,
    'system.taskDefinitionsUri': job.collectionUri,
    'system.teamFoundationServerUri': serverUri(profile, job.collectionUri),
    'system.pipelineStartTime': '2026-01-15 09:30:00+00:00',
    'system.teamProject': job.projectName,
    'system.teamProjectId': job.projectId,
    'system.definitionId': job.definitionId ?? '42',
    'system.definitionName': job.definitionName ?? 'pipeline',
    'system.planId': job.planId,
    'system.timelineId': job.timelineId,
    'system.jobId': job.jobId,
    'system.jobName': pipelineJob.name,
    'system.jobDisplayName': pipelineJob.displayName,
    'system.jobAttempt': attempt,
    'system.jobIdentifier': `${pipelineJob.name}.__default`,
    'system.jobPositionInPhase': '1',
    'system.totalJobsInPhase': '1',
    'system.phaseName': pipelineJob.name,
    'system.phaseDisplayName': pipelineJob.displayName,
    'system.phaseAttempt': attempt,
    'system.phaseId': '3a3a2a60-14c7-570b-14a4-fa42ad92f52a',
    'system.stageName': '__default',
    'system.stageDisplayName': '__default',
    'system.stageAttempt': attempt,
    'system.jobParallelismTag': 'Private',
    'system.enableAccessToken': isRelease(profile) ? 'False' : 'SecretVariable',
    'system.pullRequest.isFork': 'False',
    'system.workFolder': folders.work,
    'system.defaultWorkingDirectory': folders.working,
    'system.artifactsDirectory': folders.artifacts,
    'system.isazurevm': '0',
    'system.isdockercontainer': '0',
    'system.oidcRequestUri': job.oidcRequestUri,
  };
}

const osNames: Readonly<Partial<Record<NodeJS.Platform, string>>> = {
  darwin: 'Darwin',
  win32: 'Windows_NT',
};

function agentVariables({ folders, version, pipelineJob }: Source): Record<string, string> {
  return {
    'agent.id': '7',
    'agent.name': 'local-agent',
    'agent.machinename': hostname(),
    'agent.os': osNames[process.platform] ?? 'Linux',
    'agent.osarchitecture': process.arch === 'arm64' ? 'ARM64' : 'X64',
    'agent.version': version,
    'agent.homedirectory': folders.root,
    'agent.rootdirectory': folders.work,
    'agent.workfolder': folders.work,
    'agent.toolsdirectory': folders.tools,
    'agent.tempdirectory': folders.temp,
    'agent.builddirectory': folders.pipeline,
    'agent.jobname': pipelineJob.displayName,
    'agent.jobstatus': 'Succeeded',
    'agent.isselfhosted': '1',
    'agent.cloudid': '',
    'agent.retainDefaultEncoding': 'true',
    'agent.readOnlyVariables': 'true',
    'pipeline.workspace': folders.pipeline,
  };
}

function buildVariables({ folders, job }: Source): Record<string, string> {
  return {
    'build.artifactStagingDirectory': folders.artifacts,
    'build.binariesDirectory': folders.binaries,
    'build.buildId': '1001',
    'build.buildNumber': '20260115.1',
    'build.definitionName': job.definitionName ?? 'pipeline',
    'build.reason': 'Manual',
    'build.repository.localPath': folders.sources,
    'build.repository.name': job.projectName,
    'build.repository.provider': 'TfsGit',
    'build.sourceBranch': 'refs/heads/main',
    'build.sourceBranchName': 'main',
    'build.sourceVersion': '0123456789abcdef0123456789abcdef01234567',
    'build.sourcesDirectory': folders.sources,
    'build.stagingDirectory': folders.artifacts,
    'common.testResultsDirectory': join(folders.pipeline, 'TestResults'),
  };
}

function environmentVariables({ pipelineJob }: Source): Record<string, string> {
  return {
    'environment.name': pipelineJob.environment || 'production',
    'environment.id': '5',
    'strategy.name': 'runOnce',
    'strategy.cycleName': '',
  };
}

function releaseVariables(): Record<string, string> {
  return {
    'release.releaseId': '77',
    'release.releaseName': 'Release-77',
    'release.releaseUri': 'vstfs:///ReleaseManagement/Release/77',
    'release.definitionId': '3',
    'release.definitionName': 'release',
    'release.environmentId': '154',
    'release.environmentName': 'Production',
    'release.environmentUri': 'vstfs:///ReleaseManagement/Environment/154',
    'release.deploymentId': '91',
    'release.attemptNumber': '1',
    'release.reason': 'Manual',
  };
}
