/**
 * What the environment and other processes may not do to a process of ours. Whoever imports this
 * first has it done before anything else is loaded.
 */

// By default Node opens its inspector for this signal, to every user of the machine: from there the
// whole memory can be read, tokens included.
process.on('SIGUSR1', () => undefined);

const certificateSwitch = 'NODE_TLS_REJECT_UNAUTHORIZED';

/** Whether the environment says that certificates are not to be checked. They are. */
export const wasToldToTrustAnybody = process.env[certificateSwitch] === '0';

/** By these Azure's library makes the host that it asks, in place of the authority that it is given. */
const regions = ['AZURE_REGIONAL_AUTHORITY_NAME', 'MSAL_FORCE_REGION'];

// They are looked at again for each connection.
for (const name of [certificateSwitch, ...regions]) Reflect.deleteProperty(process.env, name);
