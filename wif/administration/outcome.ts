import { isFederated, type Connection } from './connection.ts';
import type { AdministrationError } from './errors.ts';
import { hasFailed, reasonText, type Operation, type SkipReason } from './operation.ts';

/** What became of a connection in a run. */
export interface Outcome {
  readonly connection: Connection;
  readonly result:
    | 'converted'
    | 'reverted'
    | 'would convert'
    | 'would revert'
    | 'under way'
    | 'skipped'
    | 'failed'
    | 'not started';
  /** Of what was skipped, its reason; of what failed, its code. */
  readonly reason: string;
  readonly detail: string;
  /** Of what is done, which run did it. */
  readonly by: 'this run' | 'an interrupted run' | 'an earlier run' | '';
}

/** What would be done, judged by the list alone. */
export function foresee(operation: Operation, connection: Connection, now: Date): Outcome {
  const verdict = operation.verdict(connection, now);
  if (!verdict.can) return skipped(connection, verdict.reason);
  const detail = hasFailed(connection)
    ? 'an earlier conversion failed: wif makes the federated credential with your rights first'
    : '';
  return { connection, result: `would ${operation.name}`, reason: '', detail, by: '' };
}

/** The operation is done, by this run or an earlier one. */
export function done(
  operation: Operation,
  connection: Connection,
  by: Outcome['by'] = 'this run',
): Outcome {
  const detail =
    isFederated(connection) && connection.revertUntil !== undefined
      ? `can be reverted until ${connection.revertUntil.toISOString()}`
      : '';
  return { connection, result: operation.done, reason: '', detail, by };
}

/** Azure DevOps still works on it, and this run no longer waits. */
export function underWay(connection: Connection): Outcome {
  const detail =
    'Azure DevOps is still working on it, which can take minutes. Run the command again: it looks, and asks for nothing twice.';
  return { connection, result: 'under way', reason: '', detail, by: '' };
}

export function skipped(connection: Connection, reason: SkipReason): Outcome {
  const detail = reasonText(reason, connection);
  return { connection, result: 'skipped', reason, detail, by: '' };
}

export function failed(connection: Connection, error: AdministrationError): Outcome {
  const detail = `${error.message} ${error.remedy}`;
  return { connection, result: 'failed', reason: error.code, detail, by: '' };
}
