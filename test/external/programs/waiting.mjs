// A background process that waits for its order, and goes with whoever started it.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

writeFileSync(join(process.env['WAITING_FOLDER'] ?? '', 'pid'), String(process.pid));
process.on('message', () => undefined);
