import type { RouteName } from '../harness/emulator/journal.ts';
import { java, kubeloginCommand, python } from './clients.ts';
import { whyNoContainers } from './containers/engine.ts';
import { brokerCounts, isRefusal, type BrokerCounts } from './evidence.ts';
import { cleanlinessChecks, refusedCheck, type Check } from './outcome.ts';
import { pins } from './packages.ts';
import { cached, goProgram, pipelineFile } from './paths.ts';
import { produce, type Produced } from './play.ts';

/** How much faster than in reality the job of four hours goes. */
export const haste = 120;
const jobSeconds = (4 * 60 * 60) / haste;
export const hasteLives = {
  idTokenSeconds: (10 * 60) / haste,
  accessTokenSeconds: (60 * 60) / haste,
};

/** One connection of the job: what was asked for it, and what would be without the broker. */
export interface Traffic {
  readonly connection: string;
  readonly clients: string;
  readonly idTokenRequests: number;
  readonly exchanges: number;
  readonly withoutIdTokenRequests: number;
  readonly withoutExchanges: number;
}

/** What became of the job with all clients. */
export interface SideBySide {
  readonly durationSeconds: number;
  readonly traffic: readonly Traffic[];
  readonly answers: ReadonlyMap<string, number>;
  readonly grants: number;
  readonly failures: number;
  readonly credentials: number;
  readonly processes: number;
  readonly leaks: number;
  readonly complaints: readonly string[];
  readonly log: string;
}

const hasContainers = whyNoContainers() === undefined;
const clientsOf: Readonly<Record<string, string>> = {
  production: 'Azure CLI, newest',
  data: `Azure CLI, old; twelve programs of four SDKs; kubelogin twice${hasContainers ? '; a program in a container' : ''}`,
  platform: 'Terraform, OpenTofu, go-azure-sdk',
};

/** Plays the job in which all clients share one broker. */
export async function playSideBySide(): Promise<SideBySide> {
  const produced = await produce({
    pipeline: pipelineFile('side-by-side'),
    connections: Object.keys(clientsOf),
    lives: hasteLives,
    deploymentSeconds: jobSeconds,
    inContainers: hasContainers,
    path: [cached(`azure-cli-${pins.azureCli.newest}`, 'bin')],
    variables: {
      playSeconds: String(jobSeconds),
      waves: String(jobSeconds),
      oldAzureCli: cached(`azure-cli-${pins.azureCli.old}`, 'bin'),
      python,
      java,
      go: goProgram('sdk'),
      tofu: goProgram('tofu'),
      kubelogin: kubeloginCommand,
    },
  });
  const { report, leaks, journal, argumentsSeen } = produced;
  const failures = journal.filter(isRefusal);
  const counts = brokerCounts(report.summaries);
  const durationSeconds = Math.round(report.durationMs / 1000);
  const checks: readonly Check[] = [
    [report.result !== 'Succeeded', `the job ended ${report.result}`],
    [durationSeconds < jobSeconds, `the job lasted ${durationSeconds} s, not ${jobSeconds}`],
    [report.summaries.length !== 1, `there were ${report.summaries.length} brokers, not one`],
    refusedCheck(counts),
    ...cleanlinessChecks(produced),
  ];
  const complaints = [
    ...failures.map(({ client, route, error, status }) => `${client}: ${route} ${error ?? status}`),
    ...checks.flatMap(([isBad, complaint]) => (isBad ? [complaint] : [])),
  ];
  return {
    durationSeconds,
    traffic: [...produced.names].map(([id, name]) => trafficOf(id, name, produced)),
    answers: counts.served,
    grants: journal.filter(
      ({ route, status }) =>
        (route === 'arm' || route === 'blob' || route === 'graph') && status < 400,
    ).length,
    failures: failures.length,
    credentials: produced.credentials,
    processes: argumentsSeen.length,
    leaks: leaks.length,
    complaints,
    log: report.log,
  };
}

function trafficOf(id: string, connection: string, { journal, report }: Produced): Traffic {
  const granted = (route: RouteName, by?: string): number =>
    journal.filter(
      ({ route: taken, status, connectionId, client }) =>
        taken === route && status === 200 && connectionId === id && (by ?? client) === client,
    ).length;
  const broker = countsFor(id, report.summaries);
  const idTokenRequests = granted('oidctoken');
  const exchanges = granted('entra-token');
  const answers = [...broker.served.values()].reduce((sum, count) => sum + count, 0);
  const ownExchanges = exchanges - broker.accessTokens;
  // Those that ask for ID tokens exchange them themselves; all others have the broker do it.
  const asksForIdTokens = connection === 'platform';
  // OpenTofu prefers the token file.
  const byFile = granted('entra-token', 'opentofu');
  return {
    connection,
    clients: clientsOf[connection] ?? '',
    idTokenRequests,
    exchanges,
    withoutIdTokenRequests: answers + (asksForIdTokens ? byFile : ownExchanges),
    withoutExchanges: asksForIdTokens ? ownExchanges : answers + ownExchanges,
  };
}

/** The part of the run summary that is about one connection. */
function countsFor(id: string, summaries: readonly string[]): BrokerCounts {
  const parts = summaries.join('\n').split(/^(?=\*\*)/m);
  return brokerCounts(parts.filter((part) => part.startsWith(`**${id}`)));
}
