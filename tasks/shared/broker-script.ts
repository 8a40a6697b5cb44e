import { fileURLToPath } from 'node:url';

/** The bundle of the background process lies beside that of the task. */
export const brokerScript = fileURLToPath(new URL('./broker.mjs', import.meta.url));
