/** The ports that listen on this machine: proof that nothing stays after a job. */
export { listeningPorts } from '../agent/listening-ports.ts';
