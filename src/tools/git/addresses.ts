/**
 * The two forms of Azure DevOps' addresses; the star stands for one label:
 * https://learn.microsoft.com/azure/devops/organizations/settings/allow-list-ip-url
 */
const services = ['https://dev.azure.com', 'https://*.visualstudio.com'];

/**
 * Where git is signed in, as its configuration writes addresses. They are matched exactly: the scheme,
 * the whole host and the port.
 * @param collectionUri checked against the host from which the agent itself is served, since any step
 *   can set the variable.
 */
export function azureReposAddresses({ hostname, origin }: URL): readonly string[] {
  const isService = hostname === 'dev.azure.com' || hostname.endsWith('.visualstudio.com');
  return isService ? services : [origin];
}
