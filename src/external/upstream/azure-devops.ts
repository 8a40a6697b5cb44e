import { EarlyConnection } from './early-connection.ts';
import { isBehindProxy, trusting } from './network-settings.ts';

/**
 * Dials the Azure DevOps that the agent names, while what asks it is still to be loaded; not where a
 * proxy may stand between. TLS's own greeting is all that goes there, so that the address need not
 * be checked before: a request that then goes to another host does not take the connection.
 */
export function dialAzureDevOps(): EarlyConnection | undefined {
  const {
    SYSTEM_OIDCREQUESTURI: address = '',
    AGENT_CAINFO: authoritiesFile = '',
    AGENT_PROXYURL: proxy = '',
  } = process.env;
  const url = URL.canParse(address) ? new URL(address) : undefined;
  const network = authoritiesFile === '' ? {} : { authoritiesFile };
  if (url?.protocol !== 'https:' || proxy !== '' || isBehindProxy(url, network)) return undefined;
  return new EarlyConnection(url, trusting(network).requestOverrides ?? {});
}
