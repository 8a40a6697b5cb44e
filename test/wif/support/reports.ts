/** What `wif doctor` reports of one connection. */
export interface DoctorReport {
  readonly isHealthy: boolean;
  readonly fixed: readonly string[];
  readonly findings: readonly Finding[];
}

export interface Finding {
  readonly check: string;
  readonly state: string;
  readonly text: string;
  readonly details: readonly string[];
  readonly commands: readonly string[];
}

/** The state of each check. */
export function statesOf({
  findings,
}: Pick<DoctorReport, 'findings'>): Readonly<Record<string, string>> {
  return Object.fromEntries(findings.map(({ check, state }) => [check, state]));
}

/** What became of a connection that a command was to change. */
export interface ChangedConnection {
  readonly name: string;
  readonly result: string;
  readonly reason: string;
  readonly detail: string;
  readonly by: string;
}

/** What a command reports that changes connections one after another. */
export interface ChangeReport<Row = ChangedConnection> {
  readonly results: Readonly<Record<string, number>>;
  readonly connections: readonly Row[];
}
