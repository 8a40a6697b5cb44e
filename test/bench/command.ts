import { spawn } from 'node:child_process';

/** A process as an agent starts it: its own environment only, and pipes that are read. */
export interface Command {
  readonly node: string;
  readonly arguments: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
}

export interface Outcome {
  /** From the start until the process is gone and its pipes are closed. */
  readonly wallMs: number;
  readonly output: string;
}

/** @throws {Error} when the process fails, so that no failure is taken for a quick success. */
export function runCommand(command: Command): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    const startedAt = performance.now();
    const child = spawn(command.node, command.arguments, {
      env: command.environment,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const chunks: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => chunks.push(chunk));
    child.once('error', reject);
    child.once('close', (code) => {
      const wallMs = performance.now() - startedAt;
      const output = Buffer.concat(chunks).toString('utf8');
      if (code === 0 && !output.includes('result=Failed')) resolve({ wallMs, output });
      else reject(new Error(`${command.arguments.join(' ')} failed (${code ?? '?'}):\n${output}`));
    });
  });
}
